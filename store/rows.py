"""Posts and mentions as rows of the SQLite tables."""

from collections.abc import Iterable
from typing import NamedTuple

import xxhash

from records import Mention, Post, Sentiment
from store.encoding import mention_body, micros, post_body

MINUTE = 60_000_000  # microseconds
_UNKNOWN = -1
_GREATEST = 2**62
# More followers than there are people: keeps a sum over any number of hostile rows in 64 bits.
_GREATEST_REACH = 10**10


class PostRow(NamedTuple):
    """A post in the order of the columns; `judged` changes when it has to be annotated again."""

    key: str
    published_at: int
    fetched_at: int
    reposts: int
    comments: int
    likes: int
    judged: int
    body: bytes


class MentionRow(NamedTuple):
    """A mention in the order of the columns."""

    post_key: str
    brand: str
    published_at: int
    organic: bool
    negative: bool
    complaint: bool
    copy: bool
    reach: int
    author: str
    body: bytes


def post_row(post: Post) -> PostRow:
    """Return the row of `post`."""
    post, body = post_body(post)
    published_at = micros(post.published_at)
    return PostRow(
        post.key,
        published_at,
        micros(post.fetched_at),
        _count(post.reposts),
        _count(post.comments),
        _count(post.likes),
        _judged(post, published_at),
        body,
    )


def mention_row(mention: Mention) -> MentionRow:
    """Return the row of `mention`; what is not organic is neither negative nor a complaint."""
    mention, body = mention_body(mention)
    organic = mention.organic
    return MentionRow(
        mention.post_key,
        mention.brand,
        micros(mention.published_at),
        organic,
        organic and mention.sentiment is Sentiment.NEGATIVE,
        organic and mention.complaint,
        mention.duplicate_of is not None,
        min(max(mention.reach, 0), _GREATEST_REACH) if organic else 0,
        mention.author,
        body,
    )


def snapshot(row: PostRow) -> tuple[int, int, int, int, str, int]:
    """Return the counts of `row`, with what finds the stored post and tells whether it is later."""
    return (row.fetched_at, row.reposts, row.comments, row.likes, row.key, row.fetched_at)


def cells(rows: Iterable[MentionRow]) -> set[tuple[str, int]]:
    """Return the (brand, minute) cells that `rows` are counted in."""
    return {(row.brand, row.published_at // MINUTE) for row in rows}


def _count(count: int | None) -> int:
    return _UNKNOWN if count is None else min(max(count, 0), _GREATEST)


def _judged(post: Post, published_at: int) -> int:
    """Return a 64-bit fingerprint of what an annotation reads and a source may change."""
    parts = (post.text, post.quoted, post.kind, post.author, str(published_at))
    return xxhash.xxh3_64_intdigest("\0".join(parts).encode()) - 2**63
