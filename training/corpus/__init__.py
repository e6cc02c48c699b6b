"""Recordings of our own making, with truth: the material that the choice of the moment learns from."""
