"""The facts of a day, gathered once from the store and the ledger, before any words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from fengsui.incidents.operational import operational_incidents
from fengsui.incidents.slow_burn import burning
from fengsui.ingest.source_state import reached
from fengsui.reports.daily.answers import Answers, answers_of
from fengsui.reports.daily.notable import Notable, notable_of
from fengsui.reports.handling import handled, owners
from fengsui.services import Services
from records import Incident, IncidentKind, IncidentStatus, Level, Signal, Urgency, Window
from store.ledger.state import DETECTED

# The days before, with which a day is compared; fewer than so many known ones say nothing.
USUAL_DAYS: Final = 7
LEAST_DAYS: Final = 3
# Detection that is further behind at the end of the window stands still.
LATE: Final = timedelta(minutes=15)
# Incidents of the last weeks may still be open in the window.
MONTH: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class BrandDay:
    """A brand's numbers: organic mentions, and what is usual over as long a span.

    `usual` and `usual_negative` are None where too few days are known. `notable` are its worst and
    best posts, and the posts that its counts rest on.
    """

    brand: str
    organic: int
    negative: int
    complaints: int
    usual: float | None
    usual_negative: float | None
    notable: Notable = field(default_factory=Notable)


@dataclass(frozen=True, slots=True)
class SourceDay:
    """A source: until when it was read, None if never, and the incident that is open about it."""

    name: str
    read_until: datetime | None
    trouble: Incident | None


@dataclass(frozen=True, slots=True)
class Brief:
    """What a brief says. `coverage` in [0, 1] is the mean share of what was to be read.

    `owners` has who has each incident, by its key. `burning` are brands whose complaints have grown
    for days. `faults` are the open incidents about steps and receivers, and about sources, SLOs
    included. `known_days` of the days before the window have counts of any brand. `brand` is the
    one that the brief is about, empty where it is about all.
    """

    window: Window
    brands: tuple[BrandDay, ...]
    incidents: tuple[Incident, ...]
    open_cases: int
    overdue_cases: int
    urgent_cases: int
    new_cases: int
    answers: Answers
    coverage: float
    sources: tuple[SourceDay, ...]
    quarantined: int
    faults: tuple[Incident, ...] = ()
    detected_to: datetime | None = None
    known_days: int = 0
    brand: str = ""
    burning: tuple[Signal, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)

    @property
    def detects(self) -> bool:
        """Whether detection ran up to the end of the window, or nearly."""
        return self.detected_to is not None and self.detected_to >= self.window.until - LATE

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong with the program itself."""
        return self.detects and not self.faults


def gather(services: Services, window: Window, brand: str = "") -> Brief:
    """Return the brief of `window`, of one brand or of all, as the stores know it now."""
    names = [brand] if brand else services.brands
    cases = services.ledger.cases(brand or None)
    begun = handled(services, [case for case in cases if case.first_seen < window.until])
    waiting = [one for one in begun if one.is_open]
    incidents = tuple(_incidents(services, window, names))
    shares = services.ledger.coverage(window, services.tick)
    known_days = len(_known_days(services, window))
    # Where something burns brightly, its complaints do not grow slowly.
    alight = {one.brand for one in incidents if one.peak_level > Level.BLUE}
    slow = [name for name in names if name not in alight]
    return Brief(
        window=window,
        brands=tuple(_brand_day(services, name, window, known_days) for name in names),
        incidents=incidents,
        open_cases=len(waiting),
        overdue_cases=sum(1 for one in waiting if one.case.due_at < window.until),
        urgent_cases=sum(1 for one in waiting if one.case.urgency is Urgency.URGENT),
        new_cases=sum(1 for one in begun if one.case.first_seen in window),
        answers=answers_of(begun, window),
        coverage=sum(shares) / len(shares) if shares else 0.0,
        sources=tuple(_sources(services)),
        quarantined=services.ledger.totals()["quarantined"],
        faults=tuple(one for one in services.ledger.open_incidents() if one.is_operational),
        detected_to=at.at if (at := DETECTED.get(services.ledger)) else None,
        known_days=known_days,
        brand=brand,
        owners=owners(services, [one.key for one in incidents]),
        burning=tuple(burning(services, slow, window.until)),
    )


def _known_days(services: Services, window: Window) -> set[int]:
    """Return which of the days before `window` have counts, of any brand."""
    length, past = window.until - window.since, _past(window)
    return {
        (point.at - past.since) // length
        for brand in services.brands
        for point in services.store.points(brand, past, services.tick)
        if point.volume
    }


def _past(window: Window) -> Window:
    return Window(window.since - USUAL_DAYS * (window.until - window.since), window.since)


def _brand_day(services: Services, brand: str, window: Window, known_days: int) -> BrandDay:
    points = services.store.points(brand, window, services.tick)
    before = services.store.points(brand, _past(window), services.tick)
    is_known = known_days >= LEAST_DAYS
    return BrandDay(
        brand=brand,
        organic=sum(point.organic for point in points),
        negative=sum(point.negative for point in points),
        complaints=sum(point.complaints for point in points),
        usual=sum(p.organic for p in before) / known_days if is_known else None,
        usual_negative=sum(p.negative for p in before) / known_days if is_known else None,
        notable=notable_of(services.store, brand, window),
    )


def _incidents(services: Services, window: Window, brands: Sequence[str]) -> Iterator[Incident]:
    """Yield the brands' incidents that were open at some time of the window, the worst first."""
    lately = services.ledger.incidents(since=window.since - MONTH)
    known = {incident.key: incident for incident in (*lately, *services.ledger.open_incidents())}
    concerned = [
        as_of(incident, window.until)
        for incident in known.values()
        if not incident.is_operational
        and (len(brands) != 1 or incident.brand in brands)
        and incident.opened_at < window.until
        and (incident.recovered_at is None or incident.recovered_at >= window.since)
    ]
    yield from sorted(concerned, key=lambda one: (-one.peak_level, one.opened_at, one.key))


def as_of(incident: Incident, at: datetime) -> Incident:
    """Return an incident as far as it was known at `at`: its levels, and whether it was over.

    Its peak stays what it came to be; `peak_at` says whether that was later.
    """
    if incident.updated_at <= at:
        return incident
    history = tuple(change for change in incident.history if change.at <= at)
    is_over = incident.recovered_at is not None and incident.recovered_at <= at
    return replace(
        incident,
        history=history,
        level=history[-1].level if history else incident.level,
        peak_level=max((one.level for one in history), default=incident.level),
        status=IncidentStatus.RECOVERED if is_over else IncidentStatus.OPEN,
        recovered_at=incident.recovered_at if is_over else None,
        updated_at=at,
    )


def _sources(services: Services) -> Iterator[SourceDay]:
    troubles = operational_incidents(services, IncidentKind.COVERAGE)
    for source in services.settings.sources:
        yield SourceDay(source.name, reached(services, source.name), troubles.get(source.name))
