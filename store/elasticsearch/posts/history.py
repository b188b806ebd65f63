"""What earlier copies of posts counted."""

from collections.abc import Sequence

import orjson

from store.elasticsearch.bulk import Action, BulkWriter
from store.elasticsearch.client import Server
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.indices.names import identifier
from store.elasticsearch.posts.merging import Entry
from store.elasticsearch.reading import fetch, pages, refresh
from store.elasticsearch.rows import iso

_ROUNDS = 30


class History:
    """Counts by post and instant in `{prefix}-history`; of one instant the greater ones stay."""

    def __init__(self, server: Server, writer: BulkWriter, prefix: str) -> None:
        self._server = server
        self._writer = writer
        self._index = KINDS["history"].alias(prefix)

    def write(self, entries: Sequence[Entry]) -> None:
        """Write the entries that are not there yet, or there with lesser counts."""
        left = {_id(entry): (entry, 1) for entry in entries}
        for _ in range(_ROUNDS):
            if not left:
                return
            conflicts = self._writer.settle(
                Action("index", self._index, key, _document(entry), version)
                for key, (entry, version) in left.items()
            )
            found = fetch(self._server, [(self._index, action.id) for action in conflicts])
            left = {
                doc["_id"]: (entry, doc["_version"] + 1)
                for doc in found
                if (entry := left[doc["_id"]][0]).counts > _counts(doc["_source"])
            }

    def read(self, key: str) -> list[tuple[int, int, int, int]]:
        """Return (at, reposts, comments, likes) of a post's entries, oldest first."""
        refresh(self._server, self._index)
        body = {"query": {"term": {"post_key": key}}, "sort": [{"at_us": "asc"}]}
        return [
            (hit["_source"]["at_us"], *_counts(hit["_source"]))
            for page in pages(self._server, self._index, body)
            for hit in page
        ]


def _id(entry: Entry) -> str:
    return identifier(f"{entry.post_key}@{entry.at}")


def _document(entry: Entry) -> bytes:
    return orjson.dumps(
        {
            "post_key": entry.post_key,
            "at": iso(entry.at),
            "at_us": entry.at,
            "reposts": entry.reposts,
            "comments": entry.comments,
            "likes": entry.likes,
        }
    )


def _counts(source: dict[str, int]) -> tuple[int, int, int]:
    return source["reposts"], source["comments"], source["likes"]
