"""An incident as a page shows it: what happened, how bad, why, and who carries it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import numpy as np

from alerts.detection.bands import BEYOND
from alerts.detection.probability import least_rare_count
from alerts.messages.catalogue import CATALOGUES
from alerts.messages.compose import compose
from alerts.messages.evidence_text import Reasons
from alerts.messages.format import cut, one_line
from alerts.messages.ops_text import circumstances, next_step, what_happened
from alerts.messages.playbook.playbook import FIRST, shipped
from alerts.messages.screen import Screen
from fengsui.chart.counted import timeline_of
from fengsui.chart.timeline import Timeline
from fengsui.desk.desk import Desk, IncidentView
from fengsui.services import Services
from fengsui.views import shown
from fengsui.views.overview import usual_hour
from fengsui.views.story import Story, story_so_far
from fengsui.views.titles import title_of
from records import (
    Alert,
    Carrier,
    Change,
    Incident,
    IncidentStatus,
    Level,
    Notification,
    NotificationState,
    Situation,
    Theme,
    TurningPoint,
    Voice,
    Window,
)
from records.language import Language
from records.time import HOUR, MINUTE

# What the chart shows at most, so that a bar is wider than a line.
STEPS: Final = 110
SHORTEST: Final = timedelta(minutes=5)
AFTER: Final = timedelta(hours=2)
TITLE: Final = 160
# Of counts whose scatter is not known.
DISPERSION: Final = 0.1
NAME: Final = 16
# Turning points at which people are named.
PEOPLE: Final = frozenset({"first", "person", "large", "hot"})


@dataclass(frozen=True, slots=True)
class Numbers:
    """The counts of the last hour, and since the first post; None where nothing is known."""

    hour: int
    usual: float | None
    negative: int
    complaints: int
    people: int
    reach: int
    harm: int
    open_cases: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Carried:
    """Who carries the story: as what, their name, and what is known of them and of their post."""

    label: str
    name: str
    about: tuple[str, ...]
    voice: Voice


@dataclass(frozen=True, slots=True)
class Sent:
    """An alert of the history: what it said, and how it fared at each receiver."""

    at: datetime
    change: Change
    level: Level
    title: str
    receivers: tuple[tuple[str, NotificationState], ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A turning point in words."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Everything on the page of an incident about a brand at `at`.

    `handling` is what people did with it.
    `evidence` and `reasons` say why the level is what it is; `steps` are those of the playbook.
    `turning_points` are the last alert's.
    """

    at: datetime
    incident: Incident
    title: str
    numbers: Numbers
    situation: Situation
    evidence: tuple[str, ...]
    reasons: tuple[str, ...]
    links: tuple[str, ...]
    carriers: tuple[Carried, ...]
    absent: tuple[str, ...]
    unconnected: tuple[str, ...]
    themes: tuple[Theme, ...]
    steps: tuple[str, ...]
    history: tuple[Sent, ...]
    story: Story
    handling: IncidentView
    turns: tuple[Turn, ...]
    tables: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.incident.status is IncidentStatus.OPEN


@dataclass(frozen=True, slots=True)
class OperationalPage:
    """The page of an incident about a source, a step or a receiver."""

    at: datetime
    incident: Incident
    title: str
    lines: tuple[str, ...]
    next_step: str
    handling: IncidentView
    history: tuple[Sent, ...]


def incident_view(
    services: Services, incident: Incident, now: datetime, language: Language
) -> IncidentPage:
    """Return the page of an incident about a brand; the counts were refreshed before."""
    known = services.ledger.notifications(incident.key)
    alert = newest_alert(known)
    words = CATALOGUES[language]
    reasons = Reasons(words, language)
    end = min(now, incident.recovered_at or now)
    story = story_so_far(services.store, incident, end)
    situation = (alert and alert.situation) or Situation(title=incident.title)
    screen = Screen(alert, language, words, shipped(language)) if alert is not None else None
    return IncidentPage(
        at=now,
        incident=incident,
        title=title_of(services.ledger, incident, language),
        numbers=_numbers(services, incident, alert, now),
        situation=situation,
        evidence=tuple(reasons.evidence(incident.evidence)),
        reasons=tuple(reasons.level(incident.reasons)),
        links=tuple(reasons.links(incident.links)),
        carriers=tuple(_carried(screen, situation)) if screen is not None else (),
        absent=tuple(_absent(situation, words)),
        unconnected=tuple(words[f"carrier.{one}"] for one in situation.unconnected),
        themes=alert.themes if alert is not None else (),
        steps=tuple(_steps(screen, incident)) if screen is not None else (),
        history=tuple(sent_of(known, language)),
        story=story,
        handling=Desk(services.ledger, services.settings).views([incident])[0],
        turns=tuple(turns_of(situation.turning_points, words)),
        tables=tuple(_tables(alert, story, language)),
    )


def operational_view(
    services: Services, incident: Incident, now: datetime, language: Language
) -> OperationalPage:
    """Return the page of an incident about a source, a step or a receiver."""
    known = services.ledger.notifications(incident.key)
    alert = newest_alert(known)
    return OperationalPage(
        at=now,
        incident=incident,
        title=what_happened(alert, language) if alert is not None else incident.subject,
        lines=tuple(circumstances(alert, language)) if alert is not None else (),
        next_step=next_step(alert, language) if alert is not None else "",
        handling=Desk(services.ledger, services.settings).views([incident])[0],
        history=tuple(sent_of(known, language)),
    )


def newest_alert(known: Iterable[Notification]) -> Alert | None:
    """Return the last alert of the notifications of an incident."""
    alerts = [one.alert for one in known if one.alert is not None]
    return max(alerts, key=lambda one: (one.at, one.key), default=None)


def sent_of(known: Iterable[Notification], language: Language) -> Iterator[Sent]:
    """Yield the alerts of the notifications of an incident, the newest first."""
    by_key: dict[str, list[Notification]] = {}
    for one in known:
        if one.alert is not None:
            by_key.setdefault(one.alert.key, []).append(one)
    for some in sorted(by_key.values(), key=lambda each: each[0].created_at, reverse=True):
        alert = some[0].alert
        if alert is None:
            continue
        yield Sent(
            at=alert.at,
            change=alert.change,
            level=alert.incident.level,
            title=cut(compose(alert, language).title, TITLE),
            receivers=tuple((one.receiver, one.state) for one in some),
        )


def chart_of(
    services: Services, incident: Incident, now: datetime
) -> tuple[Timeline, tuple[float, ...], tuple[TurningPoint, ...]]:
    """Return the time line of an incident up to `now`, what is usual at most, and its turns.

    What is usual comes from the same hours of other days, as was known before the incident; what
    is usual at most comes by chance once in a thousand steps. Where too little is known, both are
    those of the incident's own evidence.
    """
    end = min(incident.recovered_at or now, now)
    step = max(SHORTEST, -(-(end - incident.opened_at) // STEPS // SHORTEST) * SHORTEST)
    after = AFTER if incident.recovered_at is not None else timedelta(0)
    line = timeline_of(services.store, incident, step, min(after, now - end), until=end)
    cache, brand = services.detector_cache, incident.brand
    found = [
        cache.expected(brand, Window(at, at + step), incident.opened_at - HOUR) for at in line.at
    ]
    usual = tuple(old if new is None else new for old, new in zip(line.usual, found, strict=True))
    known = [one.dispersion for one in incident.evidence if one.kind == "negative"]
    scatter = next((one for one in known if one), DISPERSION)
    upper = least_rare_count(np.array(usual), np.array(scatter), BEYOND) - 1.0
    alert = newest_alert(services.ledger.notifications(incident.key))
    facts = alert.situation if alert is not None else None
    points = facts.turning_points if facts is not None else ()
    return replace(line, usual=usual), tuple(upper.tolist()), points


def _numbers(services: Services, incident: Incident, alert: Alert | None, now: datetime) -> Numbers:
    end = services.counts.tick_end(now)
    hour = services.store.points(incident.brand, Window(now - HOUR, now), MINUTE)
    facts = alert.situation if alert is not None else None
    return Numbers(
        hour=sum(one.negative for one in hour),
        usual=usual_hour(services, incident.brand, end, incident.opened_at),
        negative=alert.negative if alert is not None else 0,
        complaints=alert.complaints if alert is not None else 0,
        people=facts.people if facts is not None else 0,
        reach=alert.reach if alert is not None else 0,
        harm=facts.harm if facts is not None else 0,
        open_cases=facts.cases if facts is not None else 0,
        coverage=alert.coverage if alert is not None else 0.0,
    )


def turns_of(points: Iterable[TurningPoint], words: Mapping[str, str]) -> Iterator[Turn]:
    """Yield the turning points in words, oldest first; people by their first character."""
    for point in sorted(points, key=lambda one: one.at):
        name = shown.name(point.name) if point.kind in PEOPLE else shown.line(point.name, NAME)
        level = words[f"level.{point.level.name.lower()}"] if point.level is not None else ""
        known = words.get(f"turn.{point.kind}", words["level.recovered"])
        place = words.get(f"place.{point.name}", name)
        yield Turn(point.at, known.format(name=place, level=level).strip())


def _absent(situation: Situation, words: Mapping[str, str]) -> Iterator[str]:
    """Yield the kinds of carriers that were looked for and are not there."""
    present = {one.carrier for one in situation.carriers}
    for one in situation.looked_for:
        if one not in present:
            yield words[f"carrier.{one}"]


def _tables(
    alert: Alert | None, story: Story, language: Language
) -> Iterator[tuple[str, tuple[tuple[str, int], ...]]]:
    """Yield what was counted by kind: its name, and each kind in words with its number."""
    said = partial(shown.word, language=language)
    if alert is not None:
        yield "demands", tuple((said(f"demand.{k}") or shown.line(k), n) for k, n in alert.demands)
        yield "categories", tuple((said(f"category.{k}") or k, n) for k, n in alert.categories)
        yield "accounts", tuple((said(f"account.{k or 'unknown'}"), n) for k, n in alert.accounts)
    yield "platforms", tuple((shown.place(k, language), n) for k, n in story.platforms)
    yield "regions", tuple((shown.line(k, NAME), n) for k, n in story.regions)


def _carried(screen: Screen, situation: Situation) -> Iterator[Carried]:
    first = (situation.first,) if situation.first is not None else ()
    seen: set[str] = set()
    for voice in (*first, *situation.carriers):
        if voice.key in seen:
            continue
        seen.add(voice.key)
        is_first = voice in first
        is_place = voice.carrier in {Carrier.HOT_LIST, Carrier.PLATFORM}
        yield Carried(
            label=screen.words["role.earliest" if is_first else f"carrier.{voice.kind}"],
            name=screen.place(voice) if is_place else screen.name(voice),
            about=tuple(_about(screen, voice)),
            voice=voice,
        )


def _steps(screen: Screen, incident: Incident) -> Iterator[str]:
    """Yield what the playbook says is to be done now, with the name of who posted first."""
    if incident.status is not IncidentStatus.OPEN:
        return
    situation = screen.situation
    category = "safety" if situation.harm else situation.category
    joined = [one.kind for one in situation.joined]
    first = screen.name(situation.first) if situation.first is not None else ""
    for step in screen.playbook.steps_of(category, incident.level, joined):
        yield one_line(step.replace(FIRST, first or screen.words["customer"]), TITLE)


def _about(screen: Screen, voice: Voice) -> Iterator[str]:
    """Yield what is known of an account and of how its post spreads."""
    if voice.verified:
        yield screen.words["verified"]
    if voice.followers:
        yield screen.fans(voice)
    if voice.reposts:
        yield screen.say("reposts", count=screen.count(voice.reposts))
    if voice.gained:
        yield "+" + screen.count(voice.gained) + "/h"
