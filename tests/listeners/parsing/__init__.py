"""Tests of `listeners.parsing`."""
