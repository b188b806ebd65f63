"""The journal of changed counts: numbered without gaps, so that no reader misses an entry."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import Any

import orjson

from store.elasticsearch.bulk import Action, BulkWriter
from store.elasticsearch.client import Server
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.reading import fetch, refresh, search
from store.elasticsearch.rows import iso
from store.encoding import micros

_CHUNK = 200


class Journal:
    """Entries 1, 2, 3 ... in the index `{prefix}-changes`, each with the minutes that changed."""

    def __init__(self, server: Server, writer: BulkWriter, prefix: str) -> None:
        self._server = server
        self._writer = writer
        self._index = KINDS["changes"].alias(prefix)
        self._last: int | None = None

    def append(self, changed: Mapping[str, int], at: datetime) -> int:
        """Add an entry with the earliest changed minute of each brand; return its number.

        The number is free and follows on the last: the server refuses to make one twice.

        Raises:
            StoreError: see `client`.
        """
        entries = [{"brand": brand, "minute": minute} for brand, minute in sorted(changed.items())]
        document = {"at": iso(micros(at)), "entries": entries}
        number = self.last() + 1
        while not self._created(number, document):
            number = self._following(number) + 1
        self._last = number
        return number

    def since(self, number: int) -> Iterator[tuple[int, dict[str, int]]]:
        """Yield number, and earliest minute by brand, of the entries after `number`."""
        for start in count(number + 1, _CHUNK):
            numbers = range(start, start + _CHUNK)
            found = {doc["_id"]: doc["_source"]["entries"] for doc in self._read(numbers)}
            for following in numbers:
                if (entries := found.get(str(following))) is None:
                    return
                yield following, {entry["brand"]: entry["minute"] for entry in entries}

    def last(self) -> int:
        """Return the number of the newest entry, 0 where there is none."""
        if self._last is None:
            refresh(self._server, self._index)
            top = {"size": 1, "sort": [{"number": "desc"}], "source": ["number"]}
            hits = search(self._server, self._index, top)["hits"]["hits"]
            self._last = int(hits[0]["_source"]["number"]) if hits else 0
        # What others have added since is there by its number before any search finds it.
        self._last = self._following(self._last)
        return self._last

    def _following(self, number: int) -> int:
        """Return the last entry of the unbroken row after `number`."""
        return max((entry for entry, _ in self.since(number)), default=number)

    def _read(self, numbers: range) -> list[dict[str, Any]]:
        return fetch(self._server, [(self._index, str(number)) for number in numbers])

    def _created(self, number: int, document: dict[str, Any]) -> bool:
        body = orjson.dumps({"number": number, **document})
        return not self._writer.settle([Action("create", self._index, str(number), body)])
