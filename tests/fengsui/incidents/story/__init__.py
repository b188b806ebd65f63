"""Tests of what a story is at a moment."""
