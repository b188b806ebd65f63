"""Tests of `nlp.training`."""
