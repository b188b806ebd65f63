"""Elasticsearch stores for the tests, each with a prefix of its own or emptied before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from store.elasticsearch.client import Server
from store.elasticsearch.indices.lifecycle import Indices
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.settings import ElasticsearchSettings
from store.elasticsearch.store import ElasticsearchMentionStore


def settings_for(url: str, prefix: str, **changes: Any) -> ElasticsearchSettings:
    """Return settings for one small node on this machine."""
    return ElasticsearchSettings(urls=(url,), prefix=prefix, replicas=0, **changes)


@contextmanager
def server_of(settings: ElasticsearchSettings) -> Iterator[Server]:
    """Return the server of the settings, closed afterwards."""
    server = Server.of(settings)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def emptied(settings: ElasticsearchSettings) -> Iterator[ElasticsearchMentionStore]:
    """Open a store without posts, mentions, history and journal; its other indices stay.

    Making all templates and indices anew takes a server longer than most tests.
    """
    with server_of(settings) as server:
        for name, (kind, _) in Indices(settings, server).versions().items():
            if kind.monthly or kind in {KINDS["history"], KINDS["changes"]}:
                server.client.indices.delete(index=name)
    with ElasticsearchMentionStore(settings) as store:
        yield store
