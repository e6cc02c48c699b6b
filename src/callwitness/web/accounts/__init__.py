"""Accounts of people, how they sign in, the one-time link of the first administrator."""
