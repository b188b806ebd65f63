"""Waves and stories: what goes on with an incident, and what is another one."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts.incidents.life import advance
from records import (
    Change,
    Evidence,
    EvidencePart,
    Incident,
    IncidentStatus,
    Level,
    LevelReason,
    Signal,
)
from tests.alerts.incidents.test_life import (
    BLUE,
    HOUR,
    ORANGE,
    RED,
    SETTINGS,
    START,
    TICK,
    YELLOW,
    live,
    off,
    on,
    signal,
)


def worded(at: datetime, level: Level, *words: str) -> Signal:
    """Return a signal whose story is known by words new to the brand."""
    parts = tuple(EvidencePart(word, 9.0, 0.1) for word in words)
    new = Evidence("new_terms", 9.0, 0.1, timedelta(hours=1), 1e-6, parts)
    made = signal(at, level)
    return replace(made, evidence=(*made.evidence, new))


def reopened(first: tuple[Level, float], second: tuple[Level, float]) -> Incident:
    """Return what becomes of a wave, six quiet hours, and another one."""
    hours = timedelta(hours=6) // TICK
    (incident,), _ = live([on(*first), *[off()] * hours, on(*second)])
    return incident


def test_a_second_wave_twice_as_large_escalates() -> None:
    """Six hours later and twice as large, it is worse than the first, whatever its own level."""
    incident = reopened((YELLOW, 30.0), (YELLOW, 60.0))
    assert incident.level is ORANGE
    assert (incident.wave, incident.past_peak, incident.past_level) == (2, 30.0, YELLOW)
    assert incident.reasons[-1] == LevelReason("wave", 2.0)


def test_a_second_wave_as_large_does_not() -> None:
    """A second wave of the first one's size has the level of its own signal."""
    assert reopened((YELLOW, 30.0), (YELLOW, 55.0)).level is YELLOW
    assert reopened((ORANGE, 30.0), (YELLOW, 55.0)).level is YELLOW


def test_twice_a_handful_is_a_handful() -> None:
    """An escalated level still takes the size that the level takes."""
    assert reopened((BLUE, 4.0), (BLUE, 8.0)).level is BLUE
    assert reopened((ORANGE, 18.0), (ORANGE, 40.0)).level is ORANGE
    assert reopened((ORANGE, 30.0), (ORANGE, 60.0)).level is RED


def test_a_wave_that_grows_escalates_once() -> None:
    """A wave that opened small escalates when it is twice the last one, and by one level only."""
    hours = timedelta(hours=6) // TICK
    ticks = [on(YELLOW, 30.0), *[off()] * hours, on(YELLOW, 40.0), *[on(YELLOW, 70.0)] * 5]
    (incident,), changes = live(ticks)
    assert [change for _, change in changes] == [
        Change.OPENED,
        Change.RECOVERED,
        Change.REOPENED,
        Change.RAISED,
    ]
    assert incident.level is ORANGE


def test_a_first_wave_is_not_held_against_itself() -> None:
    """Without an earlier wave, growing twice as large lifts nothing."""
    (incident,), _ = live([on(YELLOW, 30.0), on(YELLOW, 90.0)])
    assert (incident.level, incident.wave) == (YELLOW, 1)


@pytest.mark.parametrize(
    ("second", "count"), [(("虫子", "道歉"), 1), (("起火", "召回"), 2), ((), 1), (("起火",), 1)]
)
def test_a_story_is_known_by_its_words(second: tuple[str, ...], count: int) -> None:
    """Within the time to reopen, a wave in wholly other words is another story."""
    opened = advance(
        None, "云朵", START, worded(START, YELLOW, "虫子", "退款"), 30.0, True, SETTINGS
    ).incident
    later = START + timedelta(hours=3)
    assert opened is not None
    over = replace(opened, status=IncidentStatus.RECOVERED, recovered_at=START + TICK)
    found = advance(over, "云朵", later, worded(later, YELLOW, *second), 40.0, True, SETTINGS)
    assert found.incident is not None
    assert len({found.incident.key, over.key}) == count
    assert found.change is (Change.OPENED if count == 2 else Change.REOPENED)


def test_words_gather_over_a_story() -> None:
    """A story keeps its words in the order they came, each once, and no more than a dozen."""
    incident = advance(
        None, "云朵", START, worded(START, BLUE, "虫子"), 9.0, True, SETTINGS
    ).incident
    for number in range(1, 20):
        at = START + number * TICK
        assert incident is not None
        found = worded(at, BLUE, "虫子", f"词{number}")
        incident = advance(incident, "云朵", at, found, 9.0, True, SETTINGS).incident
    assert incident is not None
    assert incident.terms[:3] == ("虫子", "词1", "词2")
    assert len(incident.terms) == 12


def test_another_story_in_the_calm_of_a_night_is_another_incident() -> None:
    """What shares no word with the calm story opens an incident of its own, and ends the other."""
    opened = START + 15 * HOUR * TICK
    first = advance(
        None, "云朵", opened, worded(opened, YELLOW, "虫子", "退款"), 30.0, True, SETTINGS
    ).incident
    at = opened
    while at < opened + timedelta(hours=4):
        at += TICK
        first = advance(first, "云朵", at, None, 0.0, True, SETTINGS).incident
    at += TICK
    found = advance(first, "云朵", at, worded(at, ORANGE, "起火", "召回"), 40.0, True, SETTINGS)
    assert found.change is Change.OPENED
    assert found.incident is not None
    assert found.ended is not None
    assert first is not None
    assert (found.incident.level, found.ended.key) == (ORANGE, first.key)
    assert found.ended.status is IncidentStatus.RECOVERED
