"""A brand over days: its trend, what its posts are about, who writes, and the posts to be read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from alerts.detection.bands import BEYOND
from alerts.detection.probability import least_rare_count
from fengsui.chart.vega import Bar
from fengsui.counts.history import is_troubled
from fengsui.services import Services
from fengsui.views.incident import DISPERSION
from fengsui.views.titles import title_of
from records import Incident, Level, Point, Window
from records.language import Language
from records.time import DAY, HOUR
from store.interface import Cited, MentionStore

# The spans that a reader may choose, in days, and the step of the trend in each.
SPANS: Final = {
    1: timedelta(minutes=30),
    7: timedelta(hours=2),
    30: timedelta(hours=12),
}
# The posts that are looked at, the newest.
LOOKED_AT: Final = 1_000
SHOWN: Final = 10
WORDS: Final = 12
# A word is rising when it is so much more frequent than before, in so many posts at least.
RISES: Final = 2.0
LEAST: Final = 3


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the posts: how many hold it, and how many of as many posts before."""

    word: str
    posts: int
    before: float


@dataclass(frozen=True, slots=True)
class BrandPage:
    """A brand over `days`: what was counted of all mentions, and what the newest posts hold.

    `looked_at` counts those; words, accounts, sources, regions and posts are theirs.
    """

    at: datetime
    brand: str
    days: int
    volume: int
    organic: int
    negative: int
    complaints: int
    authors: int
    negative_before: int
    organic_before: int
    looked_at: int
    words: tuple[Word, ...]
    sources: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]
    tones: tuple[tuple[str, int], ...]
    accounts: tuple[Cited, ...]
    top: tuple[Cited, ...]
    newest: tuple[Cited, ...]
    incidents: tuple[tuple[Incident, str], ...]

    @property
    def share(self) -> float | None:
        """The share of negatives, None without any mention."""
        return self.negative / self.organic if self.organic else None


def brand_page(
    services: Services, brand: str, days: int, now: datetime, language: Language
) -> BrandPage:
    """Return the page of a brand."""
    store, span = services.store, days * DAY
    window, before = Window(now - span, now), Window(now - 2 * span, now - span)
    points, past = (store.points(brand, one, SPANS[days]) for one in (window, before))
    posts = newest_posts(store, brand, window)
    earlier = newest_posts(store, brand, before)
    troubled = [one for one in posts if is_troubled(one.mention)]
    incidents = services.ledger.incidents(now - 90 * DAY, brand)
    return BrandPage(
        at=now,
        brand=brand,
        days=days,
        volume=sum(one.volume for one in points),
        organic=sum(one.organic for one in points),
        negative=sum(one.negative for one in points),
        complaints=sum(one.complaints for one in points),
        authors=store.authors(brand, window),
        negative_before=sum(one.negative for one in past),
        organic_before=sum(one.organic for one in past),
        looked_at=len(posts),
        words=rising(posts, earlier),
        sources=_most(one.post.source for one in posts),
        regions=_most(one.post.region for one in posts if one.post.region),
        tones=_most(str(one.mention.sentiment) for one in posts),
        accounts=_accounts(posts),
        top=tuple(sorted(posts, key=lambda one: -(one.post.reposts or 0))[:SHOWN]),
        newest=tuple(reversed(troubled[-SHOWN:])),
        incidents=tuple(
            (one, title_of(services.ledger, one, language)) for one in reversed(incidents[-SHOWN:])
        ),
    )


def newest_posts(store: MentionStore, brand: str, window: Window) -> list[Cited]:
    """Return the newest organic mentions of a window, as many as are looked at, oldest first.

    The counts of the hours say how far back those reach, so that no more is read.
    """
    left, since = LOOKED_AT, window.until
    for point in reversed(store.points(brand, window, HOUR)):
        left -= point.organic
        since = point.at
        if left <= 0:
            break
    return list(store.cited(brand, Window(max(since, window.since), window.until)))[-LOOKED_AT:]


def rising(posts: Sequence[Cited], earlier: Sequence[Cited]) -> tuple[Word, ...]:
    """Return the words that are more frequent in `posts` than in `earlier`, most of all first."""
    now, before = (
        Counter(word for one in some for word in set(one.mention.keywords))
        for some in (posts, earlier)
    )
    scale = len(posts) / len(earlier) if earlier else 0.0
    found = [Word(word, count, before[word] * scale) for word, count in now.items()]
    risen = [one for one in found if one.posts >= max(LEAST, RISES * one.before)]
    risen.sort(key=lambda one: (one.before - one.posts, one.word))
    return tuple(risen[:WORDS])


def trend(services: Services, brand: str, days: int, now: datetime) -> list[Bar]:
    """Return the negatives of a brand a step, next to what is usual, in the colours of levels.

    What is usual is what was known when the span began.
    """
    step = SPANS[days]
    begin = datetime.fromtimestamp((now - days * DAY).timestamp() // 1800 * 1800, now.tzinfo)
    window = Window(begin, now)
    counted = {one.at: one for one in services.store.points(brand, window, step)}
    first = min(counted, default=begin)
    begin = first - (first - begin) // step * step
    at = [begin + place * step for place in range(-(-(now - begin) // step))]
    usual = [_usual(services, brand, Window(one, one + step), begin) for one in at]
    upper = _upper(usual)
    incidents = services.ledger.incidents(now - 90 * DAY, brand)
    return [
        Bar(one, one + step, _count(counted.get(one)), mean, most, level_at(incidents, one, step))
        for one, mean, most in zip(at, usual, upper, strict=True)
    ]


def level_at(incidents: Sequence[Incident], at: datetime, step: timedelta) -> Level | None:
    """Return the highest level that an incident had in the step that begins at `at`."""
    found: list[Level] = []
    for one in incidents:
        if one.recovered_at is not None and at >= one.recovered_at:
            continue
        past = [change for change in one.history if change.at < at + step]
        inside = [change.level for change in past if change.at >= at]
        found += [*inside, *(change.level for change in past[-1:])]
    return max(found, default=None)


def _usual(services: Services, brand: str, window: Window, known: datetime) -> float:
    return services.detector_cache.expected(brand, window, known) or 0.0


def _upper(usual: Sequence[float]) -> list[float]:
    most = least_rare_count(np.array(usual), np.array(DISPERSION), BEYOND) - 1.0
    return [float(one) if mean else 0.0 for one, mean in zip(most, usual, strict=True)]


def _count(point: Point | None) -> float:
    return float(point.negative) if point is not None else 0.0


def _accounts(posts: Sequence[Cited]) -> tuple[Cited, ...]:
    """Return the widest post of each of the largest accounts."""
    widest: dict[str, Cited] = {}
    for one in posts:
        author = one.mention.author or one.post.key
        if one.post.followers and one.post.followers > (
            widest[author].post.followers or 0 if author in widest else 0
        ):
            widest[author] = one
    return tuple(sorted(widest.values(), key=lambda one: -(one.post.followers or 0))[:SHOWN])


def _most(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(names).most_common(8))
