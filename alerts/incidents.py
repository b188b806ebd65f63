"""The life of an incident: opens at once, rises at once, falls and recovers after quiet."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from alerts.detect.settings import DetectionSettings
from records import Change, Incident, IncidentStatus, Level, LevelChange, Signal

# A wave that is heard in spite of the cooldown is so many times the last one's peak.
SECOND_WAVE: Final = 2.0
# An incident above blue is over when the trailing hour is back under this share of its peak.
EBB: Final = 0.5


@dataclass(frozen=True, slots=True)
class Transition:
    """The incident after a tick, and what people should be told of it, if anything."""

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
    little was read) is neither a signal nor quiet. Ticks come in order; a tick that was judged
    before changes nothing, but that late posts may raise the last one.

    An open incident's `signal_at` is the last tick that signalled at its level or above, moved on
    by the time that nobody read: the distance to it is the quiet time.
    """
    if not known:
        return Transition(incident)
    if incident is None:
        return _opened(brand, at, signal, rate)
    if at <= incident.updated_at:
        return _again(incident, at, signal, rate)
    if incident.status is IncidentStatus.RECOVERED:
        return _after_recovery(incident, at, signal, rate, settings)
    incident = _skipped(incident, at, settings)
    incident = replace(_peaked(incident, at, rate), updated_at=at)
    if signal is not None and signal.level >= incident.level:
        return _merged(incident, signal)
    return _ebbed(incident, at, signal, rate, settings)


def _opened(brand: str, at: datetime, signal: Signal | None, rate: float) -> Transition:
    if signal is None:
        return Transition(None)
    incident = Incident(
        key=Incident.key_of(brand, at),
        brand=brand,
        level=signal.level,
        status=IncidentStatus.OPEN,
        opened_at=at,
        updated_at=at,
        signal_at=at,
        peak_level=signal.level,
        peak=rate,
        peak_at=at,
        evidence=signal.evidence,
        history=(LevelChange(at, signal.level),),
        low_baseline=signal.low_baseline,
    )
    return Transition(incident, Change.OPENED)


def _again(incident: Incident, at: datetime, signal: Signal | None, rate: float) -> Transition:
    late = at == incident.updated_at and incident.status is IncidentStatus.OPEN
    if not late or signal is None or signal.level <= incident.level:
        return Transition(incident)
    return _merged(_peaked(incident, at, rate), signal)


def _after_recovery(
    incident: Incident,
    at: datetime,
    signal: Signal | None,
    rate: float,
    settings: DetectionSettings,
) -> Transition:
    if signal is None:
        return Transition(incident)
    recovered = incident.recovered_at or incident.updated_at
    if at - recovered > timedelta(minutes=settings.cooldown_minutes):
        return _opened(incident.brand, at, signal, rate)
    if rate < SECOND_WAVE * incident.peak:
        return Transition(incident)
    return Transition(_reopened(incident, signal, rate), Change.RAISED)


def _reopened(incident: Incident, signal: Signal, rate: float) -> Incident:
    return replace(
        incident,
        status=IncidentStatus.OPEN,
        recovered_at=None,
        level=signal.level,
        peak_level=max(incident.peak_level, signal.level),
        updated_at=signal.at,
        signal_at=signal.at,
        peak=rate,
        peak_at=signal.at,
        evidence=signal.evidence,
        history=(*incident.history, LevelChange(signal.at, signal.level)),
    )


def _skipped(incident: Incident, at: datetime, settings: DetectionSettings) -> Incident:
    """Return the incident with the unknown ticks since the last judged one left out of account."""
    unread = at - incident.updated_at - timedelta(minutes=settings.tick_minutes)
    if unread <= timedelta(0):
        return incident
    return replace(incident, signal_at=incident.signal_at + unread)


def _peaked(incident: Incident, at: datetime, rate: float) -> Incident:
    return replace(incident, peak=rate, peak_at=at) if rate > incident.peak else incident


def _merged(incident: Incident, signal: Signal) -> Transition:
    merged = incident.merge(signal)
    return Transition(merged, Change.RAISED if merged.level > incident.level else None)


def _ebbed(
    incident: Incident,
    at: datetime,
    signal: Signal | None,
    rate: float,
    settings: DetectionSettings,
) -> Transition:
    """Return the incident after a tick below its level: it may fall a level or recover."""
    quiet = timedelta(minutes=settings.quiet_minutes)
    passed = at - incident.signal_at
    if passed < quiet:
        return Transition(incident)
    if signal is not None:
        return Transition(_fallen(incident, at, signal), Change.LOWERED)
    # Weaker signals may have come within the quiet time. After twice that without a fall there
    # were none; sooner, the ebb of the counts has to say it.
    over = incident.level is Level.BLUE or rate <= EBB * incident.peak or passed >= 2 * quiet
    if not over:
        return Transition(incident)
    return Transition(
        replace(incident, status=IncidentStatus.RECOVERED, recovered_at=at), Change.RECOVERED
    )


def _fallen(incident: Incident, at: datetime, signal: Signal) -> Incident:
    level = Level(incident.level - 1)
    return replace(
        incident,
        level=level,
        signal_at=at,
        evidence=signal.evidence,
        history=(*incident.history, LevelChange(at, level)),
    )
