"""Tests of `nlp.dedup`."""
