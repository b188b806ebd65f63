"""Slack's side of the desk."""
