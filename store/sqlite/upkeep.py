"""What keeps the SQLite store small and right: retention, recounting, fresh indices."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Final

from store.errors import StoreCorrupt
from store.rows import MINUTE
from store.sqlite import statements as sql
from store.sqlite.search import SearchIndex

# Posts that leave in one transaction, so that writers wait for a moment only.
PAGE: Final = 500

_OLD = "SELECT id FROM posts WHERE published_at < ? ORDER BY published_at LIMIT ?"
_LEAVE = (
    "DELETE FROM mentions WHERE post IN (SELECT value FROM json_each(?))",
    "DELETE FROM history WHERE post IN (SELECT value FROM json_each(?))",
    "DELETE FROM posts WHERE id IN (SELECT value FROM json_each(?))",
)

POSTS: Final = "SELECT body FROM posts WHERE key IN (SELECT value FROM json_each(?))"
OF_AUTHOR: Final = "SELECT key FROM posts WHERE json_extract(body, '$.author') = ? ORDER BY key"
FETCHED_BEFORE: Final = """
SELECT key FROM posts
WHERE published_at >= ? AND published_at < ? AND fetched_at < ? AND key > ? AND key < ?
    AND NOT EXISTS (SELECT 1 FROM json_each(body, '$.notes') WHERE value = ?)
ORDER BY fetched_at, key LIMIT ?
"""
_IDS: Final = "SELECT id FROM posts WHERE key IN (SELECT value FROM json_each(?))"

# The inner remainder is negative before 1970.
_MISCOUNTED = """
WITH counted AS (
    SELECT brand, (published_at - ((published_at % :m) + :m) % :m) / :m AS minute,
        count(*) AS v, sum(organic) AS o, sum(negative) AS n, sum(complaint) AS c, sum(reach) AS r,
        count(DISTINCT iif(organic, author, NULL)) AS a
    FROM mentions WHERE published_at >= :since * :m GROUP BY 1, 2
)
SELECT brand, minute FROM counted LEFT JOIN points USING (brand, minute)
WHERE (volume, organic, points.negative, complaints, points.reach, authors)
    IS NOT (v, o, n, c, r, a)
UNION
SELECT brand, minute FROM points LEFT JOIN counted USING (brand, minute)
WHERE minute >= :since AND volume > 0 AND v IS NULL
"""


def expire_page(database: sqlite3.Connection, index: SearchIndex, before: int) -> int:
    """Delete up to PAGE posts published before `before` (microseconds) and all that is of them.

    Their counts stay. The transaction is the caller's; the number of posts is returned.
    """
    return _leave(database, index, database.execute(_OLD, (before, PAGE)).fetchall())


def forget(database: sqlite3.Connection, index: SearchIndex, keys: str) -> int:
    """Delete the posts with these keys (JSON) and all that is of them; return how many.

    Their counts stay. The transaction is the caller's. What is deleted is overwritten in the file.
    """
    database.execute("PRAGMA secure_delete = ON")
    return _leave(database, index, database.execute(_IDS, (keys,)).fetchall())


def erase_traces(database: sqlite3.Connection) -> None:
    """Merge the search index and empty the log: what was forgotten still stands in both.

    It reads the whole index: seconds for a million mentions, and nobody forgets often.
    """
    database.execute("PRAGMA secure_delete = ON")
    database.execute("INSERT INTO search (search) VALUES ('optimize')")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _leave(database: sqlite3.Connection, index: SearchIndex, rows: Sequence[tuple[int]]) -> int:
    posts = json.dumps([number for (number,) in rows])
    index.forget(database, posts)
    for statement in _LEAVE:
        database.execute(statement, (posts,))
    return len(rows)


def miscounted(database: sqlite3.Connection, since: int) -> list[tuple[str, int]]:
    """Return brand and minute of the counts from minute `since` on that the mentions contradict."""
    values = {"m": MINUTE, "since": since}
    return [(brand, minute) for brand, minute in database.execute(_MISCOUNTED, values)]


def recount(database: sqlite3.Connection, cells: list[tuple[str, int]], revision: int) -> None:
    """Count the cells again from their mentions, in the caller's transaction."""
    database.executemany(
        sql.ROLL_UP,
        (
            (brand, minute, minute * MINUTE, (minute + 1) * MINUTE, revision)
            for brand, minute in cells
        ),
    )


def reindex(database: sqlite3.Connection) -> None:
    """Check the file, make its indices anew and give the log's space back.

    Raises:
        StoreCorrupt: the file is damaged.
    """
    (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StoreCorrupt(f"the store is damaged, restore a backup: {found}")
    for statement in ("REINDEX", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"):
        database.execute(statement).fetchall()
