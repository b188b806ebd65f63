"""Tests of `alerts.messages`."""
