"""``python -m callwitness``."""

from callwitness.cli import main

main()
