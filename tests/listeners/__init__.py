"""Tests of what brings posts in."""
