"""Receivers of alerts: one module a channel."""
