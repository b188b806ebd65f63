"""What the store holds besides the counts of a story, compared with the brand's own past."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, Protocol

from alerts.detection.settings import DetectionSettings
from alerts.evidence import channels
from alerts.evidence.channels import FastPost
from alerts.evidence.combine import Pace, combine_evidence
from alerts.evidence.harm import harmed_people, news_of_harm
from alerts.forecast.reposts import Spread, spread_of
from alerts.trend import trend_of
from fengsui.counts.history import HistoryCache, is_troubled, post_view
from records import Incident, Point, Post, Signal, Trend, Window
from records.time import HOUR, MINUTE
from store.interface import Cited, MentionStore, Snapshot

# Evidence is looked for in the detector's longest stretch; in the last hour where that is much.
SPAN: Final = timedelta(hours=6)
MUCH: Final = 2_000
# Posts whose spreading is looked at.
FASTEST: Final = 3


class Readings(Protocol):
    """Where it is kept how the counts of a post grew."""

    def history(self, post_key: str) -> Sequence[Snapshot]:
        """Return the counts of a post over time, oldest first."""
        ...


class RecentActivity:
    """What the store holds of a brand's last hours up to `at`; each part is read once, if at all.

    Nothing that was published after `at` is looked at.
    """

    def __init__(self, store: MentionStore, brand: str, at: datetime) -> None:
        self.brand = brand
        self.at = at
        self._store = store

    @cached_property
    def minutes(self) -> list[Point]:
        """The counts of the minutes of `SPAN`."""
        return self._store.points(self.brand, Window(self.at - SPAN, self.at), MINUTE)

    @cached_property
    def hours(self) -> list[int]:
        """The negatives of each hour of `minutes`, the oldest first."""
        found = [0] * (SPAN // HOUR)
        for point in self.minutes:
            found[(point.at - self.at + SPAN) // HOUR] += point.negative
        return found

    @property
    def trend(self) -> Trend:
        """Where the negatives of an hour go."""
        return trend_of(self.hours)

    @cached_property
    def span(self) -> timedelta:
        """How far back posts are looked at."""
        return SPAN if sum(point.organic for point in self.minutes) <= MUCH else HOUR

    @cached_property
    def posts(self) -> list[Cited]:
        """The organic mentions of `span`, oldest first."""
        return list(self._store.cited(self.brand, Window(self.at - self.span, self.at)))

    @cached_property
    def fastest(self) -> list[tuple[Cited, Spread]]:
        """The troubled posts with most reposts in the last hour, and how they grew.

        Only those are asked for their history that have most reposts.
        """
        spread = [one for one in self.posts if one.post.reposts and is_troubled(one.mention)]
        spread.sort(key=lambda one: (-(one.post.reposts or 0), one.post.key))
        found = [(one, growth(self._store, one.post, self.at)) for one in spread[:FASTEST]]
        return sorted(found, key=lambda one: (-one[1].hour, one[0].post.key))


def with_evidence(
    recent: RecentActivity,
    pasts: HistoryCache,
    signal: Signal,
    incident: Incident | None,
    settings: DetectionSettings,
) -> Signal:
    """Return `signal` with the evidence that the store holds besides its counts, and its level.

    The past ends before the day on which the story, or the one that it may go on with, began.
    """
    at, span = signal.at, recent.span
    began = min(at - span, incident.opened_at if incident else at)
    past = pasts.before(signal.brand, max(began, at - timedelta(days=2)))
    story = [post_view(cited) for cited in recent.posts]
    fast = [FastPost(cited.post.key, float(seen.hour)) for cited, seen in recent.fastest]
    beside = channels.channel_evidence(story, fast, past, span)
    harmed = news_of_harm(harmed_people(story, past, settings), incident)
    pace = Pace(float(recent.hours[-1]), recent.trend is Trend.RISING, harmed)
    return combine_evidence(signal, beside, pace, settings)


def growth(store: Readings, post: Post, at: datetime) -> Spread:
    """Return how the reposts of a post grew up to `at`, by the readings that the store holds."""
    readings: Mapping[datetime, int | None] = {
        reading.at: reading.reposts for reading in store.history(post.key)
    }
    began = min(post.published_at, at)
    return spread_of(began, readings.items(), at)
