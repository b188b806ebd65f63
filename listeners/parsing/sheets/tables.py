"""Tables that stand in a file with others: the sheets of a workbook, the tables of a database."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

# What is larger is not loaded: both kinds are read from memory.
GREATEST_FILE: Final = 512 * 1024 * 1024
# Every whole number up to here is exact in floating point.
_EXACT: Final = 2**53
GREATEST_CELL: Final = 200_000


class BrokenTables(Exception):
    """The file cannot be read as what it begins like; the text says why, in short."""


# Behind the name of a column: the address to which its cells lead, where they only show words.
LINK: Final = " (link)"


class Linked(list[str]):
    """A row of which some cells lead to an address: `links` has them by their places."""

    def __init__(self, cells: list[str], links: dict[int, str]) -> None:
        super().__init__(cells)
        self.links = links


class Sheet(NamedTuple):
    """One table: its name, and its rows as texts, the header mostly first."""

    name: str
    rows: Iterator[list[str]]


def within_bounds(payload: bytes) -> bytes:
    """Return `payload` where it is small enough to be read.

    Raises:
        BrokenTables: it is not.
    """
    if len(payload) > GREATEST_FILE:
        raise BrokenTables(f"larger than {GREATEST_FILE >> 20} MB")
    return payload


def cell_text(value: object) -> str:
    """Return what a cell holds as a table of text would; a number that lost digits shows it."""
    for kind, write in _WRITTEN:
        if isinstance(value, kind):
            return write(value)
    return str(value)[:GREATEST_CELL]


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)


# The first that fits: a datetime is a date as well.
_WRITTEN: Final[tuple[tuple[type, Callable[[Any], str]], ...]] = (
    (str, lambda text: text[:GREATEST_CELL]),
    (type(None), lambda _: ""),
    (bytes, lambda _: ""),
    (float, _number),
    (datetime, lambda at: at.isoformat(" ", "seconds")),
    (date, date.isoformat),
    (time, time.isoformat),
    (timedelta, lambda length: f"{length.total_seconds():.0f}"),
)
