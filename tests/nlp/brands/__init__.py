"""Tests of `nlp.brands`."""
