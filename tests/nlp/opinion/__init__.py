"""The reader of opinions."""
