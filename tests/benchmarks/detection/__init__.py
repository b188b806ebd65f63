"""Tests of `benchmarks.detection`."""
