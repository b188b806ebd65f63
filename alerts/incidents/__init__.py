"""Incidents: how they live (`life`), and when something is said of them (`reports`)."""
