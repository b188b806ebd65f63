"""Forecasts: will this grow, how far, and why."""
