"""What a format is: how it is recognised, and how one item of it becomes posts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final, NamedTuple

import msgspec

from listeners.formats.orders import Orders
from listeners.parsing.times import BEIJING, read_time
from records import Post

# What a decoder raises: no JSON or another type, no UTF-8, and nested deeper than Python can go.
UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class UnknownFormat(Exception):
    """The content is of no known kind; `reason` says what was expected and what was found."""

    def __init__(self, origin: str, reason: str) -> None:
        super().__init__(f"{origin}: {reason}")
        self.reason = reason


class Unreadable(Exception):
    """An item cannot become a post; the text is the reason, short and in stable words."""


class Fault(NamedTuple):
    """One item inside a greater one that could not become a post, with what was read of it."""

    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known before the first item: where it comes from, and when it was fetched.

    `seen_at` is the time that rejected items carry. `fetched_at` is None to take every post as of
    the time it was published, where the source does not say itself when it was asked. Times that
    name no zone are those of `zone`.
    """

    origin: str
    fetched_at: datetime | None
    seen_at: datetime
    zone: tzinfo = BEIJING

    def time(self, value: object) -> datetime:
        """Return the time that `value` writes; a relative one counts back from the fetch.

        Raises:
            ValueError: it cannot be read.
        """
        return read_time(value, self.fetched_at, self.zone)

    def fetched(self, published_at: datetime) -> datetime:
        """Return the fetch time of a post whose source does not give one."""
        return self.fetched_at or published_at


@dataclass(frozen=True, slots=True)
class Head:
    """What the beginning shows: the columns of a table, or a JSON object and its keys."""

    columns: frozenset[str]
    sample: Any = None

    @property
    def is_table(self) -> bool:
        """Whether it is a table, not JSON."""
        return self.sample is None


class Match(NamedTuple):
    """How much something is like a format, 0 for not at all, and which names it lacks of it."""

    score: int
    lacks: tuple[str, ...]


_object = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Format:
    """A shape that files and answers have.

    `parse` turns one item (a row as a mapping of column to cell, or what `decode` made of a JSON
    text) into posts and faults; it raises Unreadable or ListenerError where the whole item is
    none. `decode` raises one of UNDECODABLE. `source` names the items that could not be read.
    `is_answer` says that an item is what an interface answered just now: when it is a refusal, the
    interface refuses this read. `orders` are those of a table whose columns have changed. `detail`
    tells formats of one name apart: a user's own can be written anew under its name.
    """

    name: str
    source: str
    match: Callable[[Head], Match]
    parse: Callable[[Any, Reading], Iterable[Post | Fault]]
    decode: Callable[[bytes], Any] = _object.decode
    is_answer: bool = False
    orders: Orders | None = None
    detail: str = ""
