"""Who waits for a call, what the night found, how the sources are."""
