"""Tests of `listeners.client`."""
