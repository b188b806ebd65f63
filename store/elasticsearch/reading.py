"""Searches that see what was written, whole or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from elastic_transport import ApiResponse
from elasticsearch import Elasticsearch

from store.elasticsearch.client import Server, reason_of

Json: TypeAlias = dict[str, Any]
PAGE = 1_000
_KEEP_ALIVE = "5m"
# A month may have been dropped, or none may be there yet. Half an answer is none.
_LENIENT: Json = {"ignore_unavailable": True, "allow_no_indices": True}


def refresh(server: Server, index: str) -> None:
    """Let searches of `index` see everything written so far."""
    server.ask(lambda client: client.indices.refresh(index=index, **_LENIENT))


def search(server: Server, index: str, body: Mapping[str, Any]) -> Json:
    """Return the answer to one search of `index`."""
    answer: Json = server.ask(
        lambda client: client.search(
            index=index, allow_partial_search_results=False, **_LENIENT, **body
        )
    )
    return answer


def pages(
    server: Server, index: str, body: Mapping[str, Any], *, limit: int | None = None
) -> Iterator[list[Json]]:
    """Yield the hits of a search in pages, by its sort, which has to tell any two hits apart.

    Nothing is held open between two pages.
    """
    left, after = limit, None
    while left is None or left > 0:
        size = PAGE if left is None else min(left, PAGE)
        paged = {**body, "size": size, "track_total_hits": False}
        if after is not None:
            paged["search_after"] = after
        hits = search(server, index, paged)["hits"]["hits"]
        if hits:
            yield hits
            after = hits[-1]["sort"]
        if len(hits) < size:
            return
        left = None if left is None else left - size


def scan(
    server: Server, index: str, body: Mapping[str, Any], *, shard: int | None = None
) -> Iterator[list[Json]]:
    """Yield the hits of a search in pages, as of now and in no set order (of one shard)."""
    preference = None if shard is None else f"_shards:{shard}"
    opened = server.ask(
        lambda client: client.open_point_in_time(
            index=index, keep_alive=_KEEP_ALIVE, preference=preference
        )
    )
    held, after = opened["id"], None
    try:
        while True:
            paged = {**body, "size": PAGE, "sort": ["_shard_doc"], "track_total_hits": False}
            paged["pit"] = {"id": held, "keep_alive": _KEEP_ALIVE}
            if after is not None:
                paged["search_after"] = after
            answer = server.ask(partial(_search, body=paged))
            held = answer.get("pit_id", held)
            hits = answer["hits"]["hits"]
            if not hits:
                return
            yield hits
            after = hits[-1]["sort"]
    finally:
        server.ask(lambda client: client.close_point_in_time(id=held))


def fetch(
    server: Server, wanted: Sequence[tuple[str, str]], source: bool | list[str] = True
) -> list[Json]:
    """Return the documents (index, id) that are there, as of this very moment."""
    found: list[Json] = []
    for start in range(0, len(wanted), PAGE):
        docs = [{"_index": index, "_id": key} for index, key in wanted[start : start + PAGE]]
        answer = server.ask(partial(_get, docs=docs, source=source), _unread)
        found += [doc for doc in answer["docs"] if doc.get("found")]
    return found


def _get(client: Elasticsearch, docs: list[Json], source: bool | list[str]) -> ApiResponse[Any]:
    return client.mget(docs=docs, source=source)


def _search(client: Elasticsearch, body: Json) -> ApiResponse[Any]:
    return client.search(allow_partial_search_results=False, **body)


def _unread(answer: Json) -> str | None:
    """Return why a document could not be looked for; an index that is not there holds none."""
    errors = (doc["error"] for doc in answer["docs"] if "error" in doc)
    troubles = [error for error in errors if error.get("type") != "index_not_found_exception"]
    return reason_of({"error": troubles[0]}) if troubles else None
