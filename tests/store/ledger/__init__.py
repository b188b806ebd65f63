"""Tests of `store.ledger`."""
