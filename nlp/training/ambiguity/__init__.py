"""Fits and measures what tells a firm from the word that its name is."""
