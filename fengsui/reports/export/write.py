"""Tables as files: CSV that Excel opens, workbooks, and JSON lines."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from fengsui.reports.export.cells import Value, cell_of, safe_text
from fengsui.reports.export.tables import WORDS, Table
from fengsui.reports.files import replaced
from records.language import Language
from records.time import BEIJING

SHEET: Final = 1_000_000
"""Rows of a sheet; a workbook holds 1,048,576 in each."""

WIDTH: Final = 18
TIME: Final = "yyyy-mm-dd hh:mm"


class FileKind(StrEnum):
    """The kinds of files, by their endings."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


def kind_of(path: Path) -> FileKind | None:
    """Return the kind of file that an ending names, None where it names none."""
    ending = path.suffix.lower().lstrip(".")
    return next((one for one in FileKind if one == ending), None)


def write(table: Table, path: Path, kind: FileKind, language: Language) -> int:
    """Write the table into a file, whole or not at all, and return how many rows it has.

    Raises:
        OSError: it cannot be written.
    """
    with replaced(path) as made:
        if kind is FileKind.XLSX:
            return _workbook(table, made, language)
        if kind is FileKind.JSONL:
            return _lines(table, made)
        return _csv(table, made, language)


def _csv(table: Table, path: Path, language: Language) -> int:
    words, count = WORDS[language], 0
    # The mark at the beginning tells Excel that this is UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.headings)
        for row in table.rows:
            writer.writerow([cell_of(value, words["yes"], words["no"]) for value in row])
            count += 1
    return count


def _lines(table: Table, path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in table.rows:
            answer = dict(zip(table.names, map(_plain, row), strict=True))
            file.write(json.dumps(answer, ensure_ascii=True) + "\n")
            count += 1
    return count


def _plain(value: Value) -> Value:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _workbook(table: Table, path: Path, language: Language) -> int:
    """Write a workbook row by row; what is more than a sheet holds goes onto further ones."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    count = 0
    book: Any = xlsxwriter.Workbook(str(path), options)
    with book:
        time, bold = book.add_format({"num_format": TIME}), book.add_format({"bold": True})
        rows = iter(table.rows)
        for number in range(1, 1_000):
            first = next(rows, None)
            if first is None and number > 1:
                break
            sheet = book.add_worksheet(f"{WORDS[language][table.subject]} {number}".strip())
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(table.headings) - 1, WIDTH)
            for place, heading in enumerate(table.headings):
                sheet.write_string(0, place, safe_text(heading), bold)
            some = chain([] if first is None else [first], islice(rows, SHEET - 1))
            count += _sheet(sheet, some, time, WORDS[language]["yes"], WORDS[language]["no"])
    return count


def _sheet(sheet: Any, rows: Iterator[tuple[Value, ...]], time: Any, yes: str, no: str) -> int:
    count = 0
    for count, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if isinstance(value, datetime):
                local = value.astimezone(BEIJING).replace(tzinfo=None)
                sheet.write_datetime(count, place, local, time)
                continue
            cell = cell_of(value, yes, no)
            if isinstance(cell, str):
                sheet.write_string(count, place, cell)
            elif cell is not None:
                sheet.write_number(count, place, cell)
    return count
