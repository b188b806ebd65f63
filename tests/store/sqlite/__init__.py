"""Tests of `store.sqlite`."""
