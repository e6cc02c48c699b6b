"""The page of ``listen``: every recording with what was heard in it, the doubtful ones first, ready to be played."""
