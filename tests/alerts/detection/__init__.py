"""Tests of `alerts.detection`."""
