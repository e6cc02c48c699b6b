"""Numbers that are dialled."""
