"""Mentions and counts as rows of the SQLite tables."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from records import Mention, Sentiment
from store.encoding import mention_body, micros
from store.rows import MINUTE, PostRow

# More followers than there are people: keeps a sum over any number of hostile rows in 64 bits.
_GREATEST_REACH = 10**10


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


def copies(rows: Sequence[PostRow], known: set[str]) -> list[PostRow]:
    """Return the rows whose key the store has already, or will have when their turn comes."""
    times = Counter(row.key for row in rows)
    return [row for row in rows if row.key in known or times[row.key] > 1]
