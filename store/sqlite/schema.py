"""The SQLite database of posts, mentions and counts: how it is opened, and its schema by version.

Times are whole microseconds since 1970 UTC, minutes whole minutes since then. A count that the
source did not give is -1, so that rows compare. `body` is the whole record as JSON.
"""

import sqlite3
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from store.errors import StoreTooNew, sqlite_errors
from store.pragmas import create_private, prepare

_FIRST = """
CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
INSERT INTO counter VALUES (1, 0);

CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    published_at INTEGER NOT NULL,
    fetched_at INTEGER NOT NULL,
    reposts INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    likes INTEGER NOT NULL,
    judged INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX posts_pending ON posts (revision, published_at) WHERE pending;
CREATE INDEX posts_published ON posts (published_at);

CREATE TABLE history (
    post INTEGER NOT NULL REFERENCES posts,
    at INTEGER NOT NULL,
    reposts INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    likes INTEGER NOT NULL,
    PRIMARY KEY (post, at)
) WITHOUT ROWID;

CREATE TABLE mentions (
    id INTEGER PRIMARY KEY,
    post INTEGER NOT NULL REFERENCES posts,
    brand TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    organic INTEGER NOT NULL,
    negative INTEGER NOT NULL,
    complaint INTEGER NOT NULL,
    copy INTEGER NOT NULL,
    reach INTEGER NOT NULL,
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (post, brand)
);
CREATE INDEX mentions_counted ON mentions
    (brand, published_at, organic, negative, complaint, copy, reach, author);
CREATE INDEX mentions_published ON mentions (published_at);

CREATE TABLE points (
    brand TEXT NOT NULL,
    minute INTEGER NOT NULL,
    volume INTEGER NOT NULL,
    organic INTEGER NOT NULL,
    negative INTEGER NOT NULL,
    complaints INTEGER NOT NULL,
    reach INTEGER NOT NULL,
    authors INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (brand, minute)
) WITHOUT ROWID;
CREATE INDEX points_changed ON points (revision);
"""

# `search` is keyed by the mention's id and keeps only postings. Merging many segments at a time
# halves the cost of a write. Rows with after < id <= until are not in it yet.
_SEARCH = """
CREATE VIRTUAL TABLE search USING fts5 (tokens, content = '', columnsize = 0, tokenize = 'ascii');
INSERT INTO search (search, rank) VALUES ('automerge', 16);
CREATE TABLE unindexed (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    after INTEGER NOT NULL,
    until INTEGER NOT NULL
);
INSERT INTO unindexed SELECT 1, 0, ifnull(max(id), 0) FROM mentions;
"""

# Headlines are few and asked for at every step.
_HEADLINES = """
CREATE INDEX posts_headlines ON posts (published_at) WHERE json_extract(body, '$.kind') = 'headline'
"""

# One script a version, in order: a database at version n has run the first n. Never edit, append.
MIGRATIONS = (_FIRST, _SEARCH, _HEADLINES)


def open_database(path: Path, patience: timedelta) -> sqlite3.Connection:
    """Open the database at `path`, making it and bringing its schema up to date where needed.

    A statement that meets another process's transaction waits for at most `patience`.

    Raises:
        StoreUnreachable: the folder is not there.
        StoreTooNew: a newer program wrote it.
        StoreError: its other kinds, see store/errors.py.
    """
    with sqlite_errors(path):
        # Where it cannot be made, connecting says why.
        with suppress(OSError):
            create_private(path)
        database = sqlite3.connect(path)
        try:
            prepare(database, patience)
            _migrate(database, path)
        except BaseException:
            database.close()
            raise
        return database


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    if _version(database, path) == len(MIGRATIONS):
        return
    database.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated while this one waited for the lock.
        for version in range(_version(database, path), len(MIGRATIONS)):
            for statement in MIGRATIONS[version].split(";\n"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {version + 1}")
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise


def check_version(database: sqlite3.Connection, path: Path) -> None:
    """Make sure that no newer program has changed the schema since it was opened.

    Raises:
        StoreTooNew: one has.
    """
    _version(database, path)


def _version(database: sqlite3.Connection, path: Path) -> int:
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise StoreTooNew(
            f"{path} has schema {version}, this program knows {len(MIGRATIONS)}: upgrade fengsui"
        )
    return version
