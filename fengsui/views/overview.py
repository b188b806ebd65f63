"""The overview: each brand's last hour next to its baseline, the worst first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

from alerts.detection.series import Series
from fengsui.counts.detector_cache import DetectorCache
from fengsui.desk.desk import Desk
from fengsui.services import Services
from fengsui.views.titles import title_of
from records import Incident, IncidentStatus, Level, Window
from records.language import Language
from records.time import DAY, EPOCH, HOUR
from store.ledger.state import DETECTED

# The line of a brand: so far back, in so many steps.
SPAN: Final = DAY
STEP: Final = timedelta(minutes=30)
# How long an incident that is over is still named.
REMEMBERED: Final = timedelta(days=14)
MOST_BRANDS: Final = 100
MOST_KEPT: Final = 40_000
_Kept: TypeAlias = dict[tuple[str, datetime, datetime], float | None]
# The baselines of steps, by whose they are.
_KEPT: Final[WeakKeyDictionary[DetectorCache, _Kept]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Spark:
    """The negatives of the last day, a number a step, oldest first, and their baseline."""

    counts: tuple[float, ...]
    usual: tuple[float, ...] = ()

    @property
    def top(self) -> float:
        """The greatest number of both."""
        return max((*self.counts, *self.usual), default=0.0)


@dataclass(frozen=True, slots=True)
class BrandNow:
    """A brand's last hour, the baseline of that hour, and its newest incident.

    What is usual is None where too little is known. `share` is the share of voice in [0, 1] of the
    last day. `incident` is the open one, else the last that is over; `title` says what happened,
    `owner` who has it.
    """

    name: str
    mentions: int
    negative: int
    complaints: int
    usual_mentions: float | None
    usual_negative: float | None
    share: float
    spark: Spark
    incident: Incident | None = None
    title: str = ""
    owner: str = ""

    @property
    def level(self) -> Level | None:
        """The level now, None where nothing is open."""
        incident = self.incident
        is_open = incident is not None and incident.status is IncidentStatus.OPEN
        return incident.level if incident is not None and is_open else None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the first page at `at`.

    `coverage` is the share read of the last hour, None where no read was planned. `faults` are the
    open incidents about sources, steps and receivers. `detected_to` is how far detection has come,
    `newest` when the newest mention was published.
    """

    at: datetime
    brands: tuple[BrandNow, ...]
    left_out: int
    coverage: float | None
    faults: tuple[Incident, ...]
    detected_to: datetime | None
    newest: datetime | None

    @property
    def open(self) -> tuple[BrandNow, ...]:
        """The brands with an incident that is open."""
        return tuple(one for one in self.brands if one.level is not None)


def overview(services: Services, now: datetime, language: Language) -> Overview:
    """Return what the first page shows at `now`."""
    refresh(services, now)
    newest = newest_incidents(services, now)
    views = Desk(services.ledger, services.settings).views(list(newest.values()))
    owners = {one.incident.brand: one.state.owner for one in views}
    # Where something is going on comes first, also of more brands than are shown.
    names = sorted(services.brands, key=lambda name: _rank(newest.get(name)))[:MOST_BRANDS]
    series = {name: services.counts.series(name, now) for name in names}
    spoken = {name: _sum(one, "volume", SPAN) for name, one in series.items()}
    total = sum(spoken.values()) or 1
    brands = [
        replace(
            _brand(services, one, newest.get(name), spoken[name] / total, now, language),
            owner=owners.get(name, ""),
        )
        for name, one in series.items()
    ]
    [share] = services.ledger.coverage(Window(now - HOUR, now), HOUR) or [0.0]
    detected = DETECTED.get(services.ledger)
    return Overview(
        at=now,
        brands=tuple(sorted(brands, key=_worst_first)),
        left_out=len(services.brands) - len(names),
        coverage=share or None,
        faults=tuple(one for one in services.ledger.open_incidents() if one.is_operational),
        detected_to=detected.at if detected else None,
        newest=services.store.newest(),
    )


def refresh(services: Services, now: datetime) -> None:
    """Take in what has changed in the store: the counts, and what is usual."""
    services.counts.refresh(services.counts.revision)
    services.detector_cache.update(services.counts.take_changes(), services.counts.tick_end(now))


def newest_incidents(services: Services, now: datetime) -> Mapping[str, Incident]:
    """Return the open incident of each brand, else the newest that ended lately."""
    ledger = services.ledger
    found: dict[str, Incident] = {}
    for one in (*ledger.incidents(now - REMEMBERED), *ledger.open_incidents()):
        if not one.is_operational and one.opened_at <= now:
            found[one.brand] = one
    return found


def usual_hour(
    services: Services, brand: str, now: datetime, known: datetime, channel: str = "negative"
) -> float | None:
    """Return what the hour before `now` usually sees, as was `known` at a time."""
    return services.detector_cache.expected(brand, Window(now - HOUR, now), known, channel)


def _brand(
    services: Services,
    series: Series,
    incident: Incident | None,
    share: float,
    now: datetime,
    language: Language,
) -> BrandNow:
    end = services.counts.tick_end(now)
    is_open = incident is not None and incident.status is IncidentStatus.OPEN
    known = incident.opened_at if incident is not None and is_open else end
    return BrandNow(
        name=series.brand,
        mentions=_sum(series, "volume", HOUR),
        negative=_sum(series, "negative", HOUR),
        complaints=_sum(series, "complaints", HOUR),
        usual_mentions=usual_hour(services, series.brand, end, known, "volume"),
        usual_negative=usual_hour(services, series.brand, end, known),
        share=share,
        spark=Spark(_steps(series), tuple(_usual(services, series.brand, end, known))),
        incident=incident,
        title=title_of(services.ledger, incident, language) if incident is not None else "",
    )


def _sum(series: Series, channel: str, span: timedelta) -> int:
    ticks = span // series.step
    return int(series.counts[channel][-ticks:].sum())


def _steps(series: Series) -> tuple[float, ...]:
    """Return the counts of the steps of the last day; the present one is not over yet."""
    ticks = STEP // series.step or 1
    counts = series.counts["negative"]
    begin = _first_step(series.start + len(counts) * series.step)
    last = counts[max(0, (begin - series.start) // series.step) :]
    return tuple(float(last[at : at + ticks].sum()) for at in range(0, len(last), ticks))


def _usual(services: Services, brand: str, end: datetime, known: datetime) -> Iterable[float]:
    """Return the baseline of each step; nothing where that of any is unknown.

    That of a step is what was known when it began, but for an incident that goes on: then what was
    known before it. So it stays, and is kept for the next look.
    """
    cache, begin = services.detector_cache, _first_step(end)
    kept = _KEPT.setdefault(cache, {})
    found: list[float | None] = []
    for number in range(-(-(end - begin) // STEP)):
        at = begin + number * STEP
        key = (brand, at, min(known, at))
        if key not in kept:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[key] = cache.expected(brand, Window(at, at + STEP), min(known, at))
        found.append(kept[key])
    known_ones = [one for one in found if one is not None]
    return known_ones if len(known_ones) == len(found) else ()


def _first_step(end: datetime) -> datetime:
    """Return when the first step of the day up to `end` begins: steps begin at whole ones."""
    return EPOCH + -((EPOCH - (end - SPAN)) // STEP) * STEP


def _rank(incident: Incident | None) -> tuple[bool, int]:
    if incident is None or incident.status is not IncidentStatus.OPEN:
        return True, 0
    return False, -incident.level


def _worst_first(brand: BrandNow) -> tuple[int, float, int, str]:
    above = brand.negative - (brand.usual_negative or 0.0)
    return -(brand.level or 0), -above, -brand.mentions, brand.name
