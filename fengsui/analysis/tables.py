"""Tables in files, read and written row by row: CSV, TSV, JSON Lines, also .gz and .xz.

Detect the kind, the compression and the encoding (UTF-8, with BOM or without, else GB18030) by
what a file holds, not by its name.
"""

import codecs
import csv
import gzip
import io
import lzma
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal

import msgspec

Kind = Literal["csv", "tsv", "jsonl"]
Row = dict[str, Any]

_ENCODINGS: Final = ("utf-8-sig", "gb18030")
_BLOCK: Final = 1 << 16
_CELL_LIMIT: Final = 16 << 20  # characters of one cell; csv's own limit of 128 KiB is too small
_DIALECTS: Final = {"csv": "excel", "tsv": "excel-tab"}


class TableError(Exception):
    """A file is no table that can be read; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a file, not held in memory. `columns` are in file order."""

    path: Path
    kind: Kind
    encoding: str
    columns: tuple[str, ...]

    @classmethod
    def open(cls, path: Path) -> "Table":
        """Find out what `path` holds.

        Raises:
            TableError: it cannot be read, is empty, or is no table of these kinds.
        """
        try:
            encoding = _encoding(path)
            with _open(path, encoding) as file:
                first = next((line for line in file if line.strip()), "")
        except (OSError, EOFError, lzma.LZMAError) as error:
            raise TableError(f"{path} cannot be read: {error}") from error
        if not first:
            raise TableError(f"{path} is empty")
        kind = _kind(first)
        if kind == "jsonl":
            return cls(path, kind, encoding, tuple(_json_row(first, path, 1)))
        return cls(path, kind, encoding, _header(path, encoding, kind))

    def rows(self) -> Iterator[Row]:
        """Yield the rows in order; a cell that a row does not have is empty.

        Raises:
            TableError: a line is no row of this table; the message names the line.
        """
        with _open(self.path, self.encoding) as file:
            try:
                yield from self._json_rows(file) if self.kind == "jsonl" else self._cells(file)
            except (OSError, EOFError, lzma.LZMAError) as error:
                raise TableError(f"{self.path} cannot be read: {error}") from error

    def _cells(self, file: IO[str]) -> Iterator[Row]:
        csv.field_size_limit(_CELL_LIMIT)  # the library keeps it for the whole process
        reader = csv.DictReader(file, dialect=_DIALECTS[self.kind], restval="")
        try:
            for row in reader:
                if None in row:
                    raise TableError(
                        f"{self.path}:{reader.line_num}: more cells than the {len(self.columns)} "
                        f"columns"
                    )
                yield row
        except csv.Error as error:
            raise TableError(f"{self.path}:{reader.line_num}: {error}") from error

    def _json_rows(self, file: IO[str]) -> Iterator[Row]:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _json_row(line, self.path, number)


class TableWriter:
    """Writes rows of the kind of table that was read; UTF-8, compressed as the name says."""

    def __init__(self, file: IO[str], kind: Kind, columns: Sequence[str]) -> None:
        self._file = file
        self._cells = None
        if kind != "jsonl":
            self._cells = csv.DictWriter(file, columns, dialect=_DIALECTS[kind])
            self._cells.writeheader()

    def write(self, row: Row) -> None:
        """Write one row."""
        if self._cells:
            self._cells.writerow(row)
        else:
            self._file.write(msgspec.json.encode(row).decode() + "\n")


def open_for_writing(path: Path) -> IO[str]:
    """Open `path` for text, compressed where its name ends in .gz or .xz."""
    if path.suffix == ".gz":
        return gzip.open(path, "wt", encoding="utf-8", newline="")
    if path.suffix == ".xz":
        return lzma.open(path, "wt", encoding="utf-8", newline="")
    return path.open("w", encoding="utf-8", newline="")


def _open_bytes(path: Path) -> gzip.GzipFile | lzma.LZMAFile | io.BufferedReader:
    with path.open("rb") as file:
        magic = file.read(6)
    if magic.startswith(b"\x1f\x8b"):
        return gzip.open(path, "rb")
    if magic == b"\xfd7zXZ\x00":
        return lzma.open(path, "rb")
    return path.open("rb")


def _open(path: Path, encoding: str) -> IO[str]:
    return io.TextIOWrapper(_open_bytes(path), encoding=encoding, newline="")


def _encoding(path: Path) -> str:
    """Return the first of _ENCODINGS that the whole file is written in."""
    for encoding in _ENCODINGS:
        if _is_written_in(path, encoding):
            return encoding
    raise TableError(f"{path} is text neither in UTF-8 nor in GB18030")


def _is_written_in(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with _open_bytes(path) as file:
        try:
            while block := file.read(_BLOCK):
                if "\x00" in decoder.decode(block):
                    raise TableError(
                        f"{path} holds zero bytes: no text, or UTF-16; save it as UTF-8"
                    )
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _kind(first: str) -> Kind:
    if first.lstrip().startswith("{"):
        return "jsonl"
    return "tsv" if first.count("\t") > first.count(",") else "csv"


def _header(path: Path, encoding: str, kind: Kind) -> tuple[str, ...]:
    with _open(path, encoding) as file:
        try:
            columns = tuple(next(csv.reader(file, dialect=_DIALECTS[kind])))
        except csv.Error as error:
            raise TableError(f"{path}:1: {error}") from error
    if twice := [name for name, times in Counter(columns).items() if times > 1]:
        raise TableError(f"{path}: the column {twice[0]!r} stands there more than once")
    return columns


def _json_row(line: str, path: Path, number: int) -> Row:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise TableError(f"{path}:{number}: no JSON object: {error}") from error


def cell(value: Any) -> str:
    """Return a JSON value as text: text as it is, null empty, the rest as JSON writes it."""
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
