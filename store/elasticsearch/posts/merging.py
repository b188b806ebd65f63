"""Copies of one post merged into the one that stays: pure, and the same in every order."""

from collections.abc import Sequence
from typing import NamedTuple

from store.elasticsearch.clock import Clock
from store.elasticsearch.indices.names import identifier, month_of
from store.elasticsearch.indices.names import month as month_at
from store.elasticsearch.rows import Held, rank
from store.encoding import instant
from store.rows import PostRow


class Entry(NamedTuple):
    """What a copy counted that is not the one that stays."""

    post_key: str
    at: int
    reposts: int
    comments: int
    likes: int

    @property
    def counts(self) -> tuple[int, int, int]:
        """The counts; of two of one instant the greater stay."""
        return self.reposts, self.comments, self.likes


class Merged(NamedTuple):
    """What shall be written of a post, as write number `version` of its document.

    `is_new` says that it differs from what is there; `strays` are copies in other months.
    """

    key: str
    row: PostRow
    revision: int
    pending: bool
    version: int
    is_new: bool
    strays: tuple[Held, ...]
    history: tuple[Entry, ...]


def merged(held: Sequence[Held], copies: Sequence[tuple[int, PostRow]], clock: Clock) -> Merged:
    """Return what becomes of a post that is `held` when `copies` (revision, row) come, in order.

    The copy fetched last stays, of one instant that with the greater counts, then the greater
    text. A text that is judged otherwise makes the post pending under a new revision.
    """
    best = max(held, key=lambda post: post.rank, default=None)
    row = best.row if best else copies[0][1]
    revision = best.revision if best else copies[0][0]
    pending = best.pending if best else True
    for number, copy in copies if best else copies[1:]:
        if rank(copy) <= rank(row):
            continue
        if copy.judged != row.judged:
            pending = True
            revision = number if number > revision else clock.after(revision)
        row = copy
    # Two documents of one post: their mentions cannot be kept apart.
    if len(held) > 1:
        pending, revision = True, clock.after(max(post.revision for post in held))
    own = _own(held, row)
    return Merged(
        key=identifier(row.key),
        row=row,
        revision=revision,
        pending=pending,
        version=max((post.version for post in held), default=0) + 1,
        is_new=own is None or len(held) > 1 or (own.row, own.revision) != (row, revision),
        strays=tuple(post for post in held if post is not own),
        history=_displaced(row, [post.row for post in held] + [copy for _, copy in copies]),
    )


def _own(held: Sequence[Held], row: PostRow) -> Held | None:
    """Return the document that the row will be written over: that of its month."""
    month = month_at(instant(row.published_at))
    return next((post for post in held if month_of(post.index) == month), None)


def _displaced(winner: PostRow, rows: Sequence[PostRow]) -> tuple[Entry, ...]:
    key = identifier(winner.key)
    entries: dict[int, Entry] = {}
    for row in rows:
        entry = Entry(key, row.fetched_at, row.reposts, row.comments, row.likes)
        if row.fetched_at < winner.fetched_at:
            kept = entries.get(row.fetched_at, entry)
            entries[row.fetched_at] = max(kept, entry, key=lambda one: one.counts)
    return tuple(entries.values())
