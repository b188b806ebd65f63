"""The items of a text, one by one with flat memory: rows, lines, or members of an array."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any, BinaryIO, Final, NamedTuple

import msgspec

from listeners.formats.detect import Layout, Shape, shown, unknown
from listeners.formats.format import UNDECODABLE
from listeners.formats.headers import HEADER_ROWS, header_among, header_of, restored
from listeners.formats.orders import Orders
from listeners.parsing.bytes import BROKEN_STREAM, GREATEST_LINE, TOO_LONG, as_utf8, lines
from listeners.parsing.charsets import MISREAD_AS
from listeners.parsing.csv_rows import Rows
from listeners.parsing.fields import shortened
from listeners.parsing.json_arrays import BrokenArray, members
from listeners.parsing.repair import decode_repaired, repaired
from listeners.parsing.sheets.databases import tables
from listeners.parsing.sheets.tables import (
    GREATEST_FILE,
    LINK,
    BrokenTables,
    Linked,
    Sheet,
    within_bounds,
)
from listeners.parsing.sheets.workbooks import sheets

# An array of this size is decoded at once, which is several times faster than as a stream.
GREATEST_WHOLE: Final = 32 * 1024 * 1024
GREATEST_HEADLINE: Final = 8_000
REPLACED: Final = "text: broken characters were replaced"
MISREAD: Final = "text: was saved in a wrong character set, and put right"
UNKNOWN: Final = "unknown format. Found {}."
OTHER_VERSION: Final = "row: in the order of another version of the exporter"
_whole = msgspec.json.Decoder(list[msgspec.Raw])


class Item(NamedTuple):
    """What a format parses, or the reason why it cannot; `raw` is what it was read from.

    `position` counts rows, lines or members from 1; a repeated header is no row.
    """

    position: int
    value: Any
    raw: str | bytes
    reason: str = ""
    note: str = ""


class Items:
    """The items of a stream in a known layout.

    `position` is that of the last item so far, `layout` the one in force there: a header that
    repeats can name other columns. With `growing`, reading starts where the stream
    stands (else at its beginning) and leaves an unfinished last item alone; `unfinished` then says
    how many bytes that has.
    """

    def __init__(
        self, stream: BinaryIO, layout: Layout, *, position: int = 0, growing: bool = False
    ) -> None:
        self._stream = stream
        self.layout = layout
        self._growing = growing
        self.position = position
        self.unfinished = 0

    def __iter__(self) -> Iterator[Item]:
        readers: dict[Shape, Callable[[], Iterator[Item]]] = {
            Shape.TABLE: self._rows,
            Shape.LINES: self._lines,
            Shape.ARRAY: self._array,
            Shape.DOCUMENT: self._document,
            Shape.LISTS: self._lists,
            Shape.WORKBOOK: lambda: self._sheets(sheets),
            Shape.DATABASE: lambda: self._sheets(tables),
        }
        try:
            for item in readers[self.layout.shape]():
                was_misread = MISREAD_AS in self.layout.encoding and not item.note
                yield item._replace(note=MISREAD) if was_misread else item
        except BROKEN_STREAM as error:
            self.position += 1
            yield Item(self.position, None, "", f"the file breaks off: {type(error).__name__}")

    def _text(self) -> BinaryIO:
        if self._growing:
            return self._stream
        return as_utf8(self._stream, self.layout.encoding, self.layout.skip)

    def _rows(self) -> Iterator[Item]:
        columns = self.layout.columns
        place = next((i for i, name in enumerate(columns) if not name.startswith("column ")), 0)
        delimiter = self.layout.delimiter
        rows = Rows(lines(self._text()), growing=self._growing, delimiter=delimiter)
        above = self.layout.above
        for cells, reason, raw in rows:
            if above:
                above -= 1
                self.layout = replace(self.layout, above=above)
                continue
            if len(cells) > place and cells[place].strip("\ufeff \t") == columns[place]:
                columns = restored(header_of(cells))
                self.layout = replace(self.layout, columns=columns)
                continue
            self.position += 1
            if reason or len(cells) == len(columns):
                value = dict(zip(columns, cells, strict=False))
                yield Item(self.position, value, raw, reason)
            else:
                orders = self.layout.format.orders
                yield _uneven(Row(self.position, cells, raw), columns, orders)
        self.unfinished = rows.unfinished

    def _lists(self) -> Iterator[Item]:
        """Yield the lines of lists that a blank line parts, each under its list's name."""
        site, is_first = "", True
        for raw in lines(self._text()):
            line = raw[:GREATEST_HEADLINE].decode(errors="replace").strip("\ufeff \r\n\t")
            if not line or line.startswith("===="):
                is_first = True
            elif is_first:
                site, is_first = line, False
            else:
                self.position += 1
                yield Item(self.position, {"site": site, "line": line}, line)

    def _sheets(self, read: Callable[[bytes], Iterator[Sheet]]) -> Iterator[Item]:
        self._stream.seek(0)
        payload = self._stream.read(GREATEST_FILE + 1)
        try:
            for sheet in read(within_bounds(payload)):
                yield from self._sheet(sheet)
        except BrokenTables as error:
            self.position += 1
            yield Item(self.position, None, "", f"cannot be read: {error}")

    def _sheet(self, sheet: Sheet) -> Iterator[Item]:
        rows = (cells for cells in sheet.rows if any(cells))
        first = list(islice(rows, HEADER_ROWS))
        if not first:
            return
        header = header_among(first, self.layout.profiles)
        if header.format is None:
            self.position += 1
            what = f"a table with {shown('columns', header.columns)}"
            is_close = bool(header.found.close)
            # A workbook has sheets of sums and notes as well: they need no list of all formats.
            reason = unknown("", what, header.found).reason if is_close else UNKNOWN.format(what)
            raw = "\t".join(first[0])
            yield Item(self.position, None, raw, f"sheet {shortened(sheet.name)}: {reason}")
            return
        columns = header.columns
        self.layout = replace(self.layout, format=header.format, columns=columns)
        for cells in chain(first[header.end :], rows):
            self.position += 1
            value = dict(zip(columns, cells, strict=False))
            if isinstance(cells, Linked):
                linked = ((columns[place], link) for place, link in cells.links.items()
                          if place < len(columns))  # fmt: skip
                value |= {f"{name}{LINK}": link for name, link in linked}
            yield Item(self.position, value, "\t".join(cells))

    def _lines(self) -> Iterator[Item]:
        for line in lines(self._text()):
            if len(line) >= GREATEST_LINE:
                self.position += 1
                yield Item(self.position, None, line[:8000], TOO_LONG)
            elif self._growing and not line.endswith(b"\n"):
                self.unfinished = len(line)
            elif text := line.strip():
                yield self._decoded(text)

    def _array(self) -> Iterator[Item]:
        whole = self._text().read(GREATEST_WHOLE + 1)
        if len(whole) <= GREATEST_WHOLE:
            try:
                # ijson makes one wrong character of half a pair and the next one.
                found = decode_repaired(_whole.decode, whole)
            except UNDECODABLE:
                yield from self._streamed(io.BytesIO(repaired(whole)))
                return
            for member in found:
                yield self._decoded(bytes(member))
        else:
            del whole
            yield from self._streamed(self._text())

    def _streamed(self, text: BinaryIO) -> Iterator[Item]:
        """Yield the members of a large or broken array as far as it can be read."""
        try:
            for member in members(text):
                yield self._decoded(msgspec.json.encode(member))
        except BrokenArray:
            self.position += 1
            yield Item(self.position, None, "", "the JSON array breaks off")

    def _document(self) -> Iterator[Item]:
        yield self._decoded(self._text().read(GREATEST_WHOLE))

    def _decoded(self, text: bytes) -> Item:
        self.position += 1
        decode = self.layout.format.decode
        try:
            return Item(self.position, decode(text), text)
        except msgspec.ValidationError:
            return Item(self.position, None, text, "not an object")
        except RecursionError:
            return Item(self.position, None, text, "nested too deeply")
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._second_try(text)

    def _second_try(self, text: bytes) -> Item:
        try:
            value = self.layout.format.decode(repaired(text))
        except UNDECODABLE:
            return Item(self.position, None, text, "broken JSON")
        return Item(self.position, value, text, note=REPLACED)


class Row(NamedTuple):
    """The cells of a row, its place and its text."""

    position: int
    cells: list[str]
    raw: str


def _uneven(row: Row, columns: tuple[str, ...], orders: Orders | None) -> Item:
    """Return the item of a row that has fewer or more cells than there are columns."""
    position, cells, raw = row
    value = dict(zip(columns, cells, strict=False))
    lacking = len(columns) - len(cells)
    is_full = lacking < 0 and any(cells[len(columns) :])
    if orders is not None and (is_full or not orders.fits(value)):
        others = orders.columns_of(cells)
        if others is not None:
            ordered = dict(zip(others, cells, strict=False))
            return Item(position, ordered, raw, note=OTHER_VERSION)
        is_full = is_full or lacking < 0
    if lacking > 0:
        return Item(position, value, raw, note=f"row: lacks its last {lacking} cells")
    if is_full:
        return Item(position, value, raw, "more cells than columns")
    return Item(position, value, raw)
