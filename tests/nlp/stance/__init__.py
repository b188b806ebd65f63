"""Tests of `nlp.stance`."""
