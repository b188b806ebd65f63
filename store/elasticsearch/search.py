"""Searches of the mentions' texts: the query as Elasticsearch takes it, without its own parser."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from store.elasticsearch.client import Server
from store.elasticsearch.indices.names import identifier
from store.elasticsearch.posts.monthly import published_in
from store.elasticsearch.reading import pages, refresh
from store.query import All, Either, Lacking, Phrase, Query, Wanted

Json: TypeAlias = dict[str, Any]

_NEWEST_FIRST = [{"published_us": "desc"}, {"post_key": "asc"}, {"brand": "asc"}]


def found(server: Server, index: str, query: Query, wanted: Wanted) -> Iterator[list[Json]]:
    """Yield pages of the mentions found in `index`: newest first, then by post key and brand.

    A hit holds post_key and body. Every write that returned before is seen.

    Raises:
        StoreError: see `client`.
    """
    refresh(server, index)
    body = {
        "query": {"bool": {"filter": [clause(query), *_narrowed(wanted)]}},
        "sort": _NEWEST_FIRST,
        "source": ["body", "post_key"],
    }
    yield from pages(server, index, body, limit=wanted.limit)


def clause(query: Query) -> Json:
    """Return the query as JSON; what a person typed stands in it only as tokens to be looked up."""
    match query:
        case Phrase(tokens):
            return {"match_phrase": {"tokens": " ".join(tokens)}}
        case Lacking(part):
            return {"bool": {"must_not": [clause(part)]}}
        case All(parts):
            return {"bool": {"filter": [clause(part) for part in parts]}}
        case Either(parts):
            return {"bool": {"should": [clause(part) for part in parts], "minimum_should_match": 1}}


def _narrowed(wanted: Wanted) -> Iterator[Json]:
    if wanted.brand is not None:
        yield {"term": {"brand": identifier(wanted.brand)}}
    if wanted.window is not None:
        yield published_in(wanted.window)
    if wanted.organic:
        yield {"term": {"organic": True}}
