"""What is expected of the fastest post of a story, and which complaints emerge."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.forecast.reposts import HORIZON, Spread, greatest_hour
from fengsui.counts.history import PAST_DAYS
from fengsui.incidents.evidence import SPAN, RecentActivity
from records import Forecast, PostForecast, StoryForecast, Trend, Window
from records.time import DAY
from store.interface import MentionStore

# Fewer complaints in six hours emerge nowhere.
LEAST: Final = 5
# A post is forecast from so many reposts, and from that age on.
LEAST_REPOSTS: Final = 20
YOUNGEST: Final = timedelta(minutes=10)
# How many of the fastest posts are forecast.
POSTS: Final = 1


def expect(recent: RecentActivity) -> StoryForecast | None:
    """Return what is expected of the fastest post after `recent`, None where none spreads."""
    posts = tuple(
        _of_post(cited.post.key, seen)
        for cited, seen in recent.fastest[:POSTS]
        if seen.reposts >= LEAST_REPOSTS and seen.age >= YOUNGEST
    )
    return StoryForecast(recent.at, posts=posts) if posts else None


def _of_post(key: str, seen: Spread) -> PostForecast:
    found = greatest_hour(seen)
    expected = Forecast(None, HORIZON, found.middle, found.low, found.high, seen.age)
    return PostForecast(key, seen.reposts, float(seen.hour), expected)


@dataclass(frozen=True, slots=True)
class EmergingComplaints:
    """Complaints about a brand that has no open incident, and where they go.

    `count` is that of the last six hours, `usual` the baseline of that time of day and length.
    """

    brand: str
    count: int
    usual: float
    trend: Trend


def emerging_complaints(
    store: MentionStore, brands: Iterable[str], at: datetime
) -> list[EmergingComplaints]:
    """Return what emerges about these brands, which have no open incident; the most first.

    The baseline is the mean of the same six hours of the four weeks before; leave out brands with
    no more than that.
    """
    found = (_emerging(store, brand, at) for brand in brands)
    known = [one for one in found if one is not None]
    return sorted(known, key=lambda one: (one.usual - one.count, one.brand))


def _emerging(store: MentionStore, brand: str, at: datetime) -> EmergingComplaints | None:
    recent = RecentActivity(store, brand, at)
    count = sum(recent.hours)
    if count < LEAST:
        return None
    before = sum(
        sum(point.negative for point in store.points(brand, Window(end - SPAN, end), SPAN))
        for end in (at - day * DAY for day in range(1, PAST_DAYS + 1))
    )
    usual = before / PAST_DAYS
    return EmergingComplaints(brand, count, usual, recent.trend) if count > usual else None
