"""Engines of speech to text, one module each, found by ``registry``."""
