"""Tests of `nlp.text`."""
