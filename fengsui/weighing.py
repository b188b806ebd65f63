"""What the store holds beside the counts of a story, weighed against the brand's own past."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from alerts.days import day_begin, day_number
from alerts.detection.settings import DetectionSettings
from alerts.evidence import channels
from alerts.evidence.channels import Fast
from alerts.evidence.posts import QUARTER, QUARTERS, Day, Past, Voice, day_of
from alerts.evidence.severity import Pace, weigh
from alerts.forecast import hawkes
from alerts.forecast.events import Observed, observe_bins, observe_counts
from records import Incident, Mention, Point, Post, PostKind, Sentiment, Signal, Window
from store.interface import Cited, MentionStore

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
# Evidence is looked for in the detector's longest stretch; in the last hour where that is much.
SPAN: Final = timedelta(hours=6)
MUCH: Final = 2_000
PAST_DAYS: Final = 28
# Posts of a quarter of a day that are looked at, and the counts by which a change is noticed.
LOOKED_AT: Final = 500
DIGEST_STEP: Final = timedelta(hours=2)
PASTS_KEPT: Final = 64
# Posts whose spreading is looked at.
FASTEST: Final = 3
TITLE_LIMIT: Final = 60

_Digest = tuple[tuple[int, ...], ...]


@dataclass(slots=True)
class _Kept:
    """The days of a brand by the day's number, each with the digest of the counts it rests on."""

    days: dict[int, tuple[_Digest, Day]]
    past: Past | None = None


class Pasts:
    """The past of brands by days, read again only where the store has changed."""

    def __init__(self, store: MentionStore) -> None:
        self._store = store
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def before(self, brand: str, at: datetime) -> Past:
        """Return the four weeks before the day (China's) that `at` lies in.

        Days before the brand's first mention are no past. It depends on the store alone.
        """
        end = day_number(at)
        window = Window(day_begin(end - PAST_DAYS), day_begin(end))
        digests: dict[int, list[tuple[int, ...]]] = {}
        for point in self._store.points(brand, window, DIGEST_STEP):
            counted = (point.volume, point.organic, point.negative, point.complaints, point.reach)
            digests.setdefault(day_number(point.at), []).append(counted)
        kept = self._kept.pop(brand, None) or _Kept({})
        self._kept[brand] = kept
        while len(self._kept) > PASTS_KEPT:
            self._kept.popitem(last=False)
        first = min(digests, default=end)
        days: dict[int, tuple[_Digest, Day]] = {}
        for number in range(first, end):
            digest = tuple(digests.get(number, ()))
            known = kept.days.get(number)
            if known is None or known[0] != digest:
                known = (digest, self._day(brand, number, digest))
            days[number] = known
        if kept.past is None or days != kept.days:
            kept.days, kept.past = days, Past(tuple(day for _, day in days.values()))
        return kept.past

    def _day(self, brand: str, number: int, digest: _Digest) -> Day:
        organic = sum(counts[1] for counts in digest)
        if not organic:
            return Day()
        begin = day_begin(number)
        voices = [
            voice_of(cited)
            for quarter in range(QUARTERS)
            for cited in self._store.cited(
                brand,
                Window(begin + quarter * QUARTER, begin + (quarter + 1) * QUARTER),
                LOOKED_AT,
            )
        ]
        return day_of(voices, min(1.0, max(len(voices), 1) / organic))


def voice_of(cited: Cited) -> Voice:
    """Return what evidence wants to know of a mention."""
    mention, post = cited.mention, cited.post
    return Voice(
        post_key=post.key,
        at=mention.published_at,
        author=mention.author,
        source=post.source,
        followers=mention.reach,
        words=mention.keywords,
        reposts=post.reposts,
        troubled=is_troubled(mention),
        headline=post.kind is PostKind.HEADLINE,
        title=mention.text[:TITLE_LIMIT],
    )


def is_troubled(mention: Mention) -> bool:
    """Say whether it is negative or a complaint."""
    return mention.sentiment is Sentiment.NEGATIVE or mention.complaint


class Recent:
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
    def negatives(self) -> Observed:
        """How the negatives of `minutes` came one after the other."""
        counts = [(point.at, point.negative) for point in self.minutes if point.negative]
        return observe_bins(counts, MINUTE, self.at)

    @cached_property
    def span(self) -> timedelta:
        """How far back posts are looked at."""
        return SPAN if sum(point.organic for point in self.minutes) <= MUCH else HOUR

    @cached_property
    def posts(self) -> list[Cited]:
        """The organic mentions of `span`, oldest first."""
        return list(self._store.cited(self.brand, Window(self.at - self.span, self.at)))

    @cached_property
    def fastest(self) -> list[tuple[Cited, Observed]]:
        """The troubled posts with most reposts in the last hour, and how they grew.

        Only those are asked for their history that have most reposts.
        """
        spread = [one for one in self.posts if one.post.reposts and is_troubled(one.mention)]
        spread.sort(key=lambda one: (-(one.post.reposts or 0), one.post.key))
        found = [(one, growth(self._store, one.post, self.at)) for one in spread[:FASTEST]]
        return sorted(found, key=lambda one: (-gained(one[1]), one[0].post.key))


def weighed(
    recent: Recent,
    pasts: Pasts,
    signal: Signal,
    incident: Incident | None,
    settings: DetectionSettings,
) -> Signal:
    """Return `signal` with the evidence that the store holds beside its counts, and its level.

    The past ends before the day on which the story, or the one that it may go on with, began.
    """
    at, span = signal.at, recent.span
    began = min(at - span, incident.opened_at if incident else at)
    past = pasts.before(signal.brand, max(began, at - timedelta(days=2)))
    story = [voice_of(cited) for cited in recent.posts]
    fast = [Fast(cited.post.key, float(gained(seen))) for cited, seen in recent.fastest]
    beside = channels.beside(story, fast, past, span)
    rate = float(sum(point.negative for point in recent.minutes if point.at >= at - HOUR))
    grown = recent.negatives
    pace = Pace(rate, hawkes.fit(grown).branching if grown.count else 0.0)
    return weigh(signal, beside, pace, settings)


def growth(store: MentionStore, post: Post, at: datetime) -> Observed:
    """Return how the reposts of a post grew up to `at`, by the readings that the store holds."""
    readings: Mapping[datetime, int | None] = {
        reading.at: reading.reposts for reading in store.history(post.key)
    }
    began = min(post.published_at, at)
    return observe_counts(began, readings.items(), at, post.followers, post.text)


def gained(seen: Observed) -> int:
    """Return how many events there were in the last hour."""
    return int((seen.times > seen.age - HOUR.total_seconds()).sum())
