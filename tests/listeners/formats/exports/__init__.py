"""Tests of what exporters write: round trips, and the kinds of files that people met."""
