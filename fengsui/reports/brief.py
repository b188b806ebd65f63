"""The daily brief: what happened in a span of time, in numbers next to their baseline.

The numbers are gathered once, from the store and the ledger; the words are found for each reader's
language. Names and words of posts are shown raw here and escaped by each channel.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import clock_time, number, one_line, percent
from alerts.messages.message import Message, Section
from alerts.messages.symbols import EMOJI
from fengsui.desk.send_once import Announcement, DeliverySummary, send_once
from fengsui.incidents.operational import operational_incidents
from fengsui.incidents.slow_burn import burning
from fengsui.ingest.source_state import reached
from fengsui.reports.catalogue import WORDS
from fengsui.services import Services
from records import CaseStatus, Incident, IncidentKind, IncidentStatus, Signal, Urgency, Window
from records.language import Language
from store.ledger.state import DETECTED

BRAND_LIMIT: Final = 30
# Lines of a section; what is left is counted.
LINES: Final = 12
USUAL_DAYS: Final = 7
# Detection that is further behind at the end of the window stands still.
LATE: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class BrandDay:
    """A brand's numbers: organic mentions, and their usual over as long a span."""

    brand: str
    organic: int
    negative: int
    complaints: int
    usual: float
    usual_negative: float


@dataclass(frozen=True, slots=True)
class SourceDay:
    """A source: until when it was read, None if never, and the incident that is open about it."""

    name: str
    read_until: datetime | None
    trouble: Incident | None


@dataclass(frozen=True, slots=True)
class Brief:
    """What a brief says. `coverage` in [0, 1] is the mean share of what was to be read.

    `burning` are brands whose complaints have grown for days. `faults` are the open
    incidents about steps and receivers, and about sources, SLOs included.
    """

    window: Window
    brands: tuple[BrandDay, ...]
    incidents: tuple[Incident, ...]
    open_cases: int
    overdue_cases: int
    urgent_cases: int
    new_cases: int
    coverage: float
    sources: tuple[SourceDay, ...]
    quarantined: int
    faults: tuple[Incident, ...] = ()
    detected_to: datetime | None = None
    burning: tuple[Signal, ...] = ()

    @property
    def detects(self) -> bool:
        """Whether detection ran up to the end of the window, or nearly."""
        return self.detected_to is not None and self.detected_to >= self.window.until - LATE


def gather(services: Services, window: Window) -> Brief:
    """Return the brief of `window`, as the stores know it now."""
    cases = services.ledger.cases()
    waiting = [case for case in cases if case.status is not CaseStatus.RESOLVED]
    shares = services.ledger.coverage(window, services.tick)
    return Brief(
        window=window,
        brands=tuple(_brand_day(services, brand, window) for brand in services.brands),
        incidents=tuple(_incidents(services, window)),
        open_cases=len(waiting),
        overdue_cases=sum(1 for case in waiting if case.due_at < window.until),
        urgent_cases=sum(1 for case in waiting if case.urgency is Urgency.URGENT),
        new_cases=sum(1 for case in cases if case.first_seen in window),
        coverage=sum(shares) / len(shares) if shares else 0.0,
        sources=tuple(_sources(services)),
        quarantined=services.ledger.totals()["quarantined"],
        faults=tuple(one for one in services.ledger.open_incidents() if one.is_operational),
        detected_to=at.at if (at := DETECTED.get(services.ledger)) else None,
        burning=tuple(burning(services, services.brands, window.until)),
    )


def _brand_day(services: Services, brand: str, window: Window) -> BrandDay:
    length = window.until - window.since
    past = Window(window.since - USUAL_DAYS * length, window.since)
    points = services.store.points(brand, window, services.tick)
    before = services.store.points(brand, past, services.tick)
    return BrandDay(
        brand=brand,
        organic=sum(point.organic for point in points),
        negative=sum(point.negative for point in points),
        complaints=sum(point.complaints for point in points),
        usual=sum(point.organic for point in before) / USUAL_DAYS,
        usual_negative=sum(point.negative for point in before) / USUAL_DAYS,
    )


def _incidents(services: Services, window: Window) -> Iterator[Incident]:
    """Yield the brands' incidents that were open at some time of the window, the worst first."""
    week = services.ledger.incidents(since=window.since - timedelta(days=28))
    known = {incident.key: incident for incident in (*week, *services.ledger.open_incidents())}
    concerned = [
        incident
        for incident in known.values()
        if not incident.is_operational
        and incident.opened_at < window.until
        and (incident.recovered_at is None or incident.recovered_at >= window.since)
    ]
    yield from sorted(concerned, key=lambda one: (-one.peak_level, one.opened_at, one.key))


def _sources(services: Services) -> Iterator[SourceDay]:
    troubles = operational_incidents(services, IncidentKind.COVERAGE)
    for source in services.settings.sources:
        yield SourceDay(source.name, reached(services, source.name), troubles.get(source.name))


def send(services: Services, window: Window, clock: Callable[[], datetime]) -> DeliverySummary:
    """Send the brief of `window` to the receivers of every brand, each in its language, once."""
    brief = gather(services, window)
    key = f"brief@{window.until:%Y%m%dT%H%MZ}"
    announcement = Announcement(key, "brief", lambda language: compose(brief, language))
    return send_once(services, announcement, clock)


def compose(brief: Brief, language: Language) -> Message:
    """Return what the brief says in `language`."""
    writer = _Writer(brief, WORDS[language], language)
    day = f"{clock_time(brief.window.until, brief.window.since)}"
    title = writer.say("title", time=day)
    return Message(language, title, sections=tuple(writer.sections()))


@dataclass(frozen=True, slots=True)
class _Writer:
    brief: Brief
    words: Mapping[str, str]
    language: Language

    def say(self, key: str, **values: str) -> str:
        return self.words[key].format(**values)

    def count(self, value: float) -> str:
        return number(value, self.language)

    def sections(self) -> Iterator[Section]:
        for name, lines in (
            ("incidents", self.incidents()),
            ("burning", self.burning()),
            ("voice", self.voice()),
            ("cases", self.cases()),
            ("coverage", self.coverage()),
            ("itself", self.itself()),
        ):
            said = list(lines)
            if not said:
                continue
            more = [self.say("more", count=str(len(said) - LINES))] if len(said) > LINES else []
            heading = self.words[f"heading.{name}"]
            yield Section(heading, (*said[:LINES], *more), name, listed=True)

    def incidents(self) -> Iterator[str]:
        if not self.brief.incidents:
            yield self.words["incidents.none"]
        for incident in self.brief.incidents:
            opened = clock_time(incident.opened_at, self.brief.window.until)
            state = "over" if incident.status is IncidentStatus.RECOVERED else "open"
            until = clock_time(
                incident.recovered_at or incident.updated_at, self.brief.window.until
            )
            yield " · ".join(
                (
                    f"{EMOJI[incident.peak_level]} {self.level(incident)}",
                    one_line(incident.brand, BRAND_LIMIT),
                    self.say(f"incident.{state}", since=opened, until=until),
                    self.say("incident.peak", rate=self.count(incident.peak)),
                )
            )

    def burning(self) -> Iterator[str]:
        """Yield whose complaints have grown for days; nothing where nobody's have."""
        for one in self.brief.burning:
            (evidence,) = one.evidence
            yield self.say(
                "burning",
                brand=one_line(one.brand, BRAND_LIMIT),
                count=self.count(evidence.observed),
                usual=self.count(evidence.expected),
            )

    def level(self, incident: Incident) -> str:
        return CATALOGUES[self.language][f"level.{incident.peak_level.name.lower()}"]

    def voice(self) -> Iterator[str]:
        total = sum(day.organic for day in self.brief.brands)
        if not total:
            yield self.words["voice.none"]
            return
        for day in sorted(self.brief.brands, key=lambda one: (-one.organic, one.brand)):
            yield self.say(
                "voice",
                brand=one_line(day.brand, BRAND_LIMIT),
                share=percent(day.organic / total),
                organic=self.count(day.organic),
                usual=self.count(day.usual),
                negative=self.count(day.negative),
                usual_negative=self.count(day.usual_negative),
                complaints=self.count(day.complaints),
            )

    def cases(self) -> Iterator[str]:
        brief = self.brief
        yield self.say(
            "cases",
            new=self.count(brief.new_cases),
            open=self.count(brief.open_cases),
            urgent=self.count(brief.urgent_cases),
            overdue=self.count(brief.overdue_cases),
        )

    def coverage(self) -> Iterator[str]:
        yield self.say("coverage", share=percent(self.brief.coverage))
        for source in self.brief.sources:
            name = one_line(source.name, BRAND_LIMIT)
            if source.trouble is not None:
                since = clock_time(source.trouble.opened_at, self.brief.window.until)
                yield self.say("source.trouble", name=name, since=since)
            elif source.read_until is None:
                yield self.say("source.never", name=name)
            else:
                until = clock_time(source.read_until, self.brief.window.until)
                yield self.say("source.read", name=name, until=until)
        if self.brief.quarantined:
            yield self.say("quarantined", count=self.count(self.brief.quarantined))

    def itself(self) -> Iterator[str]:
        """Yield that all is well, or what is not."""
        brief, until = self.brief, self.brief.window.until
        if brief.detects and not brief.faults:
            yield self.say("itself.well")
            return
        if not brief.detects:
            at = brief.detected_to
            seen = clock_time(at, until) if at is not None else ""
            yield self.say("itself.stands", at=seen) if seen else self.say("itself.never")
        for one in brief.faults:
            name = one_line(one.subject, BRAND_LIMIT)
            since = clock_time(one.opened_at, until)
            yield self.say(f"itself.{one.kind}", name=name, since=since)
