"""Tests of `store.elasticsearch.projection`."""
