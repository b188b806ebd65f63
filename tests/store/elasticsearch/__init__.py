"""Tests of `store.elasticsearch`."""
