"""Elasticsearch on 127.0.0.1: its programs, one server, a cluster, the shipped roles."""
