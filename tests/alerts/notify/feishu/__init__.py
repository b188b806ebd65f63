"""Tests of `alerts.notify.feishu`."""
