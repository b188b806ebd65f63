"""What each failure of a driver asks the caller to do."""

import sqlite3

import pytest

from store.errors import (
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreUnreachable,
    kind_of,
)

SQLITE = [
    (sqlite3.SQLITE_BUSY, StoreBusy),
    (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusy),
    (sqlite3.SQLITE_LOCKED, StoreBusy),
    (sqlite3.SQLITE_FULL, StoreFull),
    (sqlite3.SQLITE_READONLY_DBMOVED, StoreFull),
    (sqlite3.SQLITE_IOERR_WRITE, StoreFull),
    (sqlite3.SQLITE_CANTOPEN, StoreUnreachable),
    (sqlite3.SQLITE_CORRUPT_INDEX, StoreCorrupt),
    (sqlite3.SQLITE_NOTADB, StoreCorrupt),
    (sqlite3.SQLITE_CONSTRAINT_UNIQUE, StoreError),
]

POSTGRESQL = [
    ("08006", StoreUnreachable),
    ("28P01", StoreUnreachable),
    ("3D000", StoreUnreachable),
    ("57P03", StoreUnreachable),
    ("57014", StoreError),
    ("40001", StoreBusy),
    ("40P01", StoreBusy),
    ("55P03", StoreBusy),
    ("53100", StoreFull),
    ("25006", StoreFull),
    ("25001", StoreError),
    ("XX001", StoreCorrupt),
    ("23505", StoreError),
    (None, StoreError),
]


class DriverError(Exception):
    """An error as a PostgreSQL driver raises it."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("from the server")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(("code", "kind"), SQLITE)
def test_sqlite_codes(code: int, kind: type[StoreError]) -> None:
    """A SQLite result code, plain or extended, stands for one kind of StoreError."""
    error = sqlite3.OperationalError("from the file")
    error.sqlite_errorcode = code
    assert kind_of(error) is kind


@pytest.mark.parametrize(("state", "kind"), POSTGRESQL)
def test_postgresql_states(state: str | None, kind: type[StoreError]) -> None:
    """An SQLSTATE stands for one kind of StoreError, by its code or its class."""
    assert kind_of(DriverError(state)) is kind


def test_silence_of_the_server_is_unreachable() -> None:
    """A failed operation that no server has answered found no server."""
    failed = type("ConnectionTimeout", (type("OperationalError", (DriverError,), {}),), {})
    assert kind_of(failed(None)) is StoreUnreachable
    assert kind_of(failed("23505")) is StoreError
