"""Tests of `nlp.complaints`."""
