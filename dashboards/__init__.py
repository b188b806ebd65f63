"""Dashboards for people: what they show is made here, from what the store holds."""
