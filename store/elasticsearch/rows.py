"""Posts and mentions as documents of the indices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from records import Mention, Post, Sentiment
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.indices.names import identifier, index_for, mention_id
from store.encoding import decoder, instant, mention_body, micros, storable
from store.rows import MINUTE, PostRow, post_row

_EXCERPT = 140
_GREATEST = 2**62
# As in the SQLite store: a sum over any number of hostile rows stays exact.
_GREATEST_REACH = 10**10
_LOWEST_BYTE, _HIGHEST_BYTE = -128, 127

read_post = decoder(Post)
read_mention = decoder(Mention)

# What tells how a mention is counted, without its body.
COUNTED_FIELDS = (
    "post_key", "brand", "published_us", "organic", "sentiment", "complaint", "reach", "author",
    "noted", "revision",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A post as an index holds it. `version` counts its writes."""

    index: str
    version: int
    row: PostRow
    revision: int
    pending: bool

    @property
    def rank(self) -> tuple[int, int, int, int, bytes]:
        """What the copy that wins has the greatest of."""
        return rank(self.row)


class Cell(NamedTuple):
    """A mention as it is counted."""

    brand: str
    minute: int
    organic: bool
    negative: bool
    complaint: bool
    reach: int
    author: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A mention as an index holds it; `noted` is the place of its first annotation."""

    index: str
    id: str
    cell: Cell
    noted: int


def rank(row: PostRow) -> tuple[int, int, int, int, bytes]:
    """Return what decides between two copies of a post: the later, then the greater."""
    return (row.fetched_at, row.reposts, row.comments, row.likes, row.body)


def post_index(prefix: str, row: PostRow) -> str:
    """Return the name that a post is written under."""
    return index_for(KINDS["posts"], prefix, instant(row.published_at))


def post_document(row: PostRow, revision: int, *, pending: bool) -> bytes:
    """Return the document of a post."""
    key = identifier(row.key)
    return orjson.dumps(
        {
            "key": key,
            "source": identifier(row.key.partition(":")[0]),
            "published_at": iso(row.published_at),
            "published_us": row.published_at,
            "fetched_at": iso(row.fetched_at),
            "revision": revision,
            "pending": pending,
            "body": row.body.decode(),
        }
    )


def held_post(hit: dict[str, Any]) -> Held:
    """Return the post in a hit, or in the answer to a get."""
    source = hit["_source"]
    row = post_row(read_post(source["body"]))
    return Held(hit["_index"], hit["_version"], row, source["revision"], source["pending"])


@dataclass(frozen=True, slots=True)
class MentionDocument:
    """A mention as it is written; `document` lacks only its place (see `noted`)."""

    index: str
    id: str
    post_key: str
    cell: Cell
    document: dict[str, Any]

    def encoded(self, noted: int) -> bytes:
        """Return the whole document, first annotated as number `noted`."""
        return orjson.dumps(self.document | {"noted": noted})


def mention_document(
    prefix: str, mention: Mention, revision: int, post: Post, tokens: Sequence[str]
) -> MentionDocument:
    """Return the document of a mention of `post`, judged at `revision`."""
    mention, body = mention_body(mention)
    published = micros(mention.published_at)
    post_key, brand = identifier(mention.post_key), identifier(mention.brand)
    document = {
        "post_key": post_key,
        "brand": brand,
        "author": identifier(mention.author),
        "sentiment": str(mention.sentiment),
        "category": mention.category,
        "scorer": mention.scorer,
        "duplicate_of": mention.duplicate_of,
        "discount": mention.discount,
        "demands": mention.demands,
        "aspects": mention.aspects,
        "keywords": mention.keywords,
        "published_at": iso(published),
        "published_us": published,
        "text": mention.text,
        "excerpt": mention.text[:_EXCERPT],
        "tokens": storable(" ".join(tokens)),
        "confidence": mention.confidence,
        "severity": min(max(mention.severity, _LOWEST_BYTE), _HIGHEST_BYTE),
        "reach": min(max(mention.reach, 0), _GREATEST_REACH),
        "complaint": mention.complaint,
        "quoted": mention.quoted,
        "organic": mention.organic,
        "revision": revision,
        "body": body.decode(),
        **_of_the_post(post),
    }
    index = index_for(KINDS["mentions"], prefix, mention.published_at)
    return MentionDocument(index, mention_id(post_key, brand), post_key, _cell(document), document)


def _of_the_post(post: Post) -> dict[str, Any]:
    return {
        "source": identifier(post.source),
        "kind": str(post.kind),
        "author_name": post.author_name,
        "region": post.region,
        "account": str(post.account),
        "url": post.url,
        "fetched_at": iso(micros(post.fetched_at)),
        "followers": _count(post.followers),
        "reposts": _count(post.reposts),
        "comments": _count(post.comments),
        "likes": _count(post.likes),
    }


def noted_mention(hit: dict[str, Any]) -> Noted:
    """Return the mention in a hit that has at least COUNTED_FIELDS."""
    return Noted(hit["_index"], hit["_id"], _cell(hit["_source"]), hit["_source"]["noted"])


def _cell(document: dict[str, Any]) -> Cell:
    organic = document["organic"]
    return Cell(
        brand=document["brand"],
        minute=document["published_us"] // MINUTE,
        organic=organic,
        negative=organic and document["sentiment"] == Sentiment.NEGATIVE,
        complaint=organic and document["complaint"],
        reach=document["reach"] if organic else 0,
        author=document["author"] if organic else "",
    )


def iso(at: int) -> str:
    """Return microseconds since 1970 as ISO 8601 in UTC."""
    return _iso(instant(at))


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _count(count: int | None) -> int | None:
    return None if count is None else min(max(count, 0), _GREATEST)
