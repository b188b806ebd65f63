"""Tests of `alerts.delivery`."""
