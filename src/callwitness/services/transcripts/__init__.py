"""Transcripts: engines that hear words, and recordings that become text."""
