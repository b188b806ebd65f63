"""The header of a table: which rows it is, under notes that stand above it, and what it names."""

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from listeners.formats import FORMATS, recognise
from listeners.formats.format import Format, Head
from listeners.formats.marks import Recognition
from listeners.formats.tables.mapping import guess

# A title, notes and empty rows may stand above the header.
HEADER_ROWS: Final = 12
# A merged cell gives the names of a group, and the row below it those of its columns.
_HIGHEST: Final = 3
BROKEN: Final = "\ufffd"


class Header(NamedTuple):
    """The format of a table and its columns; `end` rows are above the first one below the header.

    `format` is None where the table is of no known one; `found` then says what it is close to.
    """

    columns: tuple[str, ...]
    end: int
    height: int
    found: Recognition

    @property
    def format(self) -> Format | None:
        """The format of the table."""
        return self.found.format

    @property
    def above(self) -> int:
        """How many rows are no data, but for a header of one row, which may be written again."""
        return self.end - 1 if self.height == 1 else self.end


def header_among(rows: Sequence[Sequence[str]], profiles: tuple[Format, ...]) -> Header:
    """Return the header among the first rows of a table, the one that is most like a known one.

    One of several rows is taken only where it names more than one row alone.
    """
    best, closest, most = None, None, 0
    for place in range(min(len(rows), HEADER_ROWS)):
        for height in range(1, min(_HIGHEST, len(rows) - place) + 1):
            columns = restored(header_of(_joined(rows[place : place + height])))
            head = Head(frozenset(columns))
            header = Header(columns, place + height, height, recognise(head, profiles))
            if header.format is None:
                closest = _closer(closest, header)
                continue
            score = header.format.match(head).score
            if score > most:
                best, most = header, score
    return best or closest or Header((), 0, 1, Recognition(None))


def guessed_header(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], int]:
    """Return the names that most look like a header, and how many rows are above what follows."""
    best, most = (header_of(rows[0]), 1) if rows else ((), 0), 0
    for place in range(min(len(rows), HEADER_ROWS)):
        for height in range(1, min(_HIGHEST, len(rows) - place) + 1):
            columns = header_of(_joined(rows[place : place + height]))
            if (found := len(guess(columns))) > most:
                best, most = (columns, place + height), found
    return best


def _closer(one: Header | None, other: Header) -> Header:
    """Return which of two unknown headers is worth naming: one with a likeness, else the widest."""
    if one is None:
        return other
    gains = bool(other.found.close) > bool(one.found.close)
    return other if gains else one


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return one name a column: the lowest that is not empty."""
    columns = zip_longest(*rows, fillvalue="")
    return [next((cell for cell in reversed(cells) if cell.strip()), "") for cells in columns]


def header_of(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the names in the header row, each once.

    A column without a name is called by its place, and a name that comes again by its number, so
    that the first column keeps what stands in it.
    """
    names: list[str] = []
    seen: dict[str, int] = {}
    for place, cell in enumerate(cells, start=1):
        name = cell.strip("\ufeff \t\r\n") or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def restored(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of which signs were lost as the only known ones that they can have been."""
    if not any(BROKEN in name for name in columns):
        return columns
    known = {
        name for one in FORMATS if one.orders for order in one.orders.versions for name in order
    }
    return tuple(_restored(name, known - set(columns)) for name in columns)


def _restored(name: str, known: set[str]) -> str:
    if BROKEN not in name:
        return name
    pattern = ".{1,2}".join(map(re.escape, name.split(BROKEN)))
    fitting = [one for one in known if re.fullmatch(pattern, one)]
    return fitting[0] if len(fitting) == 1 else name
