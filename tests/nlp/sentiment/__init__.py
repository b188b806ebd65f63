"""Tests of `nlp.sentiment`."""
