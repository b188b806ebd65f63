"""The servers that the tests of the servers themselves share."""

from tests.servers.fixtures import (
    elasticsearch_8_url,
    elasticsearch_9,
    elasticsearch_prefix,
    elasticsearch_secured,
    elasticsearch_url,
)

__all__ = [
    "elasticsearch_8_url",
    "elasticsearch_9",
    "elasticsearch_prefix",
    "elasticsearch_secured",
    "elasticsearch_url",
]
