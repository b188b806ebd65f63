"""Tests of `alerts.incidents`."""
