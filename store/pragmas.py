"""The settings that every SQLite connection of the stores begins with."""

import os
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

_SETTINGS = (
    # What was committed survives a power cut: a claim before its message is sent, and the posts
    # before the cursor behind them, which lies in another file.
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    # KiB a connection. Each thread of a run has two, and what is not here is in the system's cache.
    "PRAGMA cache_size = -16384",
    # Pages that many batches change are then copied from the log (16 MB at most) once.
    "PRAGMA wal_autocheckpoint = 4000",
)
_PAUSE_SECONDS = 0.01
_OWNER_ALONE = 0o600


def create_private(path: Path) -> None:
    """Make an empty file that its owner alone can read, where there is none.

    SQLite gives its log and its shared memory the rights of the database. A database in memory has
    no file.

    Raises:
        OSError: it cannot be made.
    """
    if path.name.startswith(":"):
        return
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ALONE))
    except FileExistsError:
        return
    # SQLite does this for files that it makes itself. The folder may be new as well.
    sync_folder(path.parent)
    sync_folder(path.parent.parent)


def sync_folder(folder: Path) -> None:
    """Let the names in `folder` survive a power cut: a synced file is lost without its name.

    Raises:
        OSError: it cannot be opened or written.
    """
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


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
