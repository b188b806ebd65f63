"""Dashboards: what Kibana is given, what it stands for, and how it gets there."""
