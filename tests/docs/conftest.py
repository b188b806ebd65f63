"""Fixtures: a real Elasticsearch with the scene in it."""

from tests.servers.fixtures import elasticsearch_9, elasticsearch_prefix, elasticsearch_url

__all__ = ["elasticsearch_9", "elasticsearch_prefix", "elasticsearch_url"]
