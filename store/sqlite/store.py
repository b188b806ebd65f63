"""Posts, mentions and counts in one SQLite file, written by several processes at once."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from records import Mention, Point, Post, Window
from records.post import DELETED
from store.encoding import decoder, instant, micros, storable
from store.errors import sqlite_errors
from store.interface import Cited, Maintenance, Pending, Sketch, Snapshot, Upserted
from store.query import Query, Tokenize, Wanted, parse
from store.rows import MINUTE, post_row
from store.sqlite import statements as sql
from store.sqlite import upkeep
from store.sqlite.rows import MentionRow, cells, copies, mention_row, snapshot
from store.sqlite.schema import check_version, open_database
from store.sqlite.search import ABOUT, FOUND_BODIES, About, SearchIndex, find, is_whole
from store.tokens import tokens

# Rows read at a time where an iterator is returned: no read stays open between two pages.
_PAGE = 1_000
# Records that stay decoded, about 2 KiB each.
_KEPT = 4_096

_post = decoder(Post)
_mention = decoder(Mention)
# While a story goes on its posts are read again at every tick; records never change.
_cited_post = lru_cache(_KEPT)(_post)
_cited_mention = lru_cache(_KEPT)(_mention)


class SqliteMentionStore:
    """A MentionStore in the file at `path`; see that protocol for what each method does.

    A store belongs to the thread that made it. Times are kept to the microsecond. Text that no
    database takes (U+0000, half a surrogate pair) is replaced by U+FFFD, and the post's notes say
    so. Of two copies of a post fetched at the same instant the greater counts win, then the
    greater text, so that the order of arrival never matters. A copy that differs only in its
    counts, followers or decoration is not judged again.

    A write waits for another process's for at most `patience`. `tokenize` gives the tokens that a
    text is searched by; programs that share a file share it.

    Raises:
        StoreError: here and in every method; its kinds say what to do.
    """

    def __init__(
        self,
        path: Path,
        *,
        patience: timedelta = timedelta(seconds=30),
        tokenize: Tokenize = lambda text: tokens(text.lower()),
    ) -> None:
        self._path = path
        self._tokenize = tokenize
        self._index = SearchIndex(tokenize)
        self._database = open_database(path, patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._database.close()

    @property
    def place(self) -> str:
        """The path of the file."""
        return str(self._path)

    @property
    def maintenance(self) -> Maintenance:
        """The store itself: a file has no servers."""
        return self

    @property
    def feeds_kibana(self) -> bool:
        """Kibana reads no files."""
        return False

    def upsert_posts(self, posts: Iterable[Post]) -> Upserted:
        """Write posts under their keys, in one transaction."""
        # Encoded before the lock is taken: a slow source must not keep other writers waiting.
        rows = [post_row(post) for post in posts]
        distinct = {row.key for row in rows}
        with self._writing() as database:
            known = {key for (key,) in database.execute(sql.KNOWN_KEYS, [json.dumps([*distinct])])}
            revision = self._advance(database, len(rows))
            again = copies(rows, known)
            database.executemany(sql.KEEP_DISPLACED, ((row.fetched_at, row.key) for row in again))
            numbered = ((*row, revision + place) for place, row in enumerate(rows, start=1))
            database.executemany(sql.UPSERT_POST, numbered)
            database.executemany(sql.KEEP_OLDER, (snapshot(row) for row in again))
        kept = len(distinct) - len(known)
        return Upserted(kept, len(rows) - kept)

    def pending(self, limit: int, window: Window | None = None) -> list[Pending]:
        """Return posts that wait to be annotated, oldest revision first (published in `window`)."""
        bounds = (micros(window.since), micros(window.until)) if window else sql.ALWAYS
        rows = self._read(sql.PENDING, (*bounds, limit))
        return [Pending(revision, _post(body)) for revision, body in rows]

    def waiting(self) -> int:
        """Return how many posts wait to be annotated."""
        return int(self._read(sql.WAITING, ())[0][0])

    def annotate(self, pending: Sequence[Pending], mentions: Sequence[Mention]) -> None:
        """Replace the mentions of the pending posts, roll up the counts and mark the posts done.

        Raises:
            ValueError: a mention belongs to none of the pending posts.
        """
        revisions = {storable(post.key): revision for revision, post in pending}
        rows = [mention_row(mention) for mention in mentions]
        texts = {(row.post_key, row.brand): m.text for row, m in zip(rows, mentions, strict=True)}
        if stray := {row.post_key for row in rows} - revisions.keys():
            raise ValueError(f"mentions of posts that are not pending: {sorted(stray)[:3]}")
        with self._writing() as database:
            ids = _unchanged(database, revisions)
            posts = json.dumps([*ids.values()])
            self._index.forget(database, posts)
            self._replace(database, ids, [row for row in rows if row.post_key in ids])
            self._index.add(database, posts, texts)

    def reopen(self, window: Window) -> int:
        """Make the posts published in `window` pending again and return how many there are."""
        bounds = (micros(window.since), micros(window.until))
        with self._writing() as database:
            (count,) = database.execute(sql.COUNT_PUBLISHED, bounds).fetchone()
            revision = self._advance(database, count)
            database.execute(sql.REOPEN, (*bounds, revision))
        return int(count)

    def reopen_posts(self, keys: Sequence[str]) -> int:
        """Make the posts with these keys pending again and return how many there are."""
        wanted = json.dumps(keys)
        with self._writing() as database:
            (count,) = database.execute(sql.COUNT_KEYS, (wanted,)).fetchone()
            database.execute(sql.REOPEN_KEYS, (self._advance(database, count), wanted))
        return int(count)

    def points(self, brand: str, window: Window, step: timedelta) -> list[Point]:
        """Return the ticks of `window` with mentions, oldest first; ticks start at whole steps.

        A minute belongs to the window when it begins in it.

        Raises:
            ValueError: the step is not a whole number of minutes.
        """
        minutes, rest = divmod(step, timedelta(minutes=1))
        if rest or minutes < 1:
            raise ValueError(f"a step is a whole number of minutes: {step}")
        since, until = (-(-micros(bound) // MINUTE) for bound in (window.since, window.until))
        rows = self._read(sql.POINTS, {"b": brand, "s": since, "u": until, "n": minutes})
        return [Point(brand, instant(tick * MINUTE), *counts) for tick, *counts in rows]

    def changed(self, since: int) -> tuple[dict[str, datetime], int]:
        """Return what changed after revision `since`, and the newest revision of the counts."""
        rows = self._read(sql.CHANGED, (since,))
        newest = max((revision for *_, revision in rows), default=since)
        return {brand: instant(minute * MINUTE) for brand, minute, _ in rows}, newest

    def cited(
        self, brand: str, window: Window, limit: int | None = None, *, discount: str = ""
    ) -> Iterator[Cited]:
        """Yield the organic mentions published in `window` with their posts, oldest first."""
        asked, values = sql.DISCOUNTED if discount else sql.CITED, {"b": brand, "d": discount}
        after, key, until, left = micros(window.since), "", micros(window.until), limit
        while left is None or left > 0:
            size = _PAGE if left is None else min(left, _PAGE)
            rows = self._read(asked, values | {"s": after, "k": key, "u": until, "n": size})
            for *_, mention, body in rows:
                post = _cited_post(body)
                if not post.deleted:
                    yield Cited(_cited_mention(mention), post)
            if len(rows) < size:
                return
            after, key = rows[-1][:2]
            left = None if left is None else left - size

    def headlines(self, window: Window, brand: str | None = None) -> list[Cited]:
        """Return the organic mentions in headlines published in `window`, oldest first."""
        values = {"s": micros(window.since), "u": micros(window.until), "b": brand}
        found = [Cited(_mention(m), _post(p)) for m, p in self._read(sql.HEADLINES, values)]
        return [one for one in found if not one.post.deleted]

    def search(
        self,
        query: str,
        *,
        brand: str | None = None,
        window: Window | None = None,
        organic: bool = False,
        limit: int | None = None,
    ) -> Iterator[Cited]:
        """Yield the mentions whose text fits `query` with their posts, newest first.

        The first search of a database from before the index fills it.

        Raises:
            QueryError: the query cannot be understood.
        """
        return self._found(parse(query, self._tokenize), Wanted(brand, window, organic, limit))

    def _found(self, query: Query, wanted: Wanted) -> Iterator[Cited]:
        while self.index_more():
            pass
        with sqlite_errors(self._path):
            ids = find(self._database, query, wanted)
        for start in range(0, len(ids), _PAGE):
            page = json.dumps(ids[start : start + _PAGE])
            for mention, post in self._read(FOUND_BODIES, (page,)):
                yield Cited(_mention(mention), _post(post))

    def index_more(self) -> int:
        """Index a page of the mentions that no search finds yet; return how many, 0 at the end."""
        with sqlite_errors(self._path):
            if is_whole(self._database):
                return 0
        with self._writing() as database:
            return self._index.fill(database)

    def about(self) -> About:
        """Return the version of the schema, the size of the file, and what is not indexed yet."""
        ((version, size, unindexed),) = self._read(ABOUT, ())
        return About(version, size, unindexed)

    def rebuild_search(self) -> int:
        """Empty the search index and fill it again; return how many mentions it holds.

        Writers go on between two pages; a search waits until it is whole.
        """
        with self._writing() as database:
            self._index.clear(database)
        indexed = 0
        while page := self.index_more():
            indexed += page
        return indexed

    def authors(self, brand: str, window: Window) -> int:
        """Return how many distinct authors have an organic mention in `window`."""
        bounds = (micros(window.since), micros(window.until))
        return int(self._read(sql.AUTHORS, (brand, *bounds))[0][0])

    def sketches(self, since: datetime) -> Iterator[Sketch]:
        """Yield sketches of mentions from `since` on, in the order of their first annotation."""
        ids = [number for (number,) in self._read(sql.SKETCHED, (micros(since),))]
        for start in range(0, len(ids), _PAGE):
            page = json.dumps(ids[start : start + _PAGE])
            for (body,) in self._read(sql.SKETCHES, (page,)):
                kept = _mention(body)
                yield Sketch(
                    kept.post_key, kept.brand, kept.author, kept.published_at, kept.signature
                )

    def mentions_of(self, posts: Sequence[str]) -> list[Mention]:
        """Return the mentions that the posts with these keys have at present, in no set order."""
        keys = json.dumps([storable(key) for key in posts])
        return [_mention(body) for (body,) in self._read(sql.MENTIONS_OF, (keys,))]

    def newest(self) -> datetime | None:
        """Return when the newest mention was published, None where there is none."""
        ((at,),) = self._read(sql.NEWEST, ())
        return None if at is None else instant(at)

    def history(self, post_key: str) -> list[Snapshot]:
        """Return the counts of a post over time, oldest first; only a change makes an entry."""
        entries: list[Snapshot] = []
        for at, *counts in self._read(sql.HISTORY, {"key": storable(post_key)}):
            entry = Snapshot(instant(at), *(None if count < 0 else count for count in counts))
            if not entries or entries[-1][1:] != entry[1:]:
                entries.append(entry)
        return entries

    def posts(self, keys: Sequence[str]) -> list[Post]:
        """Return the posts with these keys that are there, in no set order."""
        wanted = json.dumps([storable(key) for key in keys])
        return [_post(body) for (body,) in self._read(upkeep.POSTS, (wanted,))]

    def keys_of_author(self, author: str) -> list[str]:
        """Return the keys of all posts of `author`, in order. It reads every post."""
        return [key for (key,) in self._read(upkeep.OF_AUTHOR, (storable(author),))]

    def fetched_before(
        self, source: str, window: Window, before: datetime, limit: int
    ) -> list[str]:
        """Return keys of posts of `source` published in `window` and last fetched before `before`.

        Those fetched the longest time ago come first; posts that were deleted are left out.
        """
        bounds = (micros(window.since), micros(window.until), micros(before))
        values = (*bounds, f"{source}:", f"{source};", DELETED, limit)
        return [key for (key,) in self._read(upkeep.FETCHED_BEFORE, values)]

    def forget(self, keys: Sequence[str]) -> int:
        """Delete the posts with these keys, their mentions and history; return how many posts.

        Their counts stay; of their words no byte is left in the file.
        """
        forgotten = 0
        for start in range(0, len(keys), upkeep.PAGE):
            wanted = json.dumps([storable(key) for key in keys[start : start + upkeep.PAGE]])
            with self._writing() as database:
                forgotten += upkeep.forget(database, self._index, wanted)
        with sqlite_errors(self._path):
            upkeep.erase_traces(self._database)
        return forgotten

    def totals(self) -> dict[str, int]:
        """Return the numbers of posts, mentions, organic mentions and duplicates in the store."""
        (counts,) = self._read(sql.TOTALS, ())
        return dict(zip(("posts", "mentions", "organic", "duplicates"), counts, strict=True))

    def expire(self, before: datetime) -> int:
        """Delete the posts published before `before` and their mentions; return how many posts.

        Counts stay. Many short transactions: writers wait for none of them long.
        """
        deleted = 0
        while True:
            with self._writing() as database:
                page = upkeep.expire_page(database, self._index, micros(before))
            deleted += page
            if page < upkeep.PAGE:
                return deleted

    def repair_counts(self, since: datetime) -> int:
        """Count every minute from `since` on again that disagrees; return how many did."""
        with sqlite_errors(self._path):
            cells = upkeep.miscounted(self._database, -(-micros(since) // MINUTE))
        if cells:
            with self._writing() as database:
                upkeep.recount(database, cells, self._advance(database, 1))
        return len(cells)

    def reindex(self) -> None:
        """Check what is stored and make its indices anew.

        Raises:
            StoreCorrupt: it is damaged.
        """
        while self.index_more():
            pass
        with sqlite_errors(self._path):
            upkeep.reindex(self._database)

    def _replace(
        self, database: sqlite3.Connection, ids: dict[str, int], rows: Sequence[MentionRow]
    ) -> None:
        """Put `rows` in the place of all mentions of the posts `ids`, and count again."""
        posts = json.dumps([*ids.values()])
        left = {(brand, at // MINUTE) for brand, at in database.execute(sql.CELLS_OF, (posts,))}
        kept = json.dumps([(ids[row.post_key], row.brand) for row in rows])
        database.execute(sql.DELETE_MENTIONS, (posts, kept))
        database.executemany(sql.INSERT_MENTION, ((ids[row.post_key], *row[1:]) for row in rows))
        revision = self._advance(database, 1)
        database.executemany(
            sql.ROLL_UP,
            (
                (brand, minute, minute * MINUTE, (minute + 1) * MINUTE, revision)
                for brand, minute in sorted(left | cells(rows))
            ),
        )
        database.execute(sql.MARK_DONE, (posts,))

    def _advance(self, database: sqlite3.Connection, by: int) -> int:
        """Take the next `by` revisions; return the last one that was taken before."""
        (revision,) = database.execute(sql.ADVANCE, (by,)).fetchone()
        return int(revision) - by

    def _read(self, statement: str, values: Sequence[object] | dict[str, Any]) -> list[Any]:
        with sqlite_errors(self._path):
            return self._database.execute(statement, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock from the first statement on, so that no later one can be refused."""
        with sqlite_errors(self._path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                check_version(self._database, self._path)
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise


def _unchanged(database: sqlite3.Connection, revisions: dict[str, int]) -> dict[str, int]:
    """Return key and row number of the posts that still have the revision that was read."""
    found = database.execute(sql.REVISIONS, (json.dumps([*revisions]),))
    return {key: number for key, number, revision in found if revisions[key] == revision}
