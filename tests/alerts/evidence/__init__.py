"""Tests of `alerts.evidence`."""
