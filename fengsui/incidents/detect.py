"""Score one brand's ticks: what became of its incident, and what to notify people of."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.detection.series import Series
from alerts.evidence.hot_lists import Entry
from alerts.forecast.model import ForecastModelError
from alerts.incidents import advance
from fengsui.incidents.evidence import RecentActivity, with_evidence
from fengsui.incidents.forecast import expect
from fengsui.incidents.hot_lists import signals_of
from fengsui.incidents.new_stories import another_story
from fengsui.services import Services
from records import Change, Incident, IncidentStatus, Level, Signal, Story, Theme

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IncidentUpdate:
    """A change of an incident, at the end of a tick, of which `coverage` was read.

    `told` is the level that people were notified of before, `story` the one that began, if any.
    """

    incident: Incident
    change: Change
    at: datetime
    coverage: float
    told: Level | None
    story: Theme | None = None


@dataclass(frozen=True, slots=True)
class BrandDetection:
    """A brand's incidents that were checked, in their last state by key, and their changes."""

    brand: str
    incidents: Mapping[str, Incident]
    moves: tuple[IncidentUpdate, ...] = ()


def detect_brand(
    services: Services,
    brand: str,
    incident: Incident | None,
    since: datetime,
    now: datetime,
    entries: Sequence[Entry] = (),
) -> BrandDetection:
    """Score the ticks of a brand, whose open incident is `incident`; write nothing.

    `entries` are those of hot lists that name it (see `fengsui.incidents.hot_lists.listed`).
    """
    settings = services.settings.detection
    series = services.counts.series(brand, now)
    heard = services.detector_cache.signals(brand, since)
    if heard is None:  # a brand that is not in the settings any more, with an open incident
        heard = services.detector.score(series, since)
    signals = {signal.at: signal for signal in heard}
    story = incident.opened_at if incident else None
    for hot in signals_of(services, brand, entries, since, story):
        signals[hot.at] = _louder(signals.get(hot.at), hot)
    if incident is None:
        if not signals:
            return BrandDetection(brand, {})
        # One that has just recovered is reopened by a greater wave.
        past = reversed(services.ledger.incidents(brand=brand))
        incident = next((one for one in past if not one.is_operational), None)
    told = _told(incident)
    touched: dict[str, Incident] = {}
    moves: list[IncidentUpdate] = []
    recents = _Recents(services, brand)
    known = True
    for at, found, rate, coverage in _ticks(services, series, signals, since, now, incident):
        known = coverage >= settings.min_coverage
        signal = _weighed(services, recents, found, incident) if found is not None else None
        is_new = incident is not None and incident.updated_at < at <= now
        moved = advance(incident, brand, at, signal, rate, known, settings)
        incident, change, begun = moved.incident, moved.change, None
        if incident is not None and change is None and is_new:
            incident, begun = _with_another_story(services, incident, at)
            change = Change.NEW_STORY if begun else None
        if incident is not None and change is not None:
            incident = _expecting(services, recents.at(min(at, now)), incident, known=known)
            moves.append(IncidentUpdate(incident, change, at, coverage, told, begun))
            told = _told(incident)
        if incident is not None:
            touched.pop(incident.key, None)
            touched[incident.key] = incident
    told_of = moves[-1].incident if moves else None
    if incident is not None and incident is not told_of:
        at = min(incident.updated_at, now)
        touched[incident.key] = _expecting(services, recents.at(at), incident, known=known)
    return BrandDetection(brand, touched, tuple(moves))


def _louder(counted: Signal | None, listed: Signal) -> Signal:
    """Return the signal of a tick that the counts and a hot list may both have."""
    return replace(counted, level=max(counted.level, listed.level)) if counted else listed


class _Recents:
    """What the store holds of a brand's hours before a time; the last is kept for who asks next."""

    def __init__(self, services: Services, brand: str) -> None:
        self._store = services.store
        self._brand = brand
        self._last: RecentActivity | None = None

    def at(self, at: datetime) -> RecentActivity:
        """Return what it holds up to `at`."""
        if self._last is None or self._last.at != at:
            self._last = RecentActivity(self._store, self._brand, at)
        return self._last


def _weighed(
    services: Services, recents: _Recents, signal: Signal, incident: Incident | None
) -> Signal:
    """Return the signal with what the store holds besides the counts, where that can matter."""
    if incident is not None and signal.at < incident.updated_at:
        return signal  # scored before
    reopens = timedelta(hours=services.settings.detection.reopen_hours)
    goes_on = incident is not None and (
        incident.status is IncidentStatus.OPEN or signal.at - incident.updated_at <= reopens
    )
    story = incident if goes_on else None
    recent = recents.at(signal.at)
    return with_evidence(recent, services.history, signal, story, services.settings.detection)


def _expecting(
    services: Services, recent: RecentActivity, incident: Incident, *, known: bool
) -> Incident:
    """Return the incident with what is expected of it; nothing where too little was read."""
    if incident.status is not IncidentStatus.OPEN or not known:
        return replace(incident, forecast=None)
    try:
        forecast = expect(recent, incident, services.settings.detection)
    except ForecastModelError as error:
        log.warning("no forecast: %s", error)  # an alarm does not wait for it
        forecast = None
    return replace(incident, forecast=forecast)


def _with_another_story(
    services: Services, incident: Incident, at: datetime
) -> tuple[Incident, Theme | None]:
    """Return the incident with the story that began by the end of a tick, and that story."""
    found = another_story(services, incident, at, services.tick)
    if found is None:
        return incident, None
    return replace(incident, stories=(*incident.stories, Story(at, found.post_key))), found


def _told(incident: Incident | None) -> Level | None:
    """Return the level that people were last notified of, if the story goes on."""
    return incident.level if incident and incident.status is IncidentStatus.OPEN else None


def _ticks(
    services: Services,
    series: Series,
    signals: Mapping[datetime, Signal],
    since: datetime,
    now: datetime,
    incident: Incident | None,
) -> Iterator[tuple[datetime, Signal | None, float, float]]:
    """Yield end, signal, negatives in the trailing hour and coverage of each tick to be scored.

    The tick that is still open comes only with a signal: it can raise, but it is not quiet yet.
    """
    if incident is not None and incident.status is IncidentStatus.OPEN:
        since = min(since, incident.updated_at)
    negative = series.counts["negative"]
    hour = timedelta(hours=1) // services.tick
    first = max(0, (since - series.start) // services.tick)
    for index in range(first, len(negative)):
        at = series.start + (index + 1) * services.tick
        signal = signals.get(at)
        if at > now and signal is None:
            continue
        rate = float(negative[max(0, index + 1 - hour) : index + 1].sum())
        yield at, signal, rate, float(series.coverage[index])
