"""Tests of `alerts.messages.follow_up`."""
