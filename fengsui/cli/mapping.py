"""`import --map` and `--guess`: any table by the names of its columns."""

import io
import json
import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, get_args

import typer

from fengsui.cli.language import tell
from fengsui.settings.application import Settings
from fengsui.settings.profiles import FieldName
from listeners.formats.detect import DELIMITERS
from listeners.formats.format import Format
from listeners.formats.headers import guessed_header
from listeners.formats.tables.mapping import NEEDED, Profile, guess
from listeners.parsing.bytes import HEAD_SIZE, as_utf8, encoding_of, opened
from listeners.parsing.csv_rows import Rows
from listeners.parsing.sheets.databases import is_database, tables
from listeners.parsing.sheets.tables import GREATEST_FILE, BrokenTables, Sheet
from listeners.parsing.sheets.workbooks import is_workbook, sheets

_ROWS: Final = 3
_LOOKED_AT: Final = 30
_LONGEST_NAME: Final = 64
# What a shell takes for something else than itself.
_MEANS: Final = re.compile(r"[\s\"'\\$`&|;<>()*?\[\]{}#!~^]")
_SHOWN: Final = 30
FIELDS: Final = frozenset(get_args(FieldName))


def parted(files: Sequence[Path], mapping: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return the files and the pairs; behind --map more pairs may stand, as if they were files."""
    if not mapping:
        return list(files), []
    pairs = [str(one) for one in files if "=" in one.name and not one.exists()]
    return [one for one in files if str(one) not in pairs], [*mapping, *pairs]


def profiles_of(settings: Settings, pairs: Sequence[str]) -> tuple[Format, ...]:
    """Return the formats of the profiles, that of the command line before the settings' own.

    Raises:
        typer.BadParameter: a pair names no field, or there is none for what a post needs.
    """
    own = tuple(profile.format() for profile in settings.profiles)
    if not pairs:
        return own
    columns = {}
    for pair in pairs:
        name, sign, column = pair.partition("=")
        if not sign or name.strip() not in FIELDS or not column.strip():
            known = ", ".join(sorted(FIELDS))
            raise typer.BadParameter(tell("import.bad_map", pair=pair, known=known))
        columns[name.strip()] = column.strip()
    if not set(NEEDED) <= columns.keys():
        raise typer.BadParameter(tell("refused.profile"))
    chosen = {name: (column,) for name, column in columns.items()}
    return (Profile("--map", chosen).format(), *own)


def guess_lines(file: Path) -> Iterator[str]:
    """Yield the first rows of a table with what its columns probably are, and how to import it."""
    rows = _first_rows(file)
    if not rows:
        yield tell("import.no_table", file=file)
        return
    header, above = guessed_header(rows)
    below = rows[above:]
    proposed = guess(header, below)
    fields = {column: name for name, column in proposed.items()}
    for place, column in enumerate(header):
        cells = [row[place][:_SHOWN] for row in below[:_ROWS] if place < len(row)]
        yield f"{fields.get(column, '-'):>12}  {column}  {' | '.join(cells)}"
    lacking = [name for name in NEEDED if name not in proposed]
    if lacking:
        yield tell("import.guess_lacks", fields=", ".join(lacking))
    proposed |= dict.fromkeys(lacking, "?")
    pairs = " ".join(quoted(f"{name}={column}") for name, column in proposed.items())
    yield tell("import.guess_command", file=quoted(str(file)), pairs=pairs)
    columns = ", ".join(f"{name} = {json.dumps(column, ensure_ascii=False)}"
                        for name, column in proposed.items())  # fmt: skip
    name = json.dumps(file.stem[:_LONGEST_NAME], ensure_ascii=False)
    yield f"[[profiles]]\nname = {name}\ncolumns = {{ {columns} }}"


def quoted(word: str) -> str:
    """Return a word for a shell as it is, where no sign of it means something there."""
    return shlex.quote(word) if _MEANS.search(word) else word


def _first_rows(file: Path) -> list[list[str]]:
    with opened(file) as stream:
        head = stream.read(HEAD_SIZE)
        if is_workbook(head) or is_database(head):
            stream.seek(0)
            payload = stream.read(GREATEST_FILE)
            return _first_of_sheets(sheets(payload) if is_workbook(head) else tables(payload))
        text = as_utf8(stream, *encoding_of(head)).read(HEAD_SIZE)
    tried = ([row.cells for row in islice(Rows(io.BytesIO(text), delimiter=one), _LOOKED_AT)]
             for one in DELIMITERS)  # fmt: skip
    best = max(tried, key=_likeness)
    return best if _likeness(best)[1] > 1 else []


def _first_of_sheets(found: Iterator[Sheet]) -> list[list[str]]:
    try:
        rows = (list(islice(filter(any, sheet.rows), _LOOKED_AT)) for sheet in found)
        return max(rows, key=_likeness, default=[])
    except BrokenTables:
        return []


def _likeness(rows: list[list[str]]) -> tuple[int, int]:
    """Return how many columns are known by their names, and how many there are."""
    return len(guess(guessed_header(rows)[0])), max(map(len, rows), default=0)
