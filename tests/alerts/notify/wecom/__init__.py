"""Tests of `alerts.notify.wecom`."""
