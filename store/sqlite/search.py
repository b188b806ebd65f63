"""The search index of the SQLite store: FTS5 over the tokens of the mentions' texts.

It holds no texts of its own: what leaves it is named by the tokens that went in. A database that
was there before the index is filled page by page, at the first search or on demand, next to the
writers; `unindexed` says which rows have not had their turn.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from records import Mention
from store.encoding import decoder, micros, storable
from store.query import All, Either, Lacking, Phrase, Query, Tokenize, Wanted

# Mentions indexed in one transaction where a whole database is: a tenth of a second.
PAGE: Final = 2_000

_ALL_TIMES: Final = (-(2**63), 2**63 - 1)
_UNINDEXED = "SELECT after, until FROM unindexed"
_IDS = """
SELECT mentions.id, posts.key, brand FROM mentions JOIN posts ON posts.id = post
WHERE post IN (SELECT value FROM json_each(?))
"""
_BODIES = """
SELECT id, body FROM mentions WHERE post IN (SELECT value FROM json_each(?))
"""
_ADD = "INSERT INTO search (rowid, tokens) VALUES (?, ?)"
_DROP = "INSERT INTO search (search, rowid, tokens) VALUES ('delete', ?, ?)"
_NEXT = "SELECT id, body FROM mentions WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
_EVERYTHING = "UPDATE unindexed SET after = 0, until = (SELECT ifnull(max(id), 0) FROM mentions)"

# Posts, which are dear to look up, are asked only for the keys of those that may be shown.
_FOUND = """
WITH hits AS MATERIALIZED (
    SELECT mentions.id AS number, post, brand, published_at AS at
    FROM search JOIN mentions ON mentions.id = search.rowid
    WHERE search MATCH :words AND (:brand IS NULL OR brand = :brand) AND organic >= :organic
        AND published_at >= :since AND published_at < :until
)
SELECT number FROM hits JOIN posts ON posts.id = post
WHERE at >= (SELECT min(at) FROM (SELECT at FROM hits ORDER BY at DESC LIMIT :limit))
ORDER BY at DESC, key, brand LIMIT :limit
"""

FOUND_BODIES = """
SELECT mentions.body, posts.body FROM json_each(?)
JOIN mentions ON mentions.id = value JOIN posts ON posts.id = post ORDER BY json_each.key
"""

ABOUT = """
SELECT user_version, page_count * page_size,
    (SELECT count(*) FROM mentions, unindexed
        WHERE mentions.id > after AND mentions.id <= until)
FROM pragma_user_version, pragma_page_count, pragma_page_size
"""

_mention = decoder(Mention)


class About(NamedTuple):
    """The version of a file's schema, its size in bytes, and the mentions no search finds yet."""

    version: int
    size: int
    unindexed: int


class SearchIndex:
    """The index in a database whose transactions belong to the caller."""

    def __init__(self, tokenize: Tokenize) -> None:
        self._tokenize = tokenize

    def forget(self, database: sqlite3.Connection, posts: str) -> None:
        """Take the mentions of `posts` (row numbers as JSON) out, before they change."""
        after, until = database.execute(_UNINDEXED).fetchone()
        database.executemany(
            _DROP,
            (
                (number, self._stream(_mention(body).text))
                for number, body in database.execute(_BODIES, (posts,)).fetchall()
                if not after < number <= until
            ),
        )

    def add(
        self, database: sqlite3.Connection, posts: str, texts: Mapping[tuple[str, str], str]
    ) -> None:
        """Take the mentions of `posts` in; `texts` has their texts by post key and brand."""
        after, until = database.execute(_UNINDEXED).fetchone()
        database.executemany(
            _ADD,
            (
                (number, self._stream(texts[key, brand]))
                for number, key, brand in database.execute(_IDS, (posts,)).fetchall()
                if not after < number <= until
            ),
        )

    def fill(self, database: sqlite3.Connection) -> int:
        """Index the next page of mentions that have not had their turn; return how many."""
        after, until = database.execute(_UNINDEXED).fetchone()
        rows = database.execute(_NEXT, (after, until, PAGE)).fetchall()
        database.executemany(
            _ADD, ((number, self._stream(_mention(body).text)) for number, body in rows)
        )
        reached = rows[-1][0] if len(rows) == PAGE else until
        database.execute("UPDATE unindexed SET after = ?", (reached,))
        return len(rows)

    @staticmethod
    def clear(database: sqlite3.Connection) -> None:
        """Empty the index: every mention is to have its turn again."""
        database.execute("INSERT INTO search (search) VALUES ('delete-all')")
        database.execute(_EVERYTHING)

    def _stream(self, text: str) -> str:
        return " ".join(self._tokenize(text))


def is_whole(database: sqlite3.Connection) -> bool:
    """Whether every mention has had its turn."""
    after, until = database.execute(_UNINDEXED).fetchone()
    return bool(after >= until)


def find(database: sqlite3.Connection, query: Query, wanted: Wanted) -> list[int]:
    """Return the row numbers of the mentions found: newest first, then by post key and brand."""
    window = wanted.window
    since, until = (micros(window.since), micros(window.until)) if window else _ALL_TIMES
    values = {
        "words": matching(query),
        "brand": None if wanted.brand is None else storable(wanted.brand),
        "organic": wanted.organic,
        "since": since,
        "until": until,
        "limit": -1 if wanted.limit is None else wanted.limit,
    }
    return [number for (number,) in database.execute(_FOUND, values)]


def matching(query: Query) -> str:
    """Return the expression of FTS5 for a query.

    FTS5 knows no NOT but `a NOT b`. So each part is turned into what it finds or what it leaves
    out, which De Morgan's laws can always put together.

    Raises:
        ValueError: the query leaves out only (see `query.leaves_out`).
    """
    leaves_out, expression = _expression(query)
    if leaves_out:
        raise ValueError("a query that finds what it does not name")
    return expression


def _expression(query: Query) -> tuple[bool, str]:
    """Return an expression, and whether the query finds what the expression does not."""
    match query:
        case Phrase(tokens):
            return False, '"{}"'.format(" ".join(tokens))
        case Lacking(part):
            leaves_out, inner = _expression(part)
            return not leaves_out, inner
        case All(parts):
            found, left_out = _sorted(parts)
            return _without("AND", found, "OR", left_out)
        case Either(parts):
            found, left_out = _sorted(parts)
            turned, expression = _without("AND", left_out, "OR", found)
            return not turned, expression


def _sorted(parts: Sequence[Query]) -> tuple[list[str], list[str]]:
    """Return the expressions of the parts that find, and of those that leave out."""
    both = [_expression(part) for part in parts]
    return [one for leaves, one in both if not leaves], [one for leaves, one in both if leaves]


def _without(
    joiner: str, kept: Sequence[str], other: str, taken: Sequence[str]
) -> tuple[bool, str]:
    """Return `kept` joined, less what any of `taken` finds; without any kept, what is left out."""
    if not kept:
        return True, _joined(other, taken)
    if not taken:
        return False, _joined(joiner, kept)
    return False, f"({_joined(joiner, kept)} NOT {_joined(other, taken)})"


def _joined(operator: str, expressions: Sequence[str]) -> str:
    if len(expressions) == 1:
        return expressions[0]
    return "({})".format(f" {operator} ".join(expressions))
