"""The life of an incident: opens at once, rises at once, falls and recovers after quiet."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from alerts.detection.settings import DetectionSettings
from alerts.levels import baseline_hour, least_count
from records import (
    Change,
    Incident,
    IncidentStatus,
    Level,
    LevelChange,
    LevelReason,
    Signal,
    terms_of,
)

# A wave so many times as large as all before it is worse than they were.
TWICE: Final = 2.0
# A wave has ebbed when half of its rise above the baseline is gone.
EBB: Final = 0.5
# A rate that stays high so long without another signal is the new baseline: the incident ends.
NEW_USUAL: Final = timedelta(hours=24)
# A story known by a hot list alone is watched as long as a title stands there mostly.
LISTED: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Transition:
    """The incident after a tick, and the change to notify people of, if any."""

    incident: Incident | None
    change: Change | None = None


def advance(
    incident: Incident | None,
    brand: str,
    at: datetime,
    signal: Signal | None,
    rate: float,
    known: bool,
    settings: DetectionSettings,
) -> Transition:
    """Return what becomes of the brand's last incident with the tick that ends at `at`.

    `rate` is the negative count of the hour that ends at `at`. A tick that is not `known` (too
    little was read) can signal, for what was read is a lower bound, but it is not quiet. Ticks come
    in order; a tick that was scored before changes nothing, except that late posts may raise the
    last one.

    The worse an incident, the longer quiet has to last before it falls or recovers. The times of
    the last signals are moved on by the time that nobody read, so that it does not count as quiet.
    """
    if not known and signal is None:
        return Transition(incident)
    if incident is None:
        return _opened(brand, at, signal, rate, settings)
    if at <= incident.updated_at:
        return _again(incident, at, signal, rate)
    if incident.status is IncidentStatus.RECOVERED:
        return _after_recovery(incident, at, signal, rate, settings)
    return _continued(incident, at, signal, rate, settings)


def _continued(
    incident: Incident,
    at: datetime,
    signal: Signal | None,
    rate: float,
    settings: DetectionSettings,
) -> Transition:
    incident = _skipped(incident, at, settings)
    incident = replace(_peaked(incident, at, rate), updated_at=at)
    if signal is None:
        return _quiet(incident, at, rate, settings)
    merged = incident.merge(_escalated(incident, signal, rate, settings))
    if merged.level > incident.level:
        return Transition(merged, Change.RAISED)
    return _fallen(merged, at, signal, settings)


def _opened(
    brand: str, at: datetime, signal: Signal | None, rate: float, settings: DetectionSettings
) -> Transition:
    if signal is None:
        return Transition(None)
    since = at - timedelta(minutes=settings.tick_minutes)
    incident = Incident(
        key=Incident.key_of(brand, since),
        brand=brand,
        level=signal.level,
        status=IncidentStatus.OPEN,
        opened_at=since,
        updated_at=at,
        signal_at=at,
        level_at=at,
        peak_level=signal.level,
        peak=rate,
        peak_at=at,
        evidence=signal.evidence,
        history=(LevelChange(at, signal.level),),
        low_baseline=signal.low_baseline,
        p_value=signal.p_value,
        reasons=signal.reasons,
        terms=terms_of(signal),
    )
    return Transition(incident, Change.OPENED)


def _again(incident: Incident, at: datetime, signal: Signal | None, rate: float) -> Transition:
    late = at == incident.updated_at and incident.status is IncidentStatus.OPEN
    if not late or signal is None or signal.level <= incident.level:
        return Transition(incident)
    return Transition(_peaked(incident, at, rate).merge(signal), Change.RAISED)


def _after_recovery(
    incident: Incident,
    at: datetime,
    signal: Signal | None,
    rate: float,
    settings: DetectionSettings,
) -> Transition:
    if signal is None:
        return Transition(incident)
    passed = at - (incident.recovered_at or incident.updated_at)
    if passed > timedelta(hours=settings.reopen_hours):
        return _opened(incident.brand, at, signal, rate, settings)
    if _is_another_story(incident, signal):
        return _opened(incident.brand, at, signal, rate, settings)
    if passed <= timedelta(minutes=settings.cooldown_minutes) and _has_ebbed(incident, rate):
        return Transition(incident)
    if signal.level < min(incident.peak_level, Level.YELLOW):
        return Transition(incident)  # the last ripples of something greater
    wave = replace(
        incident,
        wave=incident.wave + 1,
        past_peak=incident.peak,
        past_level=incident.peak_level,
    )
    signal = _escalated(wave, signal, rate, settings)
    return Transition(_reopened(_peaked(wave, at, rate), signal), Change.REOPENED)


def _is_another_story(incident: Incident, signal: Signal) -> bool:
    """Say whether both are known by words of their own, and share none."""
    new = set(terms_of(signal))
    return bool(len(new) > 1 and incident.terms) and new.isdisjoint(incident.terms)


def _escalated(
    incident: Incident, signal: Signal, rate: float, settings: DetectionSettings
) -> Signal:
    """Return the signal of a later wave, at least a level above the past ones if twice as large.

    The size alone has to carry the level as well.
    """
    if incident.past_level is None or rate < TWICE * max(incident.past_peak, 1.0):
        return signal
    level = max(signal.level, Level(min(incident.past_level + 1, Level.RED)))
    usual = baseline_hour(signal.evidence)
    while level > signal.level and rate < least_count(level, usual, settings.min_count):
        level = Level(level - 1)
    if level == signal.level:
        return signal
    times = rate / max(incident.past_peak, 1.0)
    return replace(signal, level=level, reasons=(*signal.reasons, LevelReason("wave", times)))


def _reopened(incident: Incident, signal: Signal) -> Incident:
    return replace(
        incident,
        status=IncidentStatus.OPEN,
        recovered_at=None,
        level=signal.level,
        peak_level=max(incident.peak_level, signal.level),
        updated_at=signal.at,
        signal_at=signal.at,
        level_at=signal.at,
        evidence=signal.evidence,
        p_value=signal.p_value,
        reasons=signal.reasons,
        terms=terms_of(signal, incident.terms),
        history=(*incident.history, LevelChange(signal.at, signal.level)),
    )


def _skipped(incident: Incident, at: datetime, settings: DetectionSettings) -> Incident:
    """Return the incident with the unknown ticks since the last scored one left out of account."""
    unread = at - incident.updated_at - timedelta(minutes=settings.tick_minutes)
    if unread <= timedelta(0):
        return incident
    return replace(
        incident, signal_at=incident.signal_at + unread, level_at=incident.level_at + unread
    )


def _peaked(incident: Incident, at: datetime, rate: float) -> Incident:
    return replace(incident, peak=rate, peak_at=at) if rate > incident.peak else incident


def _hold(incident: Incident, settings: DetectionSettings) -> timedelta:
    """Return how long it must be quieter before the incident falls or recovers."""
    hold = timedelta(minutes=settings.quiet_minutes) * int(incident.level)
    is_listed = bool(incident.evidence) and incident.evidence[0].kind == "hot_list"
    return max(hold, LISTED) if is_listed else hold


def _fallen(
    incident: Incident, at: datetime, signal: Signal, settings: DetectionSettings
) -> Transition:
    """Return the incident after a signal that is not above its level: it may fall by one."""
    if at - incident.level_at < _hold(incident, settings):
        return Transition(incident)
    level = Level(incident.level - 1)
    fallen = replace(
        incident,
        level=level,
        level_at=at,
        evidence=signal.evidence,
        p_value=signal.p_value,
        reasons=signal.reasons,
        history=(*incident.history, LevelChange(at, level)),
    )
    return Transition(fallen, Change.LOWERED)


def _quiet(
    incident: Incident, at: datetime, rate: float, settings: DetectionSettings
) -> Transition:
    """Return the incident after a tick without a signal: it may recover."""
    passed = at - incident.signal_at
    over = passed >= _hold(incident, settings) and _has_ebbed(incident, rate)
    if not over and passed < NEW_USUAL:
        return Transition(incident)
    recovered = replace(incident, status=IncidentStatus.RECOVERED, recovered_at=at)
    return Transition(recovered, Change.RECOVERED)


def _has_ebbed(incident: Incident, rate: float) -> bool:
    usual = baseline_hour(incident.evidence)
    return rate <= usual + EBB * max(0.0, incident.peak - usual)
