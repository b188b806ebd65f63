"""Incidents, cases and mentions as tables that other programs open."""
