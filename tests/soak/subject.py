"""The run that is soaked: `fengsui run` in a process of its own, with faults. SETTINGS FOLDER PORT.

A fault is on while a file of its name is in the folder; see `tests.soak.faults`.
"""

import errno
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fengsui.cli import main
from fengsui.pipeline import run as continuous
from listeners.push.spool import Spool
from store.errors import StoreUnreachable
from store.ledger.database import LedgerDatabase
from store.sqlite.store import SqliteMentionStore

LEDGER_GONE = "ledger-gone"
DISK_FULL = "disk-full"
CLOCK = "clock"
_NO_PAGES = "PRAGMA max_page_count = 1"
_ALL_PAGES = "PRAGMA max_page_count = 4294967294"


def soaked(settings: str, folder: Path, port: str) -> None:
    """Run until SIGTERM."""
    inject(folder)
    continuous.run = partial(continuous.run, clock=partial(clock, folder))
    sys.argv = ["fengsui", "run", "--config", settings, "--health", f"127.0.0.1:{port}"]
    main()


def clock(folder: Path) -> datetime:
    """Return the time, wrong by what the fault says."""
    try:
        wrong = float((folder / CLOCK).read_text() or 0)
    except (FileNotFoundError, ValueError):
        wrong = 0.0
    return datetime.now(UTC) + timedelta(seconds=wrong)


def inject(folder: Path) -> None:
    """Let ledger, store and spool fail while the folder says so."""
    ledger_writing, ledger_rows = LedgerDatabase._writing, LedgerDatabase._rows
    store_writing, put = SqliteMentionStore._writing, Spool.put

    def gone() -> None:
        if (folder / LEDGER_GONE).exists():
            raise StoreUnreachable("the ledger is away (injected)")

    def is_full() -> bool:
        return (folder / DISK_FULL).exists()

    @contextmanager
    def writing(self: LedgerDatabase) -> Iterator[Any]:
        gone()
        with ledger_writing(self) as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute(_NO_PAGES if is_full() else _ALL_PAGES)
            yield connection

    def rows(self: LedgerDatabase, *query: Any, **values: Any) -> Any:
        gone()
        return ledger_rows(self, *query, **values)

    @contextmanager
    def filling(self: SqliteMentionStore) -> Iterator[sqlite3.Connection]:
        with store_writing(self) as database:
            # SQLite itself says that the disk is full when it needs another page.
            database.execute(_NO_PAGES if is_full() else _ALL_PAGES)
            yield database

    def spooled(self: Spool, payload: bytes) -> bool:
        if is_full():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return put(self, payload)

    LedgerDatabase._writing = writing  # type: ignore[method-assign]
    LedgerDatabase._rows = rows  # type: ignore[method-assign]
    SqliteMentionStore._writing = filling  # type: ignore[method-assign]
    Spool.put = spooled  # type: ignore[method-assign]


if __name__ == "__main__":
    soaked(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
