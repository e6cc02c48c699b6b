"""Where witnesses disagree."""
