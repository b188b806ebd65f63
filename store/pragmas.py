"""The settings that every SQLite connection of the stores begins with."""

import sqlite3
import time
from datetime import timedelta

_SETTINGS = (
    # With WAL a power cut may lose the last transactions but never damages the database.
    "PRAGMA synchronous = NORMAL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
    # Pages that many batches change are then copied from the log (16 MB at most) once.
    "PRAGMA wal_autocheckpoint = 4000",
)
_PAUSE_SECONDS = 0.01


def prepare(database: sqlite3.Connection, patience: timedelta) -> None:
    """Let readers and a writer work side by side, and a statement wait for at most `patience`.

    Transactions begin where the program says so: the driver would begin them late, without lock.

    Raises:
        sqlite3.Error: the file is none, cannot be used, or is locked.
    """
    database.isolation_level = None
    database.execute(f"PRAGMA busy_timeout = {patience // timedelta(milliseconds=1)}")
    _use_write_ahead_log(database, patience)
    for setting in _SETTINGS:
        database.execute(setting)


def _use_write_ahead_log(database: sqlite3.Connection, patience: timedelta) -> None:
    """Switch a new file over; for this alone SQLite does not wait while another process does it."""
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
