"""A morning of two brands in Elasticsearch: few documents, so that every number can be counted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch.helpers import bulk

from store.elasticsearch.client import Server, connect
from store.elasticsearch.indices.lifecycle import Indices
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.indices.names import index_for
from store.elasticsearch.settings import ElasticsearchSettings

Json = dict[str, Any]

START = datetime(2026, 3, 20, 8, tzinfo=UTC)
END = START + timedelta(hours=1)
TEA, CAR = "云朵茶饮", "星河汽车"


def at(minute: float) -> datetime:
    """Return the time so many minutes after the beginning."""
    return START + timedelta(minutes=minute)


def _iso(minute: float) -> str:
    return at(minute).isoformat(timespec="milliseconds")


# Number, minute, brand, source, kind, sentiment, author, reach, reposts, region, complaint.
_MENTIONS = (
    (1, 0, TEA, "weibo", "post", "neutral", "a", 100, 1, "上海", False),
    (2, 5, TEA, "heimao", "complaint", "negative", "b", 0, 0, "江苏", True),
    (3, 7, TEA, "weibo", "post", "negative", "c", 5_000, 40, "上海", False),
    (4, 7.5, TEA, "weibo", "repost", "negative", "d", 20, 0, "上海", False),
    (5, 20, TEA, "weibo", "comment", "positive", "a", 100, 0, "浙江", False),
    (6, 7, CAR, "weibo", "post", "positive", "e", 300, 2, "北京", False),
    # Beyond the hour that the dashboards are set to.
    (7, 90, TEA, "weibo", "post", "negative", "f", 9_999, 9, "北京", True),
)


def mentions() -> Iterator[Json]:
    """Yield the mentions."""
    for (
        number,
        minute,
        brand,
        source,
        kind,
        sentiment,
        author,
        reach,
        reposts,
        region,
        bad,
    ) in _MENTIONS:
        yield {
            "post_key": f"{source}:{number}",
            "brand": brand,
            "source": source,
            "kind": kind,
            "author": author,
            "author_name": author.upper(),
            "region": region,
            "url": f"https://posts.example/{number}",
            "sentiment": sentiment,
            "keywords": ["虫子", "退款"] if sentiment == "negative" else ["奶茶"],
            "excerpt": f"text {number}",
            "published_at": _iso(minute),
            "reach": reach,
            "reposts": reposts,
            "comments": number,
            "complaint": bad,
            "organic": True,
        }


def posts() -> Iterator[Json]:
    """Yield the posts: those of the mentions, collected a minute after they were published."""
    for number, minute, _, source, *_ in _MENTIONS:
        yield {
            "key": f"{source}:{number}",
            "source": source,
            "published_at": _iso(minute),
            "fetched_at": _iso(minute + 1),
        }


def counts() -> Iterator[Json]:
    """Yield the counts of three ticks: a usual one, an unusual one, one that nobody read."""
    for minute, organic, negative, coverage, expected in (
        (0, 4, 1, 1.0, 3.0),
        (5, 12, 9, 1.0, 3.5),
        (10, 0, 0, 0.4, 3.5),
    ):
        yield {
            "brand": TEA,
            "at": _iso(minute),
            "organic": organic,
            "volume": organic + 1,
            "negative": negative,
            "coverage": coverage,
            "expected": expected,
            "expected_upper": expected * 2,
            "expected_negative": 1.0,
            "expected_negative_upper": 2.5,
        }


def incidents() -> Iterator[Json]:
    """Yield an open red incident, an open blue one and one that has recovered."""
    for name, brand, level, rank, status, opened, minutes, peak in (
        ("tea@1", TEA, "red", 4, "open", 5, 40, 147.0),
        ("car@1", CAR, "blue", 1, "open", 10, 12, 6.0),
        ("tea@0", TEA, "orange", 3, "recovered", -600, 90, 30.0),
    ):
        yield {
            "incident": name,
            "brand": brand,
            "level": level,
            "level_rank": rank,
            "status": status,
            "opened_at": _iso(opened),
            "updated_at": _iso(45),
            "minutes_open": minutes,
            "peak": peak,
            "title": f"title of {name}",
        }


def levels() -> Iterator[Json]:
    """Yield the changes of level."""
    for name, brand, level, rank, minute in (
        ("tea@1", TEA, "yellow", 2, 5),
        ("tea@1", TEA, "red", 4, 9),
        ("car@1", CAR, "blue", 1, 10),
    ):
        yield {
            "incident": name,
            "brand": brand,
            "level": level,
            "level_rank": rank,
            "at": _iso(minute),
        }


def cases() -> Iterator[Json]:
    """Yield a case overdue at the end of the hour, one due soon, one later, one resolved."""
    for name, brand, category, urgency, status, seen, due, number in (
        ("c1", TEA, "食品安全", "urgent", "open", -600, 50, 3),
        ("c2", TEA, "退款", "high", "handling", 0, 120, 1),
        ("c3", CAR, "退款", "normal", "open", -3_000, 800, 1),
        ("c4", CAR, "交付", "normal", "resolved", -3_000, -100, 2),
    ):
        yield {
            "case": name,
            "brand": brand,
            "category": category,
            "urgency": urgency,
            "status": status,
            "author": f"author of {name}",
            "posts": number,
            "first_seen": _iso(seen),
            "due_at": _iso(due),
            "updated_at": _iso(seen),
        }


def coverage() -> Iterator[Json]:
    """Yield reads of two sources, one of them failing once."""
    for source, minute, share, lag in (
        ("weibo", 0, 1.0, 30.0),
        ("weibo", 10, 0.5, 200.0),
        ("heimao", 0, 1.0, 60.0),
        ("heimao", 10, 1.0, 60.0),
    ):
        yield {
            "source": source,
            "at": _iso(minute),
            "share": share,
            "ok": share == 1,
            "lag_seconds": lag,
        }


def quarantine() -> Iterator[Json]:
    """Yield what could not be read."""
    for source, reason, origin, minute in (
        ("weibo", "no time", "a.csv", 1),
        ("weibo", "no time", "a.csv", 2),
        ("heimao", "no text", "feed", 3),
    ):
        yield {"source": source, "reason": reason, "origin": origin, "seen_at": _iso(minute)}


def troubles() -> Iterator[Json]:
    """Yield a source that cannot be read, one that could not for a while, a task that fails."""
    for name, kind, about, reason, level, opened, minutes in (
        ("t1", "coverage", "heimao", "login", 3, 5, None),
        ("t2", "coverage", "weibo", "unread", 2, 0, 12),
        ("t3", "pipeline", "score_posts.score", "StoreError", 2, 8, None),
    ):
        yield {
            "trouble": name,
            "kind": kind,
            "about": about,
            "reason": reason,
            "level": {2: "yellow", 3: "orange"}[level],
            "level_rank": level,
            "status": "open" if minutes is None else "recovered",
            "opened_at": _iso(opened),
            "updated_at": _iso(opened),
            "closed_at": None if minutes is None else _iso(opened + minutes),
            "minutes_open": minutes,
        }


_MAKERS = {
    "mentions": mentions,
    "posts": posts,
    "counts": counts,
    "incidents": incidents,
    "levels": levels,
    "cases": cases,
    "coverage": coverage,
    "quarantine": quarantine,
    "troubles": troubles,
}


def load(url: str, prefix: str) -> None:
    """Put the scene into the indices of `prefix`, made as the store makes them."""
    settings = ElasticsearchSettings(urls=(url,), prefix=prefix, replicas=0)
    with connect(settings) as client:
        Indices(settings, Server.of(settings, client)).ready()
        documents = (
            {"_index": _index(prefix, name, one), "_source": one}
            for name, maker in _MAKERS.items()
            for one in maker()
        )
        bulk(client, documents, refresh=True)


def _index(prefix: str, name: str, one: Json) -> str:
    follows = KINDS[name].follows
    when = datetime.fromisoformat(one[follows]) if follows else START
    return index_for(KINDS[name], prefix, when)
