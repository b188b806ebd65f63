"""Detect from its beginning what a file or an answer is: its shape, and whose format it has."""

import io
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
from listeners.formats.headers import HEADER_ROWS, header_among
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


def _of_no_table(item: Any, reading: Reading) -> Iterator[Post | Fault]:  # noqa: ARG001  as a parser is called
    raise Unreadable("not a row of a known table")


# Each sheet of a workbook and each table of a database has a format of its own.
SHEETS: Final = Format("workbook or database", "table", structural(lambda _: False), _of_no_table)


# What a person can do with a table that nobody knows.
OTHER_TABLES: Final = "Other tables: fengsui import --guess."


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

    `skip` is the length of the byte order mark, `above` the number of rows to pass over: notes
    above the header, and one that has several rows.
    """

    format: Format
    shape: Shape
    encoding: str
    skip: int
    columns: tuple[str, ...] = ()
    delimiter: str = COMMA
    above: int = 0
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
        keys = shown("keys", samples[0] if samples else {})
        raise unknown(self.origin, f"a {shape} with {keys}", closest)

    def table(self) -> Layout:
        """Return the layout of a table, by the delimiter with which it is recognised."""
        if _is_text_of_headlines(self.head):
            return self._layout(headlines.TEXT, Shape.LISTS)
        tried = []
        for delimiter in DELIMITERS:
            rows = Rows(io.BytesIO(self.head.lstrip()), delimiter=delimiter)
            first = [row.cells for row in islice(rows, HEADER_ROWS)]
            header = header_among(first, self.profiles)
            if header.format is not None:
                layout = self._layout(header.format, Shape.TABLE)
                return replace(
                    layout, columns=header.columns, delimiter=delimiter, above=header.above
                )
            tried.append(header)
        closest = max(tried, key=lambda one: len(one.columns))
        raise unknown(self.origin, self._what(closest.columns), closest.found)

    def _what(self, columns: tuple[str, ...]) -> str:
        if b"\0" in self.head or b"\xef\xbf\xbd" in self.head:
            return "binary data"
        if len(columns) < 2:
            return "a text that is no table"
        return f"a table with {shown('columns', columns)}"

    def _layout(self, found: Format, shape: Shape) -> Layout:
        return Layout(found, shape, self.encoding, self.skip, profiles=self.profiles)


def _is_text_of_headlines(head: bytes) -> bool:
    """Return whether it is a name, and below it numbered lines of which some have a mark."""
    lines = [line.decode(errors="replace") for line in head.splitlines()[:SAMPLES]]
    first = next((line for line in lines if line.strip()), "")
    found = [match for line in lines if (match := headlines.LINE.fullmatch(line[:4000]))]
    marked = any(match[3] or match[4] for match in found)
    return marked and headlines.LINE.fullmatch(first[:4000]) is None


def unknown(origin: str, what: str, found: Recognition) -> UnknownFormat:
    """Return the error that names what was found at `origin`, and what it is close to."""
    said = f"unknown format. Found {what}. "
    if not found.close:
        return UnknownFormat(origin, f"{said}{_expected()} {OTHER_TABLES}")
    known, match = found.close[0]
    if match.lacks:
        lacks = ", ".join(match.lacks)
        return UnknownFormat(origin, f"{said}It looks like {known.name}, but lacks {lacks}.")
    other = found.close[1][0]
    return UnknownFormat(origin, f"{said}It looks like {known.name} and like {other.name}.")


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


def shown(what: str, names: Iterable[str]) -> str:
    """Return some of `names` for a message."""
    listed = [shortened(name) for name in islice(names, SHOWN_NAMES)]
    return f"the {what} {', '.join(listed)}" if listed else f"no {what}"


def _expected() -> str:
    return f"Expected one of: {', '.join(known.name for known in FORMATS)}."
