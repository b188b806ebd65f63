"""Detectors: pure functions from counts to signals."""
