"""When something is reported of an incident."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.settings import DetectionSettings
from alerts.incidents.life import NEAR, advance
from alerts.incidents.night import is_night, next_morning
from alerts.incidents.reports import LONGEST, TOGETHER, Reading, remembered, report
from records import Carrier, Change, Evidence, Incident, IncidentStatus, Level, Signal, Voice

SETTINGS = DetectionSettings()
TICK = timedelta(minutes=5)
HOUR = 12
DAY = datetime(2026, 3, 2, 2, tzinfo=UTC)  # 10:00 in China
NIGHT = datetime(2026, 3, 2, 15, tzinfo=UTC)  # 23:00
BLUE, YELLOW, ORANGE, RED = Level
MEDIUM = Voice(Carrier.MEDIA, "江城晚报", DAY, "weibo:1", followers=1_467_000)
LARGE = Voice(Carrier.LARGE, "深夜爆料", DAY, "weibo:2", followers=2_134_000)

# What a tick brings: a level or None, and the negatives of the hour before.
Tick = tuple[Level | None, float]


class Told:
    """An incident that goes through ticks from `start` on, and what was reported of it."""

    def __init__(self, start: datetime = DAY, usual: float = 1.0) -> None:
        self.at = start
        self.start = start
        self.usual = usual
        self.incident: Incident | None = None
        self.said: list[tuple[int, Change]] = []

    def tick(
        self,
        level: Level | None,
        rate: float,
        *joined: Voice,
        known: bool = True,
    ) -> Change | None:
        """Take one tick in, and return what is reported."""
        self.at += TICK
        at, before = self.at, self.incident
        evidence = (Evidence("negative", rate, self.usual, timedelta(hours=1), 1e-9),)
        signal = None if level is None else Signal("云朵", "made", at, 1e-9, level, evidence)
        moved = advance(before, "云朵", at, signal, rate, known, SETTINGS, baseline=self.usual)
        incident, said = moved.incident, None
        if incident is not None:
            new = [one for one in joined if one.key not in incident.reported]
            reading = Reading(at, rate, self.usual, known, joined, new)
            incident, said = report(incident, moved.change, reading)
        self.incident = incident
        if said is not None:
            self.said.append(((at - self.start) // timedelta(minutes=1), said))
        return said

    def ticks(self, count: int, level: Level | None, rate: float) -> "Told":
        """Take in alike ticks."""
        for _ in range(count):
            self.tick(level, rate)
        return self


def test_a_rise_soon_after_a_message_waits_for_what_follows() -> None:
    """Opening, yellow and orange within ten minutes are two messages; the second has both rises."""
    told = Told()
    assert told.tick(BLUE, 6.0) is Change.OPENED
    assert told.tick(YELLOW, 12.0) is None
    assert told.incident is not None
    assert (told.incident.level, told.incident.known_level) == (YELLOW, BLUE)
    assert told.tick(ORANGE, 24.0) is Change.RAISED
    assert told.incident.known_level is ORANGE
    assert told.said == [(5, Change.OPENED), (15, Change.RAISED)]


def test_a_rise_that_waited_is_told_when_nothing_follows() -> None:
    """A rise that waited is reported after ten minutes, also where nobody can read."""
    told = Told()
    told.tick(BLUE, 6.0)
    told.tick(YELLOW, 12.0)
    assert told.tick(None, 0.0, known=False) is Change.RAISED
    assert told.said[-1][0] - told.said[0][0] == TOGETHER // timedelta(minutes=1)


@pytest.mark.parametrize(("first", "then"), [(ORANGE, RED), (BLUE, ORANGE), (YELLOW, RED)])
def test_red_and_leaps_do_not_wait(first: Level, then: Level) -> None:
    """Red goes out at once, and so do two levels at once."""
    told = Told()
    told.tick(first, 20.0)
    assert told.tick(then, 60.0) is Change.RAISED


def test_who_joins_takes_a_waiting_rise_along() -> None:
    """A rise does not wait where a large account joins in the same minutes."""
    told = Told()
    told.tick(BLUE, 6.0)
    assert told.tick(YELLOW, 12.0, LARGE) is Change.RAISED
    assert told.incident is not None
    assert told.incident.reported == (LARGE.key,)


@pytest.mark.parametrize("level", [BLUE, RED])
def test_who_joins_is_told_at_once_and_once(level: Level) -> None:
    """A medium that joins is reported in the same tick, whatever the level; then it is known."""
    told = Told()
    told.tick(level, 60.0)
    assert told.tick(level, 60.0, MEDIUM) is Change.JOINED
    assert told.tick(level, 60.0, MEDIUM) is None
    assert told.tick(level, 60.0, MEDIUM, LARGE) is Change.JOINED
    assert told.incident is not None
    assert told.incident.reported == (MEDIUM.key, LARGE.key)


def test_who_is_named_by_another_message_has_not_joined() -> None:
    """The voices that any message names are known after it."""
    told = Told()
    told.tick(ORANGE, 20.0, MEDIUM)
    assert told.said == [(5, Change.OPENED)]
    assert told.tick(ORANGE, 20.0, MEDIUM) is None


@pytest.mark.parametrize(
    ("rate", "said"), [(39.0, False), (40.0, True), (10.0, True), (11.0, False)]
)
def test_orange_tells_hourly_what_doubles_or_halves(rate: float, *, said: bool) -> None:
    """In orange a line comes after an hour where the numbers doubled or halved, else none."""
    told = Told()
    told.tick(ORANGE, 20.0)
    told.ticks(HOUR - 1, ORANGE, rate)
    assert told.said == [(5, Change.OPENED)]
    assert (told.tick(ORANGE, rate) is Change.PROGRESS) == said


def test_a_handful_more_is_no_progress() -> None:
    """Four posts instead of none have not moved far enough for a message."""
    told = Told()
    told.tick(ORANGE, 4.0)
    assert Change.PROGRESS not in [said for _, said in told.ticks(3 * HOUR, ORANGE, 8.0).said]


@pytest.mark.parametrize("level", [BLUE, YELLOW])
def test_blue_and_yellow_have_no_progress(level: Level) -> None:
    """Below orange nothing is reported by the hour, however the numbers move."""
    told = Told()
    told.tick(level, 10.0)
    assert told.ticks(4 * HOUR, level, 90.0).said == [(5, Change.OPENED)]


def test_red_is_never_silent() -> None:
    """Red that goes on alike is reported every 75 minutes, until it is near the baseline."""
    told = Told()
    told.tick(RED, 80.0)
    told.ticks(4 * HOUR, RED, 80.0)
    assert told.said == [(5, Change.OPENED), *((5 + 75 * n, Change.PROGRESS) for n in (1, 2, 3))]
    assert len(told.ticks(2 * HOUR, RED, NEAR * told.usual).said) == 4


def test_unknown_numbers_are_no_progress() -> None:
    """Where too little was read, nothing is reported of how the numbers go on."""
    told = Told()
    told.tick(RED, 80.0)
    for _ in range(3 * HOUR):
        told.tick(None, 0.0, known=False)
    assert told.said == [(5, Change.OPENED)]


def test_a_fall_at_night_is_followed_by_a_report_in_the_morning() -> None:
    """A fall at night promises a report at 08:00; until then nothing falls or is reported."""
    told = Told(NIGHT)
    told.tick(RED, 80.0)
    told.ticks(HOUR, None, 20.0)
    assert told.said == [(5, Change.OPENED), (35, Change.LOWERED)]
    assert told.incident is not None
    assert told.incident.promised_at == datetime(2026, 3, 3, tzinfo=UTC)
    told.ticks(10 * HOUR, None, 0.0)
    assert told.said[2:] == [(9 * 60, Change.PROGRESS), (11 * 60, Change.RECOVERED)]
    assert told.incident.promised_at is None


def test_what_grows_again_after_a_fall_at_night_is_told() -> None:
    """After a fall at night a number that doubles is progress, and a rise is reported at once."""
    told = Told(NIGHT)
    told.tick(RED, 80.0)
    told.ticks(HOUR // 2, None, 20.0)
    assert told.ticks(HOUR, ORANGE, 41.0).said[-1] == (95, Change.PROGRESS)
    assert told.tick(RED, 60.0) is Change.RAISED
    assert told.incident is not None
    assert told.incident.promised_at is None, "from here on progress is reported as in any red hour"


def test_by_day_a_fall_promises_nothing() -> None:
    """A fall by day is reported, and no report is announced."""
    told = Told()
    told.tick(RED, 80.0)
    told.ticks(2 * HOUR, YELLOW, 30.0)
    assert told.incident is not None
    assert (told.said[-1][1], told.incident.promised_at) == (Change.LOWERED, None)


def test_a_fall_from_yellow_says_nothing() -> None:
    """From yellow to blue nobody has to be notified; the next message shows it."""
    told = Told()
    told.tick(YELLOW, 12.0)
    assert told.ticks(3 * HOUR, None, 6.0).said == [(5, Change.OPENED)]
    assert told.incident is not None
    assert (told.incident.level, told.incident.known_level) == (BLUE, YELLOW)


def test_what_an_older_version_kept_goes_on() -> None:
    """An open incident of an older version is known at its level since that changed."""
    told = Told()
    told.tick(ORANGE, 20.0)
    assert told.incident is not None
    old = replace(told.incident, reported_level=None, reported_at=None, reported=())
    told.incident = remembered(old)
    assert (told.incident.known_level, told.incident.known_since) == (ORANGE, old.history[-1].at)
    assert remembered(told.incident) is told.incident
    assert told.tick(RED, 60.0) is Change.RAISED


STORY = st.lists(
    st.tuples(
        st.sampled_from([None, None, *Level]),
        st.integers(0, 120).map(float),
        st.booleans(),
        st.integers(1, 12),
    ),
    max_size=25,
)


@given(story=STORY, hour=st.integers(0, 23))
def test_what_always_holds(story: list[tuple[Level | None, float, bool, int]], hour: int) -> None:
    """Red is never silent for over 75 minutes, nothing ends by night or above twice the baseline.

    A rise is reported within ten minutes; the level that people know of is never below the level
    for longer.
    """
    told = Told(datetime(2026, 3, 2, hour, tzinfo=UTC))
    silent_since = told.at
    for level, rate, has_joined, times in story:
        for _ in range(times):
            said = told.tick(level, rate, *([MEDIUM] if has_joined else []))
            incident = told.incident
            if incident is None:
                continue
            if said is Change.RECOVERED:
                assert rate <= NEAR * told.usual
                assert not is_night(told.at)
            is_red = incident.status is IncidentStatus.OPEN and incident.known_level is RED
            if said is not None or not is_red or rate <= NEAR * told.usual:
                silent_since = told.at
            assert told.at - silent_since < LONGEST
            late = told.at - incident.known_since
            if incident.status is IncidentStatus.OPEN and incident.level > incident.known_level:
                assert late < TOGETHER
                assert incident.level < RED


@pytest.mark.parametrize(
    ("clock", "night", "morning"),
    [("07:59", True, 8), ("08:00", False, 32), ("21:59", False, 32), ("22:00", True, 32)],
)
def test_the_night_of_china(clock: str, morning: int, *, night: bool) -> None:
    """The night lasts from 22:00 to 08:00 by China's clock, wherever the program runs."""
    at = datetime.fromisoformat(f"2026-03-02T{clock}+08:00").astimezone(UTC)
    assert is_night(at) == night
    midnight = datetime.fromisoformat("2026-03-02T00:00+08:00")
    assert next_morning(at) == midnight + timedelta(hours=morning)
