"""Dashboards drawn with matplotlib, laid out as their grid says: what to expect in Kibana."""
