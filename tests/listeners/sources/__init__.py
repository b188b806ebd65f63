"""Tests of `listeners.sources`."""
