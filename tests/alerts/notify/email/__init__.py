"""Tests of `alerts.notify.email`."""
