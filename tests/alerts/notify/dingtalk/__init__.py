"""Tests of `alerts.notify.dingtalk`."""
