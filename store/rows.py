"""Posts as rows: what both stores keep of a post with its body."""

from typing import NamedTuple

import xxhash

from records import Post
from store.encoding import micros, post_body

MINUTE = 60_000_000  # microseconds
_UNKNOWN = -1
_GREATEST = 2**62


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


def _count(count: int | None) -> int:
    return _UNKNOWN if count is None else min(max(count, 0), _GREATEST)


def _judged(post: Post, published_at: int) -> int:
    """Return a 64-bit fingerprint of what an annotation reads and a source may change."""
    parts = (post.text, post.quoted, post.kind, post.author, str(published_at))
    return xxhash.xxh3_64_intdigest("\0".join(parts).encode()) - 2**63
