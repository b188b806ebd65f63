"""The life of an incident, tick by tick."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.settings import DetectionSettings
from alerts.incidents.life import CALM, NEW_USUAL, advance
from records import (
    Change,
    Evidence,
    Incident,
    IncidentStatus,
    Level,
    Signal,
)

SETTINGS = DetectionSettings()
START = datetime(2026, 3, 2, tzinfo=UTC)  # 08:00 in China: the day is 14 hours long
TICK = timedelta(minutes=SETTINGS.tick_minutes)
CALM_TICKS = CALM // TICK
QUIET = SETTINGS.quiet_minutes // SETTINGS.tick_minutes
COOLDOWN = SETTINGS.cooldown_minutes // SETTINGS.tick_minutes
HOUR = timedelta(hours=1) // TICK
REOPEN = timedelta(hours=SETTINGS.reopen_hours) // TICK

# A tick is a level or None for no signal, "?" for unknown; with a rate after a slash.
Tick = tuple[Level | None, float, bool]
BLUE, YELLOW, ORANGE, RED = Level


def signal(at: datetime, level: Level) -> Signal:
    evidence = (Evidence("negative", 20.0, 2.0, timedelta(hours=1), 1e-9),)
    return Signal("云朵", "made", at, 1e-9, level, evidence)


def step(
    incident: Incident | None,
    index: int,
    tick: Tick,
    *,
    usual: float | None = None,
    settings: DetectionSettings = SETTINGS,
) -> tuple[Incident | None, Change | None]:
    level, rate, known = tick
    at = START + index * TICK
    made = None if level is None else signal(at, level)
    moved = advance(incident, "云朵", at, made, rate, known, settings, baseline=usual)
    return moved.incident, moved.change


def live(ticks: list[Tick]) -> tuple[list[Incident], list[tuple[int, Change]]]:
    """Return the incidents in their last state, and the changes with the tick they came at."""
    incident: Incident | None = None
    seen: dict[str, Incident] = {}
    changes: list[tuple[int, Change]] = []
    for index, tick in enumerate(ticks):
        incident, change = step(incident, index, tick)
        if incident is not None:
            seen[incident.key] = incident
        if change is not None:
            changes.append((index, change))
    return list(seen.values()), changes


def on(level: Level, rate: float = 10.0) -> Tick:
    return (level, rate, True)


def off(rate: float = 0.0) -> Tick:
    return (None, rate, True)


UNKNOWN: Tick = (None, 0.0, False)


def test_silence_is_nothing() -> None:
    """Without a signal there is no incident."""
    assert live([off()] * 20) == ([], [])


def test_opens_and_rises_at_once() -> None:
    """The first signal opens, a worse one raises in the same tick."""
    (incident,), changes = live([off(), on(BLUE, 6.0), on(BLUE, 9.0), on(RED, 80.0)])
    assert changes == [(1, Change.OPENED), (3, Change.RAISED)]
    assert incident.opened_at == START, "the tick that ends at START + TICK began at START"
    assert incident.key == Incident.key_of("云朵", START)
    assert (incident.level, incident.peak_level, incident.peak) == (RED, RED, 80.0)
    assert incident.peak_at == START + 3 * TICK
    assert [entry.level for entry in incident.history] == [BLUE, RED]


@pytest.mark.parametrize("level", list(Level))
def test_recovers_after_calm(level: Level) -> None:
    """Any level recovers once, after two hours near the baseline without signals."""
    (incident,), changes = live([on(level), *[off()] * 40])
    assert changes == [(0, Change.OPENED), (1 + CALM_TICKS, Change.RECOVERED)]
    assert incident.status is IncidentStatus.RECOVERED
    assert incident.recovered_at == START + (1 + CALM_TICKS) * TICK


def test_a_worse_one_has_to_be_quiet_for_longer() -> None:
    """Where quiet has to last longer than calm, an incident recovers after that."""
    settings = SETTINGS.model_copy(update={"quiet_minutes": 60})
    incident, index = step(None, 0, on(RED), settings=settings)[0], 0
    while incident is not None and incident.status is IncidentStatus.OPEN:
        index += 1
        incident, _ = step(incident, index, off(), settings=settings)
    assert index * TICK == timedelta(hours=4)


def test_what_has_not_come_near_the_baseline_does_not_recover() -> None:
    """Without signals, but with counts far above the baseline, a level falls and nothing ends."""
    _, changes = live([on(YELLOW, 20.0), *[off(4.5)] * 60, *[off(4.0)] * 30])
    assert changes == [
        (0, Change.OPENED),
        (2 * QUIET, Change.LOWERED),
        (61 + CALM_TICKS, Change.RECOVERED),
    ]


def test_one_hour_above_the_baseline_breaks_the_calm() -> None:
    """The two hours count from the last tick whose hour was above twice the baseline."""
    _, changes = live([on(BLUE, 20.0), *[off(4.0)] * 20, off(5.0), *[off(4.0)] * 40])
    assert changes[-1] == (22 + CALM_TICKS, Change.RECOVERED)


def test_the_baseline_is_that_of_the_hour() -> None:
    """What is much for the night is little for the evening: the baseline of the hour counts."""
    incident, _ = step(None, 0, on(BLUE, 20.0))
    busy, slow = incident, incident
    for index in range(1, 2 + CALM_TICKS):
        busy, _ = step(busy, index, off(9.0), usual=5.0)
        slow, _ = step(slow, index, off(9.0), usual=4.0)
    assert busy is not None
    assert slow is not None
    assert busy.status is IncidentStatus.RECOVERED
    assert slow.status is IncidentStatus.OPEN


def test_what_stays_high_for_a_day_is_the_new_usual() -> None:
    """Counts that surprise nobody for a day end the incident, where no better baseline is known."""
    day = NEW_USUAL // TICK
    _, changes = live([on(BLUE, 20.0), *[off(20.0)] * (day + 40)])
    assert changes == [(0, Change.OPENED), (day + CALM_TICKS, Change.RECOVERED)]


def test_nothing_ends_by_night() -> None:
    """A story that is silent from 21:00 on recovers at 10:00, after two calm hours of day."""
    evening = 13 * HOUR
    incident, _ = step(None, evening, on(BLUE))
    index = evening
    while incident is not None and incident.status is IncidentStatus.OPEN:
        index += 1
        incident, _ = step(incident, index, off())
    assert START + index * TICK == datetime(2026, 3, 3, 2, tzinfo=UTC)


def test_a_night_falls_soon() -> None:
    """By night a level falls after half an hour where half is gone, by day when a word is due."""
    falls = []
    for opened in (2 * HOUR, 15 * HOUR):
        incident, _ = step(None, opened, on(RED, 80.0))
        for index in range(opened + 1, opened + 5 * HOUR):
            incident, change = step(incident, index, off(30.0))
            if change is not None:
                falls.append((index - opened) * TICK)
                break
    assert falls == [timedelta(minutes=65), timedelta(minutes=30)]


def test_what_a_night_keeps_open_comes_again_as_a_wave() -> None:
    """After hours of calm in the night a signal reopens the incident, though it never recovered."""
    night = 15 * HOUR
    ticks = {night: on(YELLOW, 20.0), night + 4 * HOUR: on(YELLOW, 15.0)}
    incident, changes = None, []
    for index in range(night, night + 4 * HOUR + 3):
        incident, change = step(incident, index, ticks.get(index, off()))
        changes += [change] if change else []
    assert incident is not None
    assert changes == [Change.OPENED, Change.LOWERED, Change.REOPENED]
    assert (incident.wave, incident.past_peak, incident.level) == (2, 20.0, YELLOW)


def test_six_an_hour_neither_ends_nor_begins_again() -> None:
    """A story that goes on at three times the baseline is one incident: no strip of levels."""
    ticks = [on(YELLOW, 12.0), *[off(6.0)] * 40, on(YELLOW, 7.0), *[off(6.0)] * 40, on(BLUE, 6.0)]
    (incident,), changes = live(ticks)
    assert [change for _, change in changes] == [Change.OPENED, Change.LOWERED]
    assert incident.status is IncidentStatus.OPEN


@pytest.mark.parametrize(
    ("rate", "later", "level"),
    [(60.0, HOUR, ORANGE), (80.0, HOUR, RED), (60.0, 4 * HOUR, RED)],
)
def test_a_level_just_left_takes_more_to_come_back(rate: float, later: int, level: Level) -> None:
    """By day, for three hours, red comes back by half as much again as it takes at first."""
    incident, _ = step(None, 2 * HOUR, on(RED, 120.0))
    at = 2 * HOUR
    while incident is not None and incident.level is RED:
        at += 1
        incident, _ = step(incident, at, off(30.0))
    for index in range(at + 1, at + later):
        incident, _ = step(incident, index, on(ORANGE, 40.0))
    for _ in range(2):  # late posts have the same tick scored again
        incident, _ = step(incident, at + later, on(RED, rate))
    assert incident is not None
    assert incident.level is level


def test_oscillation_opens_once_and_recovers_once() -> None:
    """A signal on every other tick is one incident: one open, one recovery."""
    ticks = [on(BLUE) if index % 2 else off(9.0) for index in range(60)]
    incidents, changes = live([*ticks, *[off()] * 30])
    assert len(incidents) == 1
    assert [change for _, change in changes] == [Change.OPENED, Change.RECOVERED]


def test_oscillation_between_levels_speaks_once() -> None:
    """A level that is reached again and again within the quiet time neither falls nor rises."""
    _, changes = live([on(ORANGE if index % 3 == 0 else BLUE) for index in range(60)])
    assert changes == [(0, Change.OPENED)]


def test_falls_one_level_at_a_time() -> None:
    """Under weaker signals the level falls a step each holding time, and not below them."""
    (incident,), changes = live([on(RED), *[on(YELLOW)] * 90])
    assert changes == [
        (0, Change.OPENED),
        (4 * QUIET, Change.LOWERED),
        (7 * QUIET, Change.LOWERED),
    ]
    assert (incident.level, incident.peak_level) == (YELLOW, RED)


def test_weaker_signals_keep_it_open() -> None:
    """A strong incident with weaker signals and no ebb does not recover soon after the last one."""
    _, changes = live([on(RED, 50.0), *[on(BLUE, 45.0)] * (QUIET - 1), off(40.0)])
    assert changes == [(0, Change.OPENED)]


@given(gaps=st.lists(st.integers(0, 5), min_size=CALM_TICKS + 1, max_size=CALM_TICKS + 1))
def test_unknown_ticks_are_not_quiet(gaps: list[int]) -> None:
    """However unknown ticks are strewn in, recovery takes as many known quiet ticks."""
    ticks = [on(BLUE)]
    for gap in gaps:
        ticks += [UNKNOWN] * gap + [off()]
    _, changes = live(ticks)
    assert changes == [(0, Change.OPENED), (len(ticks) - 1, Change.RECOVERED)]


def test_a_wave_the_next_day_is_a_new_incident() -> None:
    """After the time for reopening a signal opens another incident with another key."""
    ticks = [on(BLUE), *[off()] * (CALM_TICKS + 1), *[off()] * REOPEN, on(BLUE)]
    incidents, changes = live(ticks)
    assert len({incident.key for incident in incidents}) == 2
    assert changes[-1] == (len(ticks) - 1, Change.OPENED)


def test_a_second_wave_is_the_same_incident_again() -> None:
    """Six hours after recovery a wave reopens the incident and keeps its greater peak."""
    ticks = [on(ORANGE, 40.0), *[off()] * (3 * QUIET), *[off()] * 72, on(YELLOW, 12.0)]
    (incident,), changes = live(ticks)
    assert changes[-1] == (len(ticks) - 1, Change.REOPENED)
    assert (incident.status, incident.level) == (IncidentStatus.OPEN, YELLOW)
    assert (incident.peak, incident.peak_level, incident.recovered_at) == (40.0, ORANGE, None)


@pytest.mark.parametrize(("rate", "heard"), [(10.0, False), (11.0, True)])
def test_within_the_cooldown_only_a_real_wave_signals(rate: float, *, heard: bool) -> None:
    """Soon after recovery a signal below the ebb is silent, one above it reopens."""
    # Baseline 2 an hour by the evidence, peak 18: half of the rise above the baseline is at 10.
    ticks = [on(BLUE, 18.0), *[off()] * (CALM_TICKS + 3), on(YELLOW, rate)]
    (incident,), changes = live(ticks)
    assert (changes[-1][1] is Change.REOPENED) == heard
    assert (incident.status is IncidentStatus.OPEN) == heard


def test_late_posts_raise_the_last_tick() -> None:
    """The tick that was scored last may still be raised, once."""
    incident, _ = step(None, 0, on(BLUE))
    risen, change = step(incident, 0, on(RED, 60.0))
    assert change is Change.RAISED
    assert risen is not None
    assert risen.peak == 60.0
    assert step(risen, 0, on(RED, 60.0)) == (risen, None)


TICKS = st.lists(
    st.one_of(
        st.just(UNKNOWN),
        st.builds(on, st.sampled_from(list(Level)), st.integers(1, 99).map(float)),
        st.builds(off, st.integers(0, 99).map(float)),
    ),
    max_size=60,
)


@given(ticks=TICKS, again=st.integers(0, 59))
def test_judging_a_tick_again_changes_nothing(ticks: list[Tick], again: int) -> None:
    """A tick at or before the last scored one leaves the incident as it is and says nothing."""
    incident: Incident | None = None
    for index, tick in enumerate(ticks):
        incident, _ = step(incident, index, tick)
        if incident is not None and incident.updated_at >= START + index * TICK:
            back = max(0, index - again % 5)
            assert step(incident, back, ticks[back]) == (incident, None)


@given(ticks=TICKS)
def test_history_is_sound(ticks: list[Tick]) -> None:
    """Times grow, the peak level covers all levels, and only recovered incidents have an end."""
    for incident in live(ticks)[0]:
        times = [entry.at for entry in incident.history]
        assert times == sorted(set(times))
        assert incident.history[-1].level == incident.level
        assert incident.peak_level == max(entry.level for entry in incident.history)
        recovered = incident.status is IncidentStatus.RECOVERED
        assert recovered == (incident.recovered_at is not None)
        assert incident.opened_at <= incident.level_at <= incident.signal_at
        assert incident.signal_at <= incident.updated_at
