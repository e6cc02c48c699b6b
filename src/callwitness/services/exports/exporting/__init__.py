"""A view of calls as a file: what is written, and how each format writes it."""
