"""The facts of an incident, recounted from the store as it is now, before any words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from fengsui.counts.history import is_troubled
from fengsui.desk.desk import Desk
from fengsui.desk.states import IncidentState
from fengsui.incidents.alert import build_alert
from fengsui.incidents.detect import IncidentUpdate
from fengsui.incidents.story.carriers import is_of_story
from fengsui.incidents.story.posts import own_words, story_of
from fengsui.reports.handling import BY_CLOCK, Handled, handled
from fengsui.services import Services
from nlp.topics.harm import harms_people
from records import (
    OWN,
    Account,
    Action,
    Alert,
    Case,
    Change,
    Incident,
    Level,
    NotificationState,
    Sentiment,
    Window,
)
from records.time import HOUR, MINUTE
from store.interface import Cited

T = TypeVar("T")


@dataclass(slots=True)
class Reach:
    """The troubled posts of one kind of account: how many, by how many people, seen by whom.

    `followers` adds up the greatest number known of each author; `known` authors have one.
    """

    posts: int = 0
    people: set[str] = field(default_factory=set)
    by_author: dict[str, int] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)

    def add(self, cited: Cited) -> None:
        """Take in a post."""
        author = cited.mention.author or cited.post.key
        self.posts += 1
        self.people.add(author)
        self.keys.append(cited.post.key)
        if cited.post.followers is not None:
            self.by_author[author] = max(cited.post.followers, self.by_author.get(author, 0))

    @property
    def followers(self) -> int:
        """The followers of all authors of whom they are known."""
        return sum(self.by_author.values())

    @property
    def known(self) -> int:
        """Of how many authors the followers are known."""
        return len(self.by_author)


@dataclass(frozen=True, slots=True)
class Sent:
    """An alert that went out: to how many receivers it was queued, and how many took it."""

    at: datetime
    change: Change
    level: Level
    receivers: int
    taken: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The first post of the brand itself about the story, and the negatives around it.

    `before` counts those of the hour before it, `after` those of the hour after.
    """

    at: datetime
    post: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Keys:
    """The posts that the counts of a story rest on, oldest first."""

    negative: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
    harm: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What a review says of an incident up to `at`: its end, or the last tick that was scored.

    `alert` has the counts of the story as an alert of `at` would have them. `read_at` is when the
    first post was first read. `state` and `actions` are what people did with it. `coverage` in
    [0, 1] is the mean share that was read meanwhile, None where nothing is known of it.
    """

    incident: Incident
    at: datetime
    alert: Alert
    keys: Keys
    reach: dict[Account, Reach]
    sent: tuple[Sent, ...]
    cases: tuple[Handled, ...]
    coverage: float | None
    read_at: datetime | None = None
    statement: Statement | None = None
    knows_own: bool = False
    state: IncidentState = field(default_factory=IncidentState)
    actions: tuple[Action, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether the incident has ended."""
        return self.incident.recovered_at is not None

    @property
    def first_at(self) -> datetime:
        """When the story's first post was published."""
        return self.alert.since

    @property
    def handling(self) -> tuple[Action, ...]:
        """What people did, without the clock's own entries."""
        return tuple(one for one in self.actions if one.kind not in BY_CLOCK)

    @property
    def alerted_at(self) -> datetime | None:
        """When the first alert went out, None where none did."""
        return min((one.at for one in self.sent), default=None)


def gather(services: Services, incident: Incident) -> Review:
    """Return the review of an incident about a brand, as the stores know it now."""
    at = incident.recovered_at or incident.updated_at
    # Baselines come from the counts up to then.
    services.detector_cache.update({}, services.counts.tick_end(at))
    coverage = _coverage(services, Window(min(incident.opened_at, at), at))
    update = IncidentUpdate(incident, Change.RECOVERED, at, coverage or 0.0, incident.level)
    alert = build_alert(update, at, services, incident)
    posts = list(story_of(services.store, incident, at))
    desk = Desk(services.ledger, services.settings).found(incident.key)
    return Review(
        incident=incident,
        at=at,
        alert=alert,
        keys=_keys(posts),
        reach=_reach(posts),
        sent=tuple(_sent(services, incident)),
        cases=tuple(handled(services, _cases(services, incident.brand, posts))),
        coverage=coverage,
        read_at=_read_at(services, alert),
        statement=_statement(services, incident, alert.since, at),
        knows_own=any(one.own_accounts for one in services.settings.brands
                      if one.name == incident.brand),
        state=IncidentState() if desk is None else desk.state,
        actions=() if desk is None else tuple(desk.actions),
    )  # fmt: skip


def _coverage(services: Services, window: Window) -> float | None:
    shares = services.ledger.coverage(window, services.tick)
    return sum(shares) / len(shares) if any(shares) else None


def _keys(posts: Iterable[Cited]) -> Keys:
    troubled = [one for one in posts if is_troubled(one.mention)]
    return Keys(
        negative=tuple(
            one.post.key for one in troubled if one.mention.sentiment is Sentiment.NEGATIVE
        ),
        complaints=tuple(one.post.key for one in troubled if one.mention.complaint),
        harm=tuple(one.post.key for one in troubled if _harms(one)),
    )


def _harms(cited: Cited) -> bool:
    return harms_people(cited.mention.text) and harms_people(own_words(cited))


def _reach(posts: Iterable[Cited]) -> dict[Account, Reach]:
    found: dict[Account, Reach] = {}
    for one in posts:
        if is_troubled(one.mention):
            found.setdefault(one.post.account, Reach()).add(one)
    return dict(sorted(found.items(), key=lambda item: (-item[1].followers, item[0])))


def _sent(services: Services, incident: Incident) -> Iterator[Sent]:
    """Yield the alerts of an incident, oldest first."""
    by_alert: dict[str, list[NotificationState]] = {}
    alerts: dict[str, Alert] = {}
    for one in services.ledger.notifications(incident.key):
        if one.alert is not None and one.state is not NotificationState.SUPPRESSED:
            alerts[one.alert.key] = one.alert
            by_alert.setdefault(one.alert.key, []).append(one.state)
    for key, alert in sorted(alerts.items(), key=lambda item: (item[1].at, item[0])):
        states = by_alert[key]
        taken = states.count(NotificationState.SENT)
        yield Sent(alert.at, alert.change, alert.incident.level, len(states), taken)


def _cases(services: Services, brand: str, posts: Sequence[Cited]) -> list[Case]:
    """Return the cases that hold complaints of the story, the most urgent first."""
    filed = [(brand, one.post.key) for one in posts if one.mention.complaint]
    found = {case.key: case for case in services.ledger.cases_with_posts(filed).values()}
    return sorted(found.values(), key=lambda case: (-case.urgency, case.due_at, case.key))


def _read_at(services: Services, alert: Alert) -> datetime | None:
    """Return when the first post of the story was first read."""
    first = alert.situation.first if alert.situation is not None else None
    if first is None:
        return None
    read = [one.at for one in services.store.history(first.post_key)]
    read += [post.fetched_at for post in services.store.posts([first.post_key])]
    return min(read, default=None)


def _statement(
    services: Services, incident: Incident, since: datetime, until: datetime
) -> Statement | None:
    """Return the first post of the brand itself that speaks of the story."""
    if since >= until:
        return None
    own = services.store.cited(incident.brand, Window(since, until), discount=OWN)
    words = incident.terms or (incident.brand,)
    first = next((one for one in own if is_of_story(one, words)), None)
    if first is None:
        return None
    at = first.post.published_at
    return Statement(
        at,
        first.post.key,
        _negatives(services, incident.brand, Window(at - HOUR, at)),
        _negatives(services, incident.brand, Window(at, at + HOUR)),
    )


def _negatives(services: Services, brand: str, window: Window) -> int:
    """Return the negatives of the whole minutes from the beginning of `window` on."""
    begin = window.since.replace(second=0, microsecond=0)
    end = window.until.replace(second=0, microsecond=0)
    return sum(one.negative for one in services.store.points(brand, Window(begin, end), MINUTE))
