"""What each system writes down about the calls of the world."""
