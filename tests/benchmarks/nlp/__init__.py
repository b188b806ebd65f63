"""Tests of `benchmarks.nlp`."""
