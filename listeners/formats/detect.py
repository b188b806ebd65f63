"""Detect from its beginning what a file or an answer is: its shape, and whose format it has."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Any, BinaryIO, Final

import msgspec

from listeners.formats import FORMATS, headlines, recognise
from listeners.formats.format import (
    UNDECODABLE,
    Fault,
    Format,
    Head,
    Reading,
    UnknownFormat,
    Unreadable,
)
from listeners.formats.marks import Recognition, structural
from listeners.parsing.bytes import GREATEST_LINE, HEAD_SIZE, UTF8, as_utf8, encoding_of
from listeners.parsing.csv_rows import COMMA, Rows
from listeners.parsing.fields import shortened
from listeners.parsing.json_arrays import BrokenArray, members
from listeners.parsing.repair import decode_repaired, repaired
from listeners.parsing.sheets.databases import is_database
from listeners.parsing.sheets.workbooks import is_workbook
from records import Post

# So many objects are looked at: the first can be a broken one.
SAMPLES: Final = 20
SHOWN_NAMES: Final = 12
# The comma first: it stands in texts, but no other one parts a header with commas.
DELIMITERS: Final = (",", "\t", ";", "|")
BROKEN: Final = "\ufffd"


def _of_no_table(item: Any, reading: Reading) -> Iterator[Post | Fault]:  # noqa: ARG001  as a parser is called
    raise Unreadable("not a row of a known table")


# Each sheet of a workbook and each table of a database has a format of its own.
SHEETS: Final = Format("workbook or database", "table", structural(lambda _: False), _of_no_table)
# A title and notes may stand above the header of a sheet.
HEADER_ROWS: Final = 10


class Shape(StrEnum):
    """How items stand in a text."""

    TABLE = "table"
    LINES = "JSON Lines"
    ARRAY = "JSON array"
    DOCUMENT = "JSON object"
    LISTS = "text of headlines"
    WORKBOOK = "workbook"
    DATABASE = "database"


@dataclass(frozen=True, slots=True)
class Layout:
    """The format of a text, its shape and character set, and the columns of a table.

    `skip` is the length of the byte order mark.
    """

    format: Format
    shape: Shape
    encoding: str
    skip: int
    columns: tuple[str, ...] = ()
    delimiter: str = COMMA
    profiles: tuple[Format, ...] = ()

    @property
    def is_linewise(self) -> bool:
        """Whether reading can go on from the end of any line."""
        return self.shape in {Shape.TABLE, Shape.LINES} and self.encoding == UTF8


def layout_of(stream: BinaryIO, origin: str, profiles: tuple[Format, ...] = ()) -> Layout:
    """Return the layout of `stream`, which must be at its beginning and can seek.

    What one of `profiles` recognises is theirs, before any other format.

    Raises:
        UnknownFormat: it is of no known kind; `origin` names it in the message.
        OSError, EOFError, lzma.LZMAError, zlib.error: it cannot be read or decompressed.
    """
    beginning = stream.read(HEAD_SIZE)
    if is_workbook(beginning) or is_database(beginning):
        shape = Shape.WORKBOOK if is_workbook(beginning) else Shape.DATABASE
        return Layout(SHEETS, shape, UTF8, 0, profiles=profiles)
    encoding, skip = encoding_of(beginning)
    text = as_utf8(stream, encoding, skip)
    head = text.readline(GREATEST_LINE) + text.read(HEAD_SIZE)
    start = head.lstrip()[:1]
    if not start:
        raise UnknownFormat(origin, f"empty. {_expected()}")
    look = _Look(head, encoding, skip, origin, profiles)
    if start == b"[":
        return look.json(Shape.ARRAY, list(_array_objects(head)))
    if start != b"{":
        return look.table()
    objects = list(_line_objects(head))
    if objects:
        return look.json(Shape.LINES, objects)
    return look.json(Shape.DOCUMENT, [_document(head, text)])


@dataclass(frozen=True, slots=True)
class _Look:
    """The beginning of a text, and what is known of it so far."""

    head: bytes
    encoding: str
    skip: int
    origin: str
    profiles: tuple[Format, ...]

    def json(self, shape: Shape, samples: list[dict[str, Any]]) -> Layout:
        """Return the layout of JSON, by the first object that is recognised."""
        closest = Recognition(None)
        for sample in samples:
            found = recognise(Head(frozenset(sample), sample), self.profiles)
            if found.format:
                return self._layout(found.format, shape)
            closest = closest if closest.close else found
        keys = _shown("keys", samples[0] if samples else {})
        raise _unknown(self.origin, f"a {shape} with {keys}", closest)

    def table(self) -> Layout:
        """Return the layout of a table, by the delimiter with which it is recognised."""
        if _is_text_of_headlines(self.head):
            return self._layout(headlines.TEXT, Shape.LISTS)
        tried = []
        for delimiter in DELIMITERS:
            rows = Rows(io.BytesIO(self.head.lstrip()), delimiter=delimiter)
            first = next(iter(rows), None)
            columns = restored(header_of(first.cells)) if first else ()
            found = recognise(Head(frozenset(columns)), self.profiles)
            if found.format is not None:
                layout = self._layout(found.format, Shape.TABLE)
                return replace(layout, columns=columns, delimiter=delimiter)
            tried.append((len(columns), columns, found))
        _, columns, found = max(tried, key=lambda one: one[0])
        raise _unknown(self.origin, self._what(columns), found)

    def _what(self, columns: tuple[str, ...]) -> str:
        if b"\0" in self.head or b"\xef\xbf\xbd" in self.head:
            return "binary data"
        if len(columns) < 2:
            return "a text that is no table"
        return f"a table with {_shown('columns', columns)}"

    def _layout(self, found: Format, shape: Shape) -> Layout:
        return Layout(found, shape, self.encoding, self.skip, profiles=self.profiles)


def _is_text_of_headlines(head: bytes) -> bool:
    """Return whether it is a name, and below it numbered lines of which some have a mark."""
    lines = [line.decode(errors="replace") for line in head.splitlines()[:SAMPLES]]
    first = next((line for line in lines if line.strip()), "")
    found = [match for line in lines if (match := headlines.LINE.fullmatch(line[:4000]))]
    marked = any(match[3] or match[4] for match in found)
    return marked and headlines.LINE.fullmatch(first[:4000]) is None


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


def _unknown(origin: str, what: str, found: Recognition) -> UnknownFormat:
    said = f"unknown format. Found {what}. "
    if not found.close:
        return UnknownFormat(origin, said + _expected())
    known, match = found.close[0]
    if match.lacks:
        lacks = ", ".join(match.lacks)
        return UnknownFormat(origin, f"{said}It looks like {known.name}, but lacks {lacks}.")
    other = found.close[1][0]
    return UnknownFormat(origin, f"{said}It looks like {known.name} and like {other.name}.")


def header_of(cells: list[str]) -> tuple[str, ...]:
    """Return the names in the header row; a column without a name is called by its place."""
    names = (cell.strip("\ufeff \t\r\n") for cell in cells)
    return tuple(name or f"column {place}" for place, name in enumerate(names, start=1))


def _line_objects(head: bytes) -> Iterator[dict[str, Any]]:
    for line in head.splitlines()[:SAMPLES]:
        try:
            found = decode_repaired(msgspec.json.decode, line)
        except UNDECODABLE:
            continue
        if isinstance(found, dict):
            yield found


def _array_objects(head: bytes) -> Iterator[dict[str, Any]]:
    try:
        for found in islice(members(io.BytesIO(repaired(head))), SAMPLES):
            if isinstance(found, dict):
                yield found
    except BrokenArray:
        return


def _document(head: bytes, rest: BinaryIO) -> dict[str, Any]:
    try:
        found = decode_repaired(msgspec.json.decode, head + rest.read(GREATEST_LINE))
    except UNDECODABLE:
        return {}
    return found if isinstance(found, dict) else {}


def _shown(what: str, names: Iterable[str]) -> str:
    listed = [shortened(name) for name in islice(names, SHOWN_NAMES)]
    return f"the {what} {', '.join(listed)}" if listed else f"no {what}"


def _expected() -> str:
    return f"Expected one of: {', '.join(known.name for known in FORMATS)}."


def header_among(
    rows: list[list[str]], profiles: tuple[Format, ...]
) -> tuple[int, tuple[str, ...], Format]:
    """Return the place of the header among the first rows of a sheet, its names and its format.

    Raises:
        UnknownFormat: none of them is the header of a known table.
    """
    closest: tuple[Recognition, tuple[str, ...]] | None = None
    for place, cells in enumerate(rows[:HEADER_ROWS]):
        columns = header_of(cells)
        found = recognise(Head(frozenset(columns)), profiles)
        if found.format is not None:
            return place, columns, found.format
        if closest is None or (found.close and not closest[0].close):
            closest = found, columns
    found, columns = closest or (Recognition(None), ())
    raise _unknown("sheet", f"a table with {_shown('columns', columns)}", found)
