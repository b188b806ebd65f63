"""Tests of `listeners.formats`."""
