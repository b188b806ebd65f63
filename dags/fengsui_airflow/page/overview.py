"""What the page shows, read from the stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fengsui.ingest.slo import SourceHealth, source_health
from fengsui.services import Services
from listeners.context import RefusalCount
from listeners.protocol import Refusal
from records import Case, CaseStatus, Incident, Point, Window
from records.time import DAY, HOUR

# The usual hour is the mean of so many days.
USUAL = timedelta(days=7)
PAST = timedelta(days=14)
# What a person reads; a page for 20,000 brands would help nobody.
MOST_BRANDS = 100
MOST_INCIDENTS = 50
MOST_CASES = 20
# With less history than this nobody knows what is usual.
ENOUGH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BrandNow:
    """A brand's last hour next to its baseline, and its open incident.

    What is usual is None where less than a day of history is known.
    """

    name: str
    mentions: int
    negative: int
    usual_mentions: float | None
    usual_negative: float | None
    incident: Incident | None


@dataclass(frozen=True, slots=True)
class SourceNow:
    """A source: up to when it was read, failures in a row, and until when it rests.

    `share` is the share of the last hour that was read, None if nothing was planned; `refused` are
    its refusals of the last day, the newest first.
    """

    name: str
    kind: str
    read_to: datetime | None
    failures: int
    rest_until: datetime | None
    share: float | None = None
    refused: Sequence[tuple[Refusal, RefusalCount]] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page. `coverage` is the share read of the last hour, None if unplanned."""

    at: datetime
    brands: Sequence[BrandNow]
    brands_left_out: int
    incidents: Sequence[Incident]
    incidents_left_out: int
    sources: Sequence[SourceNow]
    coverage: float | None
    waiting: int
    cases: Sequence[Case] = ()
    cases_left_out: int = 0


def overview(services: Services, now: datetime) -> Overview:
    """Return what the page shows at `now`."""
    open_incidents = services.ledger.open_incidents()
    by_brand = {one.brand: one for one in open_incidents if not one.is_operational}
    # Where something is going on comes first, also of more brands than are shown.
    names = sorted(services.brands, key=lambda name: name not in by_brand)
    brands = [_brand(services, name, by_brand.get(name), now) for name in names[:MOST_BRANDS]]
    recent = {one.key: one for one in (*services.ledger.incidents(now - PAST), *open_incidents)}
    incidents = sorted(recent.values(), key=lambda one: one.updated_at, reverse=True)
    incidents.sort(key=lambda one: (one.recovered_at is not None, -one.level))
    cases = [one for one in services.ledger.cases() if one.status is not CaseStatus.RESOLVED]
    return Overview(
        at=now,
        brands=sorted(brands, key=_urgency),
        brands_left_out=len(names) - len(brands),
        incidents=incidents[:MOST_INCIDENTS],
        incidents_left_out=max(0, len(incidents) - MOST_INCIDENTS),
        sources=[
            _source(source_health(services, source, now)) for source in services.settings.sources
        ],
        coverage=_coverage(services, now),
        waiting=len(services.store.pending(1000)),
        cases=cases[:MOST_CASES],
        cases_left_out=max(0, len(cases) - MOST_CASES),
    )


def _source(found: SourceHealth) -> SourceNow:
    lately = [(why, told) for why, told in found.refused.items() if found.at - told.last < DAY]
    return SourceNow(
        name=found.source.name,
        kind=found.source.kind,
        read_to=found.read_to,
        failures=found.state.failures,
        rest_until=found.state.rest_until,
        share=found.hour,
        refused=sorted(lately, key=lambda one: one[1].last, reverse=True),
    )


def _brand(services: Services, name: str, incident: Incident | None, now: datetime) -> BrandNow:
    minute = timedelta(minutes=1)
    last = services.store.points(name, Window(now - HOUR, now + minute), minute)
    before = services.store.points(name, Window(now - USUAL - HOUR, now - HOUR), HOUR)
    hours = _known(services, before, now) / HOUR
    enough = hours >= ENOUGH / HOUR
    return BrandNow(
        name=name,
        mentions=sum(point.organic for point in last),
        negative=sum(point.negative for point in last),
        usual_mentions=sum(point.organic for point in before) / hours if enough else None,
        usual_negative=sum(point.negative for point in before) / hours if enough else None,
        incident=incident,
    )


def _known(services: Services, before: Sequence[Point], now: datetime) -> timedelta:
    """Return how much of the past week is known: from the first mention or the first hour read."""
    since = now - USUAL - HOUR
    read = services.ledger.coverage(Window(since, now - HOUR), HOUR)
    hours = next((number for number, share in enumerate(read) if share > 0), len(read))
    first = min([since + hours * HOUR, *(point.at for point in before[:1])])
    return min(USUAL, now - HOUR - max(first, since))


def _urgency(brand: BrandNow) -> tuple[int, float, str]:
    level = brand.incident.level if brand.incident else 0
    return -level, (brand.usual_negative or 0.0) - brand.negative, brand.name


def _coverage(services: Services, now: datetime) -> float | None:
    # Sources are read each minute or less often: the last minutes are not over yet.
    [share] = services.ledger.coverage(Window(now - HOUR, now), HOUR) or [0.0]
    return share or None


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
