"""Alerts in a Slack channel."""
