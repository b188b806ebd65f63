"""Kibana's dashboards as code: data views, Lens charts, controls and links between dashboards.

`fengsui dashboards` writes them to files, puts them into Kibana and says what differs there.
"""
