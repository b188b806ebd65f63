"""Rows of CSV from lines: a quote that nobody closes costs its own row and no other."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

from listeners.parsing.bytes import GREATEST_LINE, TOO_LONG

# A row that is still open after so many lines or bytes has lost a quote.
GREATEST_ROW_LINES: Final = 200
GREATEST_ROW: Final = 1_000_000
# So often a row is tried anew with one more line before its first line is given up.
GREATEST_TRIES: Final = 8
COMMA: Final = ","
OPEN_QUOTE: Final = "unterminated quote"


class Row(NamedTuple):
    """The cells of a row, or the reason why there are none, and the text it was read from."""

    cells: list[str]
    reason: str
    raw: str


class Rows:
    """The rows of a table, whose cells are parted by `delimiter`.

    With `growing`, an unfinished row at the end is left for later; `unfinished` then says how
    many bytes it has.
    """

    def __init__(
        self, lines: Iterator[bytes], *, growing: bool = False, delimiter: str = COMMA
    ) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._growing = growing
        self._again: deque[bytes] = deque()
        self.unfinished = 0

    def __iter__(self) -> Iterator[Row]:
        while line := self._next_line():
            if len(line) >= GREATEST_LINE:
                yield Row([], TOO_LONG, line[:8000].decode(errors="replace"))
                continue
            if self._growing and not line.endswith(b"\n"):
                self.unfinished = len(line)
                return
            text = line.decode(errors="replace")
            if '"' not in text:
                cells = text.rstrip("\r\n").split(self._delimiter)
                if len(cells) > 1 or cells[0]:
                    yield Row(cells, "", text)
                continue
            row = self._quoted(line, text)
            if row is None:
                return
            yield row

    def _next_line(self) -> bytes:
        return self._again.popleft() if self._again else next(self._lines, b"")

    def _quoted(self, line: bytes, text: str) -> Row | None:
        """Return the row that begins with `line`, None where it waits for more."""
        try:
            reader = csv.reader((text,), strict=True, delimiter=self._delimiter)
            return Row(next(reader), "", text)
        except csv.Error as error:
            if not _wants_more(error):
                return _sloppy(text, self._delimiter)
        return self._long(line)

    def _long(self, first: bytes) -> Row | None:
        """Return a row whose cells hold line ends."""
        taken, size, tries = [first], len(first), 0
        while len(taken) < GREATEST_ROW_LINES and size < GREATEST_ROW and tries < GREATEST_TRIES:
            line = self._next_line()
            if not line or (self._growing and not line.endswith(b"\n")):
                if self._growing:
                    self.unfinished = size + len(line)
                    return None
                break
            taken.append(line)
            size += len(line)
            # An even number of quotes leaves a quoted cell as open as it was.
            if line.count(b'"') % 2:
                tries += 1
                cells = _cells(taken, self._delimiter)
                if cells:
                    return Row(cells, "", b"".join(taken).decode(errors="replace"))
        self._again.extendleft(reversed(taken[1:]))
        return Row([], OPEN_QUOTE, first.decode(errors="replace"))


def _wants_more(error: csv.Error) -> bool:
    return "unexpected end of data" in str(error)


def _cells(taken: list[bytes], delimiter: str) -> list[str]:
    lines = (line.decode(errors="replace") for line in taken)
    try:
        return next(csv.reader(lines, strict=True, delimiter=delimiter))
    except csv.Error:
        return []


def _sloppy(text: str, delimiter: str) -> Row:
    """Return the row of a line whose quotes are not doubled, as far as its cells are clear."""
    try:
        return Row(next(csv.reader((text,), delimiter=delimiter)), "", text)
    except csv.Error as error:
        return Row([], f"broken row: {error}"[:60], text)
