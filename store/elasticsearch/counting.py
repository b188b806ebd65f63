"""Counts by aggregation over the mentions: equal, to the unit, to a table that is rolled up."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from records import Point, Window
from store.elasticsearch.client import Server
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.indices.names import identifier
from store.elasticsearch.posts.monthly import published_in
from store.elasticsearch.reading import refresh, search
from store.encoding import instant, micros
from store.rows import MINUTE

# In one answer; a server takes 65,536, and begins each page from the first mention again.
_BUCKETS = 50_000
_MILLISECOND = 1_000
_ORGANIC = {"term": {"organic": True}}
_COUNTS: dict[str, Any] = {
    "filter": _ORGANIC,
    "aggs": {
        "negative": {"filter": {"term": {"sentiment": "negative"}}},
        "complaints": {"filter": {"term": {"complaint": True}}},
        "reach": {"sum": {"field": "reach"}},
    },
}


class Counting:
    """The counts of one prefix's mentions; every method sees what was written before it."""

    def __init__(self, server: Server, prefix: str) -> None:
        self._server = server
        self._mentions = KINDS["mentions"].alias(prefix)
        self._posts = KINDS["posts"].alias(prefix)

    def points(self, brand: str, window: Window, step: timedelta) -> list[Point]:
        """Return the ticks with mentions of the minutes that begin in `window`, oldest first."""
        refresh(self._server, self._mentions)
        since, until = (-(-micros(bound) // MINUTE) for bound in (window.since, window.until))
        query = _of_brand(
            brand, {"range": {"published_us": {"gte": since * MINUTE, "lt": until * MINUTE}}}
        )
        ticks = list(self._buckets(query, [_histogram("tick", step)], {"organic": _COUNTS}))
        authors = self._authors(query, step) if any(_is_shared(tick) for tick in ticks) else {}
        return [_point(brand, tick, authors) for tick in ticks]

    def authors(self, brand: str, window: Window) -> int:
        """Return how many distinct authors have an organic mention in `window`."""
        refresh(self._server, self._mentions)
        query = _of_brand(brand, published_in(window), _ORGANIC)
        return sum(1 for _ in self._buckets(query, [_author()]))

    def earliest(self) -> dict[str, int]:
        """Return the first minute with a mention of each brand."""
        refresh(self._server, self._mentions)
        first = {"first": {"min": {"field": "published_us"}}}
        source = {"brand": {"terms": {"field": "brand"}}}
        return {
            bucket["key"]["brand"]: int(bucket["first"]["value"]) // MINUTE
            for bucket in self._buckets({"match_all": {}}, [source], first)
        }

    def newest(self) -> datetime | None:
        """Return when the newest mention was published."""
        refresh(self._server, self._mentions)
        body = {"size": 1, "sort": [{"published_us": "desc"}], "source": ["published_us"]}
        hits = search(self._server, self._mentions, body)["hits"]["hits"]
        return instant(hits[0]["_source"]["published_us"]) if hits else None

    def totals(self) -> dict[str, int]:
        """Return the numbers of posts, mentions, organic mentions and duplicates."""
        refresh(self._server, f"{self._posts},{self._mentions}")
        posts = search(self._server, self._posts, {"size": 0, "track_total_hits": True})
        organic = {"filter": _ORGANIC}
        duplicates = {"filter": {"exists": {"field": "duplicate_of"}}}
        body = {
            "size": 0,
            "track_total_hits": True,
            "aggs": {"organic": organic, "duplicates": duplicates},
        }
        mentions = search(self._server, self._mentions, body)
        found = mentions.get("aggregations", {})
        return {
            "posts": posts["hits"]["total"]["value"],
            "mentions": mentions["hits"]["total"]["value"],
            "organic": found.get("organic", {}).get("doc_count", 0),
            "duplicates": found.get("duplicates", {}).get("doc_count", 0),
        }

    def _authors(self, query: dict[str, Any], step: timedelta) -> Counter[int]:
        """Return, by tick, the distinct authors of its minutes added up."""
        minutes = [_histogram("minute", timedelta(minutes=1)), _author()]
        organic = {"bool": {"filter": [query, _ORGANIC]}}
        span = step // timedelta(milliseconds=1)
        return Counter(
            bucket["key"]["minute"] // span * span for bucket in self._buckets(organic, minutes)
        )

    def _buckets(
        self,
        query: dict[str, Any],
        sources: list[dict[str, Any]],
        inner: dict[str, Any] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield the buckets that hold something, in order, however many there are."""
        composite: dict[str, Any] = {"size": _BUCKETS, "sources": sources}
        while True:
            aggregation = {"composite": composite, "aggs": inner or {}}
            body = {"size": 0, "query": query, "aggs": {"all": aggregation}}
            body["track_total_hits"] = False
            found = search(self._server, self._mentions, body).get("aggregations", {})
            buckets = found.get("all", {}).get("buckets", [])
            yield from buckets
            if len(buckets) < _BUCKETS:
                return
            composite = {**composite, "after": found["all"]["after_key"]}


def _of_brand(brand: str, *filters: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"filter": [{"term": {"brand": identifier(brand)}}, *filters]}}


def _histogram(name: str, step: timedelta) -> dict[str, Any]:
    minutes = step // timedelta(minutes=1)
    return {name: {"date_histogram": {"field": "published_at", "fixed_interval": f"{minutes}m"}}}


def _author() -> dict[str, Any]:
    return {"author": {"terms": {"field": "author"}}}


def _is_shared(tick: dict[str, Any]) -> bool:
    """Whether a tick may have fewer authors than organic mentions."""
    return int(tick["organic"]["doc_count"]) > 1


def _point(brand: str, tick: dict[str, Any], authors: Counter[int] | dict[int, int]) -> Point:
    organic, at = tick["organic"], tick["key"]["tick"]
    return Point(
        brand=brand,
        at=instant(at * _MILLISECOND),
        volume=tick["doc_count"],
        organic=organic["doc_count"],
        negative=organic["negative"]["doc_count"],
        complaints=organic["complaints"]["doc_count"],
        reach=int(organic["reach"]["value"]),
        authors=authors.get(at, organic["doc_count"]) if authors else organic["doc_count"],
    )
