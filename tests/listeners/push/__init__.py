"""Tests of `listeners.push`."""
