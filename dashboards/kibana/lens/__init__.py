"""Lens: the charts of a dashboard, their columns and their colours."""
