"""Tests of `alerts.notify`."""
