"""Documents brought into their indices: what differs is written, what is gone is deleted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any, Self

import orjson

from store.elasticsearch.bulk import Action, BulkWriter, Reject, refuse
from store.elasticsearch.client import Server
from store.elasticsearch.indices.lifecycle import Indices
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.indices.names import identifier, plain
from store.elasticsearch.projection.rows import Document
from store.elasticsearch.reading import fetch, refresh, scan, search
from store.elasticsearch.settings import ElasticsearchSettings

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Projected:
    """How many documents were looked at, written and deleted."""

    seen: int = 0
    written: int = 0
    deleted: int = 0

    def __add__(self, other: "Projected") -> "Projected":
        return Projected(
            self.seen + other.seen, self.written + other.written, self.deleted + other.deleted
        )


class Projection:
    """The projected indices of one prefix. Repeating any of it changes nothing.

    Raises:
        StoreError: here and in every method; its kinds say what to do.
    """

    def __init__(
        self,
        settings: ElasticsearchSettings,
        *,
        reject: Reject = refuse,
        server: Server | None = None,
    ) -> None:
        self._own = server is None
        self._server = server or Server.of(settings)
        self._prefix = settings.prefix
        self._writer = BulkWriter(self._server, reject=reject)
        self._indices = Indices(settings, self._server)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()
        if self._own:
            self._server.close()

    @property
    def indices(self) -> Indices:
        """The indices themselves."""
        return self._indices

    def put(self, documents: Iterable[Document]) -> Projected:
        """Write the documents that differ from what is there."""
        done = Projected()
        remaining = iter(documents)
        while batch := list(islice(remaining, _BATCH)):
            done += self._put(batch)
        return done

    def put_all(
        self, kinds: set[str], documents: Iterable[Document], scope: dict[str, Any] | None = None
    ) -> Projected:
        """Make the documents of `kinds` (that the query `scope` finds) these and no others."""
        wanted: set[tuple[str, str]] = set()

        def noted() -> Iterator[Document]:
            for document in documents:
                wanted.add((document.place(self._prefix), document.id))
                yield document

        done = self.put(noted())
        deleted = sum(self._delete_but(kind, wanted, scope) for kind in sorted(kinds))
        return done + Projected(deleted=deleted)

    def count(self, kind: str) -> int:
        """Return how many documents there are of a kind."""
        alias = KINDS[kind].alias(self._prefix)
        refresh(self._server, alias)
        found = search(self._server, alias, {"size": 0, "track_total_hits": True})
        return int(found["hits"]["total"]["value"])

    def _put(self, batch: list[Document]) -> Projected:
        """Compare a batch with what is there, as of this moment, and write what differs."""
        held = {
            (plain(doc["_index"]), doc["_id"]): doc["_source"]
            for doc in fetch(self._server, [(d.place(self._prefix), d.id) for d in batch])
        }
        places = ((document.place(self._prefix), document) for document in batch)
        writes = [
            Action("index", index, document.id, orjson.dumps(document.source))
            for index, document in places
            if held.get((index, document.id)) != document.source
        ]
        self._writer.settle(writes)
        return Projected(len(batch), len(writes))

    def _delete_but(
        self, kind: str, wanted: set[tuple[str, str]], scope: dict[str, Any] | None
    ) -> int:
        alias = KINDS[kind].alias(self._prefix)
        index = f"{alias}-*" if KINDS[kind].monthly else alias
        refresh(self._server, index)
        body = {"query": scope or {"match_all": {}}, "source": False}
        gone = [
            Action("delete", place, hit["_id"])
            for page in scan(self._server, index, body)
            for hit in page
            if ((place := plain(hit["_index"])), hit["_id"]) not in wanted
        ]
        self._writer.settle(gone)
        return len(gone)


def within(since: str, until: str, brand: str | None = None) -> dict[str, Any]:
    """Return the query for what is at or after `since` and before `until` (of one brand)."""
    filters: list[dict[str, Any]] = [{"range": {"at": {"gte": since, "lt": until}}}]
    if brand is not None:
        filters.append({"term": {"brand": identifier(brand)}})
    return {"bool": {"filter": filters}}
