"""The life of an incident: opens at once, rises at once, falls after quiet, ends in calm.

Falling is not ending. A level falls when nothing unusual comes for a while; an incident ends only
after two hours near the baseline of that hour of the day, and not by night.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from alerts.detection.settings import DetectionSettings
from alerts.incidents.night import awake, is_night
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
# So many times the baseline of the hour is near it, and so long it has to stay there by day.
NEAR: Final = 2.0
CALM: Final = timedelta(hours=2)
# Shortly before the next message is due, a fall says more than that it goes on.
DUE_SOON: Final = timedelta(minutes=65)
# A level that was left lately is reached again by so many times what it takes: it does not flap.
LATELY: Final = timedelta(hours=3)
AGAIN: Final = 1.5
# By day nothing falls in the first hour of the morning, when people begin to write.
MORNING: Final = timedelta(hours=1)
# A rate that stays high so long without another signal is the new baseline.
NEW_USUAL: Final = timedelta(hours=24)
# A slow burn is looked at each morning.
MORNINGS: Final = timedelta(hours=24)
# A story known by a hot list alone is watched as long as a title stands there mostly.
LISTED: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Transition:
    """The incident after a tick, and what changed, if anything.

    `ended` is the one before it, where another story began in its calm.
    """

    incident: Incident | None
    change: Change | None = None
    ended: Incident | None = None


@dataclass(frozen=True, slots=True)
class _Hour:
    """The hour that ends at `at`: negatives, and the baseline where the detector has one."""

    at: datetime
    rate: float
    baseline: float | None
    settings: DetectionSettings

    def baseline_for(self, incident: Incident) -> float:
        """Return the baseline of the hour; that of the incident's evidence where none is known."""
        return baseline_hour(incident.evidence) if self.baseline is None else self.baseline

    def is_near(self, incident: Incident) -> bool:
        """Say whether it is near the baseline."""
        return self.rate <= NEAR * self.baseline_for(incident)

    def has_ebbed(self, incident: Incident) -> bool:
        """Say whether half of the incident's rise above the baseline is gone."""
        return _has_ebbed(incident, self.rate, self.baseline_for(incident))


def advance(  # noqa: PLR0913 - what a tick is
    incident: Incident | None,
    brand: str,
    at: datetime,
    signal: Signal | None,
    rate: float,
    known: bool,
    settings: DetectionSettings,
    *,
    baseline: float | None = None,
) -> Transition:
    """Return what becomes of the brand's last incident with the tick that ends at `at`.

    `rate` is the negative count of the hour that ends at `at`, `baseline` the baseline of that hour
    (without it that of the incident's evidence stands in). A tick that is not `known` (too
    little was read) can signal, for what was read is a lower bound, but it is not quiet. Ticks come
    in order; a tick that was scored before changes nothing, except that late posts may raise the
    last one, and an earlier one above all that the incident ever had.

    The worse an incident, the longer quiet has to last before it falls or recovers. The times of
    the last signals are moved on by the time that nobody read, so that it does not count as quiet.
    Whether people are notified of a change is decided in `alerts.incidents.reports`.
    """
    if not known and signal is None:
        return Transition(incident)
    if incident is None:
        return _opened(brand, at, signal, rate, settings)
    if at <= incident.updated_at:
        return _again(incident, signal, _Hour(at, rate, baseline, settings))
    if incident.status is IncidentStatus.RECOVERED:
        return _after_recovery(incident, at, signal, rate, settings)
    return _continued(incident, signal, _Hour(at, rate, baseline, settings))


def _continued(incident: Incident, signal: Signal | None, hour: _Hour) -> Transition:
    at, rate, settings = hour.at, hour.rate, hour.settings
    was_calm = _calm(incident, at) >= CALM and at - incident.signal_at >= CALM
    incident = replace(_skipped(incident, at, settings), updated_at=at)
    incident = _peaked(incident, at, rate)
    calm_since = (incident.calm_since or at) if hour.is_near(incident) else None
    incident = replace(incident, calm_since=calm_since)
    if signal is None:
        return _quiet(incident, hour)
    if was_calm and calm_since is None:
        return _out_of_calm(incident, signal, hour)
    escalated = _steadied(incident, _escalated(incident, signal, rate, settings), hour)
    merged = incident.merge(escalated)
    if merged.level > incident.level:
        return Transition(merged, Change.RAISED)
    return _fallen(merged, signal, hour)


def _steadied(incident: Incident, signal: Signal, hour: _Hour) -> Signal:
    """Return the signal at the incident's level, where it hardly reaches one that was just left."""
    left = incident.history[-2].level if len(incident.history) > 1 else incident.level
    is_left = incident.level < left and hour.at - incident.history[-1].at <= LATELY
    # Report at once what grows again at night: few are awake to see it.
    if not is_left or is_night(hour.at) or not incident.level < signal.level <= left:
        return signal
    least = least_count(signal.level, hour.baseline_for(incident), hour.settings.min_count)
    return signal if hour.rate >= AGAIN * least else replace(signal, level=incident.level)


def _out_of_calm(incident: Incident, signal: Signal, hour: _Hour) -> Transition:
    """Return what a signal is after a calm in which only the night kept the incident open."""
    if not _is_another_story(incident, signal):
        return _next_wave(incident, signal, hour.rate, hour.settings)
    over = replace(incident, status=IncidentStatus.RECOVERED, recovered_at=hour.at)
    opened = _opened(incident.brand, hour.at, signal, hour.rate, hour.settings)
    return replace(opened, ended=over)


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


def _again(incident: Incident, signal: Signal | None, hour: _Hour) -> Transition:
    if signal is None:
        return Transition(incident)
    if hour.at < incident.updated_at or incident.status is IncidentStatus.RECOVERED:
        return _worsened(incident, signal, hour)
    steadied = _steadied(incident, signal, hour)
    if steadied.level <= incident.level:
        return Transition(incident)
    return Transition(_peaked(incident, hour.at, hour.rate).merge(steadied), Change.RAISED)


def _worsened(incident: Incident, signal: Signal, hour: _Hour) -> Transition:
    """Return the incident after late posts of a tick between others that were scored before."""
    is_within = incident.opened_at < hour.at <= (incident.recovered_at or incident.updated_at)
    if not is_within or signal.level <= incident.peak_level:
        return Transition(incident)
    # People learn of it now, so its level holds from the last tick on.
    worse = _peaked(incident, hour.at, hour.rate).merge(replace(signal, at=incident.updated_at))
    return Transition(replace(worse, signal_at=incident.signal_at), Change.RAISED)


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
    is_low = _has_ebbed(incident, rate, baseline_hour(incident.evidence))
    if passed <= timedelta(minutes=settings.cooldown_minutes) and is_low:
        return Transition(incident)
    return _next_wave(incident, signal, rate, settings)


def _next_wave(
    incident: Incident, signal: Signal, rate: float, settings: DetectionSettings
) -> Transition:
    if signal.level < min(incident.peak_level, Level.YELLOW):
        return Transition(incident)  # the last ripples of something greater
    wave = replace(
        incident,
        wave=incident.wave + 1,
        past_peak=incident.peak,
        past_level=incident.peak_level,
    )
    signal = _escalated(wave, signal, rate, settings)
    return Transition(_reopened(_peaked(wave, signal.at, rate), signal), Change.REOPENED)


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
    baseline = baseline_hour(signal.evidence)
    while level > signal.level and rate < least_count(level, baseline, settings.min_count):
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
        calm_since=None,
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
    calm_since = incident.calm_since
    return replace(
        incident,
        signal_at=incident.signal_at + unread,
        level_at=incident.level_at + unread,
        calm_since=calm_since + unread if calm_since else None,
    )


def _peaked(incident: Incident, at: datetime, rate: float) -> Incident:
    return replace(incident, peak=rate, peak_at=at) if rate > incident.peak else incident


def _calm(incident: Incident, at: datetime) -> timedelta:
    """Return how long the negatives of an hour have been near the baseline."""
    return at - incident.calm_since if incident.calm_since else timedelta(0)


def burns_slowly(incident: Incident) -> bool:
    """Say whether an incident goes by the count of days alone."""
    return bool(incident.evidence) and incident.evidence[0].horizon > MORNINGS


def _hold(incident: Incident, settings: DetectionSettings) -> timedelta:
    """Return how long it must be quieter before the incident falls or recovers."""
    hold = timedelta(minutes=settings.quiet_minutes) * int(incident.level)
    if burns_slowly(incident):
        return MORNINGS
    is_listed = bool(incident.evidence) and incident.evidence[0].kind in {"hot_list", "watched"}
    return max(hold, LISTED) if is_listed else hold


def _may_fall(incident: Incident, hour: _Hour) -> bool:
    """Say whether it was quieter for long enough.

    By night a little is enough where half of it has gone, since it ends nothing; then it stays
    until the report that was promised for the morning. Half of it gone and too little left for the
    level is enough when people are to get a message anyway.
    """
    hold = _hold(incident, hour.settings)
    if is_night(hour.at) and hour.has_ebbed(incident):
        hold = timedelta(minutes=hour.settings.quiet_minutes)
    since = max(incident.level_at, incident.history[-1].at)
    is_due = incident.promised_at is None or hour.at >= incident.promised_at
    is_quieter = hour.at - since >= hold or _is_reported_as_fall(incident, hour)
    if not is_night(hour.at) and awake(hour.at) < MORNING:
        return False
    return is_due and incident.level > Level.BLUE and is_quieter


def _is_reported_as_fall(incident: Incident, hour: _Hour) -> bool:
    """Say whether the message that is due soon is that it falls."""
    if hour.at - incident.known_since < DUE_SOON or not hour.has_ebbed(incident):
        return False
    least = least_count(incident.level, hour.baseline_for(incident), hour.settings.min_count)
    return is_night(hour.at) or hour.rate < least


def _fallen(incident: Incident, signal: Signal, hour: _Hour) -> Transition:
    """Return the incident after a signal that is not above its level: it may fall by one."""
    if signal.level >= incident.level or not _may_fall(incident, hour):
        return Transition(incident)
    fallen = replace(
        _lowered(incident, hour.at),
        level_at=hour.at,
        evidence=signal.evidence,
        p_value=signal.p_value,
        reasons=signal.reasons,
    )
    return Transition(fallen, Change.LOWERED)


def _lowered(incident: Incident, at: datetime) -> Incident:
    level = Level(incident.level - 1)
    return replace(incident, level=level, history=(*incident.history, LevelChange(at, level)))


def _quiet(incident: Incident, hour: _Hour) -> Transition:
    """Return the incident after a tick without a signal: it may fall, and it may recover."""
    if _is_over(incident, hour):
        recovered = replace(incident, status=IncidentStatus.RECOVERED, recovered_at=hour.at)
        return Transition(recovered, Change.RECOVERED)
    # By day it recovers as soon as it would fall, where it is calm.
    is_elevated = incident.calm_since is None or is_night(hour.at)
    if is_elevated and _may_fall(incident, hour):
        return Transition(_lowered(incident, hour.at), Change.LOWERED)
    return Transition(incident)


def _is_over(incident: Incident, hour: _Hour) -> bool:
    passed = hour.at - incident.signal_at
    is_calm = _calm(incident, hour.at) >= CALM and hour.has_ebbed(incident)
    if hour.baseline is None:
        is_calm = is_calm or passed >= NEW_USUAL
    return is_calm and awake(hour.at) >= CALM and passed >= _hold(incident, hour.settings)


def _has_ebbed(incident: Incident, rate: float, baseline: float) -> bool:
    return rate <= baseline + EBB * max(0.0, incident.peak - baseline)
