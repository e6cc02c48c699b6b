"""My calls: the personal cabinet."""
