"""Fits and measures what tells a complaint."""
