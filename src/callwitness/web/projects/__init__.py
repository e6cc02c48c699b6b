"""Projects and their parties."""
