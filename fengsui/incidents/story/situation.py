"""What an alert's first screen says: the facts of a story at a moment, all from the store."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from alerts.trend import trend_of
from alerts.turning_points import turning_points_of
from fengsui.counts.detector_cache import DetectorCache
from fengsui.incidents.story.carriers import carriers_of, joined, kind_of, voice_of
from fengsui.incidents.story.posts import StoryPosts
from fengsui.incidents.story.topic import Topic
from fengsui.settings.application import Settings
from nlp.topics.titles import Title
from records import OWN, Carrier, CaseStatus, Incident, Situation, Window
from records.time import HOUR, MINUTE
from store.interface import Cited, MentionStore
from store.ledger.ledger import Ledger

# Hours whose counts say where it goes.
HOURS: Final = 3
# Keys of reported voices that an incident remembers.
REPORTED: Final = 64
_HOT_LISTS: Final = frozenset({"weibo_hot", "newsnow"})
# Titles that were read so lately say that a list is read, whatever the settings name.
LISTED: Final = timedelta(days=7)


class Sources(Protocol):
    """Where a situation takes its facts from."""

    @property
    def store(self) -> MentionStore:
        """Posts, mentions and counts."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Cases."""
        ...

    @property
    def detector_cache(self) -> DetectorCache:
        """Baselines."""
        ...

    @property
    def settings(self) -> Settings:
        """Which sources are connected, and the brand's own accounts."""
        ...


def situation_of(
    services: Sources,
    incident: Incident,
    at: datetime,
    story: StoryPosts,
    topic: Topic,
    known: Incident | None,
) -> Situation:
    """Return the situation of `incident` at `at`, whose posts are in `story`.

    `known` is the incident as it was when people were last notified, None where they never were.
    """
    store, brand = services.store, incident.brand
    own = _own(store, brand, story, at)
    spreading = sorted((*story.spreading, *own), key=lambda one: one.post.published_at)
    voices = carriers_of(spreading, at, store, words_of(incident, topic))
    first = voice_of(story.first, kind_of(story.first), at, store) if story.first else None
    hours = [_negatives(store, brand, at - n * HOUR) for n in range(HOURS)]
    before_at = _before_at(known, at)
    looked_for, unconnected = _looked_for(services, brand, story, at)
    title, title_post = titled(known or incident, topic.title)
    categories = story.categories
    return Situation(
        title=title,
        title_post=title_post,
        category=max(sorted(categories), key=categories.__getitem__, default=""),
        hour=hours[0],
        before=_negatives(store, brand, before_at),
        before_at=before_at,
        baseline=services.detector_cache.expected(brand, Window(at - HOUR, at), incident.opened_at),
        trend=trend_of(hours[::-1]),
        people=len(story.people),
        harm=story.harm,
        harm_post=story.harm_post,
        first=first,
        carriers=voices,
        joined=joined(voices, known.reported if known else ()),
        looked_for=looked_for,
        unconnected=unconnected,
        turning_points=turning_points_of(incident, first, voices),
        cases=open_cases(services.ledger, brand, story.filed),
    )


def words_of(incident: Incident, topic: Topic) -> frozenset[str]:
    """Return the words that a story is known by."""
    return frozenset((*incident.terms, *topic.words))


def titled(incident: Incident, found: Title) -> tuple[str, str]:
    """Return the title of an incident and the post whose words it is: it keeps the first found.

    Another cause is another incident, or another story of it, which its alert names by itself.
    """
    if incident.title:
        return incident.title, incident.title_post
    return found.text, found.key


def noted(
    incident: Incident, situation: Situation, at: datetime, known: Incident | None
) -> Incident:
    """Return the incident with what people are notified of by a message of `at`."""
    before = known.reported if known else ()
    keys = (*before, *incident.reported, *(one.key for one in situation.carriers))
    return replace(
        incident,
        title=situation.title,
        title_post=situation.title_post,
        reported=tuple(dict.fromkeys(keys))[-REPORTED:],
        reported_at=at,
        reported_rate=float(situation.hour),
    )


def with_reported(incident: Incident, known: Incident | None) -> Incident:
    """Return the incident with what people were notified of by its last alert."""
    if known is None:
        return incident
    return replace(
        incident,
        title=known.title,
        title_post=known.title_post,
        reported=known.reported,
        reported_at=known.reported_at,
        reported_rate=known.reported_rate,
    )


def open_cases(ledger: Ledger, brand: str, posts: Iterable[str]) -> int:
    """Return how many cases hold any of `posts` and wait to be handled."""
    found = ledger.cases_with_posts([(brand, key) for key in posts])
    return len({case.key for case in found.values() if case.status is CaseStatus.OPEN})


def _own(store: MentionStore, brand: str, story: StoryPosts, at: datetime) -> Iterator[Cited]:
    """Yield what the brand itself said since the story's first post."""
    if story.first is not None and story.first.post.published_at < at:
        yield from store.cited(brand, Window(story.first.post.published_at, at), discount=OWN)


def _negatives(store: MentionStore, brand: str, at: datetime) -> int:
    """Return how many negative posts the hour up to `at` has."""
    hour = Window(at.replace(second=0, microsecond=0) - HOUR, at)
    return sum(point.negative for point in store.points(brand, hour, MINUTE))


def _before_at(known: Incident | None, at: datetime) -> datetime:
    """Return the time of the last message, or an hour ago."""
    last = known.reported_at if known is not None else None
    return last if last is not None and last < at else at - HOUR


def _looked_for(
    services: Sources, brand: str, story: StoryPosts, at: datetime
) -> tuple[tuple[Carrier, ...], tuple[Carrier, ...]]:
    """Return which carriers the connected sources would show, and which they would not."""
    settings = services.settings
    own = any(one.own_accounts for one in settings.brands if one.name == brand)
    lists = any(one.kind in _HOT_LISTS for one in settings.sources)
    platforms = {one.platform for one in settings.sources} - {"folder"}
    shown = {
        Carrier.LARGE: story.sizes_known,
        Carrier.MEDIA: story.accounts_known,
        Carrier.GOVERNMENT: story.accounts_known,
        Carrier.OWN: own,
        Carrier.HOT_LIST: lists or bool(services.store.headlines(Window(at - LISTED, at))),
        Carrier.PLATFORM: len(platforms | set(story.platforms)) > 1,
    }
    return (
        tuple(kind for kind, is_shown in shown.items() if is_shown),
        tuple(kind for kind, is_shown in shown.items() if not is_shown),
    )
