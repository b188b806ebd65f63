"""Alerts as JSON to any HTTP address."""
