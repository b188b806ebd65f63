"""Slack's buttons, forms, command and home: people act at the desk from where they read alerts."""
