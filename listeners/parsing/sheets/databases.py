"""SQLite files as tables of text: read from memory, so that no file is opened and none changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Final

from listeners.parsing.sheets.tables import BrokenTables, Sheet, cell_text

MAGIC: Final = b"SQLite format 3\0"
# The bytes that say whether a write-ahead log goes with the file, which memory has not.
_LOG_MARKS: Final = slice(18, 20)
_MOST_TABLES: Final = 200
_MOST_COLUMNS: Final = 500
_READING: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})
_LONGEST_VALUE: Final = 10_000_000


def is_database(head: bytes) -> bool:
    """Return whether what begins with `head` is a file of SQLite."""
    return head.startswith(MAGIC)


def tables(payload: bytes) -> Iterator[Sheet]:
    """Yield the plain tables of a database, each with its header as the first row.

    Raises:
        BrokenTables: it is damaged.
    """
    image = bytearray(payload)
    image[_LOG_MARKS] = b"\1\1"
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(bytes(image))
            del image
            _make_safe(database)
            for name in _names(database):
                yield Sheet(name, _rows(database, name))
    except (sqlite3.Error, OverflowError) as error:
        raise _damaged(error) from error


def _make_safe(database: sqlite3.Connection) -> None:
    """Let the database do nothing but give its rows: its file was written by a stranger."""
    database.execute("PRAGMA trusted_schema=OFF")
    database.execute("PRAGMA cell_size_check=ON")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    database.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, _MOST_COLUMNS)
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    database.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY
    )


def _names(database: sqlite3.Connection) -> list[str]:
    found = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' LIMIT ?", (_MOST_TABLES,)
    )
    return [
        name
        for name, sql in found
        if isinstance(name, str)
        and not name.startswith("sqlite_")
        and not str(sql).upper().startswith("CREATE VIRTUAL")
    ]


def _rows(database: sqlite3.Connection, name: str) -> Iterator[list[str]]:
    """Yield the rows of a table; that it is damaged shows only where they are read."""
    quoted = name.replace('"', '""')
    try:
        cursor = database.execute(f'SELECT * FROM "{quoted}"')
        yield [str(column[0]) for column in cursor.description]
        for row in cursor:
            yield [cell_text(value) for value in row]
    except (sqlite3.Error, OverflowError) as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> BrokenTables:
    return BrokenTables(f"a damaged database: {error}"[:200])
