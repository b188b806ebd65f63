"""How a store says that it failed, by what the caller should do.

StoreError
├── StoreBusy          another process holds the lock: try again
├── StoreFull          the disk is full or read-only: make room, or give the right to write
├── StoreUnreachable   the file or the server is not there: check the path, the URL, the network
├── StoreCorrupt       the content is damaged or not ours: restore a backup, or check the path
└── StoreTooNew        a newer program wrote the schema: upgrade this one
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class StoreError(Exception):
    """A store could not do what it was asked; nothing of the transaction was kept."""


class StoreBusy(StoreError):
    """Another process holds the lock: try again."""


class StoreFull(StoreError):
    """The store cannot be written: make room on the disk, or give the right to write."""


class StoreUnreachable(StoreError):
    """The store is not there: check the path, the URL or the network."""


class StoreCorrupt(StoreError):
    """What was read is damaged, or no store at all: restore a backup, or check the path."""


class StoreTooNew(StoreError):
    """A newer program wrote this schema: upgrade this one."""


# Primary result codes of https://sqlite.org/rescode.html; the low byte of an extended code.
_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
    sqlite3.SQLITE_PERM: StoreFull,
    sqlite3.SQLITE_READONLY: StoreFull,
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_IOERR: StoreFull,
    sqlite3.SQLITE_CANTOPEN: StoreUnreachable,
    sqlite3.SQLITE_CORRUPT: StoreCorrupt,
    sqlite3.SQLITE_NOTADB: StoreCorrupt,
    sqlite3.SQLITE_FORMAT: StoreCorrupt,
}

# Classes and codes of https://www.postgresql.org/docs/current/errcodes-appendix.html.
_BY_SQLSTATE = {
    "08": StoreUnreachable,
    "28": StoreUnreachable,
    "3D": StoreUnreachable,
    "57P": StoreUnreachable,
    "40": StoreBusy,
    "55P03": StoreBusy,
    "53": StoreFull,
    "25006": StoreFull,
    "XX001": StoreCorrupt,
    "XX002": StoreCorrupt,
}


def kind_of(error: BaseException) -> type[StoreError]:
    """Return the class of StoreError that a driver's error stands for."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return _BY_SQLITE_CODE.get((code or 0) & 0xFF, StoreError)
    state = str(getattr(error, "sqlstate", None) or "")
    for length in (5, 3, 2):
        if kind := _BY_SQLSTATE.get(state[:length]):
            return kind
    # No server has said anything: psycopg could not reach it, or lost it halfway.
    return StoreUnreachable if not state and _is_operational(error) else StoreError


def _is_operational(error: BaseException) -> bool:
    """Say whether a driver calls this a failure of its operation; every driver has the class."""
    return any(kind.__name__ == "OperationalError" for kind in type(error).__mro__)


@contextmanager
def sqlite_errors(place: object) -> Iterator[None]:
    """Turn the errors of sqlite3 inside the block into StoreErrors that name `place`."""
    try:
        yield
    except sqlite3.Error as error:
        raise kind_of(error)(f"{place}: {error}") from error
