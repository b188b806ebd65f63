"""Fits and measures what tells the aspects of one kind of goods."""
