"""Tests of `alerts.forecast`."""
