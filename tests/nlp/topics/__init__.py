"""Tests of `nlp.topics`."""
