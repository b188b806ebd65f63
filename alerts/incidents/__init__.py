"""Incidents: how they live (`life`), and when something is reported of them (`reports`)."""
