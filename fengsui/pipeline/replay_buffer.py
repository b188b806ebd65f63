"""Items of many files in the order in which they became visible, on disk to keep memory flat."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from records import Post, Rejected, Window
from records.time import EPOCH

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE item (visible INTEGER NOT NULL, key TEXT, body BLOB NOT NULL);
"""
_MICROSECOND = timedelta(microseconds=1)


class ReplayBuffer:
    """A scratch table of items, sorted by the time from which each could be read.

    It can be made again from the files at any time, so nothing in it needs to survive a crash.
    """

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._path = path
        self._connection = sqlite3.connect(path)
        self._connection.executescript(_SCHEMA)
        self._post = msgspec.msgpack.Decoder(Post)
        self._rejected = msgspec.msgpack.Decoder(Rejected)

    def add(self, items: Iterable[Post | Rejected]) -> None:
        """Add items, in any order."""
        encode = msgspec.msgpack.Encoder().encode
        self._connection.executemany(
            "INSERT INTO item VALUES (?, ?, ?)",
            (
                (_stamp(item.seen_at), None, encode(item))
                if isinstance(item, Rejected)
                else (_stamp(item.fetched_at), item.key, encode(item))
                for item in items
            ),
        )

    def seal(self) -> Window | None:
        """Sort what was added and return the span of its times, None if there is nothing."""
        self._connection.execute("CREATE INDEX item_visible ON item (visible)")
        first, last = self._connection.execute(
            "SELECT MIN(visible), MAX(visible) FROM item WHERE key IS NOT NULL"
        ).fetchone()
        if first is None:
            return None
        return Window(_time(first), _time(last) + _MICROSECOND)

    def count(self) -> tuple[int, int, int]:
        """Return the numbers of all items, of posts, and of distinct keys of posts."""
        row = self._connection.execute("SELECT COUNT(*), COUNT(key), COUNT(DISTINCT key) FROM item")
        items, posts, keys = row.fetchone()
        return items, posts, keys

    def __iter__(self) -> Iterator[tuple[datetime, Post | Rejected]]:
        """Yield each item with the time from which it was visible, oldest first."""
        for visible, key, body in self._connection.execute(
            "SELECT visible, key, body FROM item ORDER BY visible, rowid"
        ):
            decode = self._rejected.decode if key is None else self._post.decode
            yield _time(visible), decode(body)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()
        self._path.unlink(missing_ok=True)


def _stamp(at: datetime) -> int:
    return (at - EPOCH) // _MICROSECOND


def _time(stamp: int) -> datetime:
    return EPOCH + stamp * _MICROSECOND
