"""Finding the posts of a person and deleting posts with all that is of them."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, repeat
from typing import Any, TypeAlias
from urllib.parse import quote

from elastic_transport import ApiResponse
from elasticsearch import Elasticsearch

from records import Post, Window
from store.elasticsearch.client import Server
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.indices.names import identifier
from store.elasticsearch.posts.monthly import published_in
from store.elasticsearch.reading import PAGE, pages, refresh, scan
from store.elasticsearch.rows import iso, read_post
from store.encoding import micros, storable
from store.errors import StoreError

Json: TypeAlias = dict[str, Any]

# What is of a post, and the field that names it there.
_OF_A_POST = (("mentions", "post_key"), ("history", "post_key"), ("posts", "key"))
# How long a deletion in the background is left alone before one looks whether it is over.
_FIRST_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)
_FURTHER_SECONDS = 5.0


class Forgetting:
    """Posts of one prefix by their authors and ages, and their deletion."""

    def __init__(self, server: Server, prefix: str) -> None:
        self._server = server
        self._aliases = {kind: KINDS[kind].alias(prefix) for kind, _ in _OF_A_POST}

    def keys_of_author(self, author: str) -> list[str]:
        """Return the keys of all posts of `author`; every post is read."""
        alias, wanted = self._aliases["posts"], storable(author)
        refresh(self._server, alias)
        found = {
            post.key
            for page in scan(self._server, alias, {"source": ["body"]})
            for hit in page
            if (post := read_post(hit["_source"]["body"])).author == wanted
        }
        return sorted(found)

    def fetched_before(
        self, source: str, window: Window, before: datetime, limit: int
    ) -> Iterator[Post]:
        """Yield posts of `source` published in `window`, the one fetched longest ago first."""
        alias = self._aliases["posts"]
        refresh(self._server, alias)
        filters: list[Json] = [
            {"term": {"source": identifier(source)}},
            {"range": {"fetched_at": {"lt": iso(micros(before))}}},
            published_in(window),
        ]
        body: Json = {
            "query": {"bool": {"filter": filters}},
            "sort": [{"fetched_at": "asc"}, {"key": "asc"}],
            "source": ["body"],
        }
        for page in pages(self._server, alias, body, limit=limit):
            for hit in page:
                post = read_post(hit["_source"]["body"])
                if not post.deleted:
                    yield post

    def forget(self, keys: Sequence[str]) -> int:
        """Delete the posts with these keys; mentions and history first."""
        forgotten = 0
        for start in range(0, len(keys), PAGE):
            some = [identifier(key) for key in keys[start : start + PAGE]]
            deleted = {
                kind: self._delete(kind, {"terms": {name: some}}) for kind, name in _OF_A_POST
            }
            forgotten += deleted["posts"]
        return forgotten

    def expire(self, before: datetime) -> int:
        """Delete the posts published before `before`, and their mentions."""
        old = {"range": {"published_us": {"lt": micros(before)}}}
        self._delete_slowly("mentions", old)
        self._delete_slowly("history", {"range": {"at_us": {"lt": micros(before)}}})
        return self._delete_slowly("posts", old)

    def _delete(self, kind: str, query: Json) -> int:
        alias = self._aliases[kind]
        refresh(self._server, alias)
        answer: Json = self._server.ask(partial(_delete_by_query, alias=alias, query=query))
        return int(answer.get("deleted", 0))

    def _delete_slowly(self, kind: str, query: Json) -> int:
        """Delete as a task of the server's: millions take longer than a request may.

        Raises:
            StoreError: the server gave up; what is left is deleted by the next run.
        """
        alias = self._aliases[kind]
        refresh(self._server, alias)
        start = partial(_delete_by_query, alias=alias, query=query, wait=False)
        task = str(self._server.ask(start)["task"])
        for pause in chain(_FIRST_SECONDS, repeat(_FURTHER_SECONDS)):
            found: Json = self._server.ask(partial(_task, task=task))
            if found["completed"]:
                break
            time.sleep(pause)
        if wrong := found.get("error") or found["response"].get("failures"):
            raise StoreError(f"{self._server.place}: deleting from {alias} ended early: {wrong}")
        return int(found["response"]["deleted"])


def _task(client: Elasticsearch, task: str) -> ApiResponse[Any]:
    # The client calls this a preview, and warns; the server has had it since release 5.
    return client.perform_request(
        "GET", f"/_tasks/{quote(task, safe='')}", headers={"accept": "application/json"}
    )


def _delete_by_query(
    client: Elasticsearch, alias: str, query: Json, *, wait: bool = True
) -> ApiResponse[Any]:
    return client.delete_by_query(
        index=alias,
        query=query,
        wait_for_completion=wait,
        conflicts="proceed",
        refresh=True,
        ignore_unavailable=True,
        allow_no_indices=True,
    )
