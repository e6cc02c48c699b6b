"""What all screens share: the page, its words, the door that every view goes through."""
