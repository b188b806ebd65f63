"""Case 7: a shifted day, Spring Festival at 0.3 and back, 双11 at 8 times by the calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from alerts.detection.holiday_calendar import China, Weekends
from alerts.detection.negative_binomial import NegativeBinomialDetector
from alerts.detection.series import Series
from alerts.detection.settings import DetectionSettings
from records import Signal
from tests.alerts.detection.simulated import DAY, STEP, quiet

CHINA = China()


def began(day: date) -> datetime:
    """Return when a day begins in Beijing."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)


def heard(
    volume: np.ndarray[tuple[int], np.dtype[np.float64]],
    start: datetime,
    since: int,
    calendar: str = "china",
) -> list[Signal]:
    """Return the signals of a volume that begins at `start`, from tick `since` on."""
    settings = DetectionSettings.model_validate(
        {"false_alarms_per_week": 0.2, "calendar": calendar}
    )
    series = Series("云朵", start, STEP, {"volume": volume}, np.ones(len(volume)))
    return NegativeBinomialDetector(settings).score(series, start + since * STEP)


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2026, 2, 14), False),  # a Saturday that is worked for Spring Festival
        (date(2026, 2, 17), True),
        (date(2026, 2, 23), True),  # a Monday off in exchange
        (date(2026, 2, 28), False),
        (date(2026, 3, 7), True),  # a plain Saturday
        (date(2026, 3, 9), False),
    ],
)
def test_moved_days_are_known(day: date, off: bool) -> None:
    """Days off follow the announced calendar, moved working days included."""
    assert CHINA.is_off(day) == off
    assert Weekends().is_off(day) == (day.weekday() >= 5)


def test_a_year_that_is_not_announced_falls_back() -> None:
    """Of a year far ahead the holidays are known by the moon, and weekends are as they fall."""
    assert CHINA.is_off(date(2040, 2, 12))  # the lunar new year
    assert CHINA.is_off(date(2040, 3, 3))  # a Saturday
    assert not CHINA.is_off(date(2040, 3, 5))
    found = CHINA.special_period(datetime(2040, 11, 11, 9))  # noqa: DTZ001 - Beijing time
    assert found is not None
    assert found.name == "shopping"


def test_occasions_have_their_hours() -> None:
    """A sale begins on the evening before; a festival is all its days; other days are none."""
    at = datetime(2026, 11, 10, 19, 30)  # noqa: DTZ001 - Beijing time
    assert CHINA.special_period(at) is None
    sale = CHINA.special_period(at + timedelta(hours=1))
    assert sale == CHINA.special_period(at + timedelta(hours=20))
    festival = CHINA.special_period(datetime(2026, 2, 18, 12))  # noqa: DTZ001
    assert festival is not None
    assert (festival.name, festival.first) == ("festival", date(2026, 2, 15))
    assert CHINA.special_period(datetime(2026, 4, 5, 12)) is None  # noqa: DTZ001 - three days only


@pytest.mark.parametrize("rate", [1.0, 20.0])
def test_case_7_spring_festival_and_back(rate: float) -> None:
    """Nine days at 0.3 of the baseline and back to it: at most one alarm by chance in 16 days."""
    start = began(date(2026, 1, 18))
    ticks, first, last = 45 * DAY, 28 * DAY, 37 * DAY  # 15 to 23 February
    volume = quiet(np.random.default_rng(71), rate, ticks)
    quieter = np.random.default_rng(72).binomial(volume[first:last].astype(int), 0.3)
    volume[first:last] = quieter
    episodes = {signal.at.date() for signal in heard(volume, start, first)}
    assert len(episodes) <= 1


def test_case_7_a_crisis_within_the_festival_alarms() -> None:
    """On a quiet day of the festival a burst far above even the normal baseline still alarms."""
    start, first = began(date(2026, 1, 18)), 28 * DAY
    volume = quiet(np.random.default_rng(73), 5.0, 36 * DAY)
    volume[first:] = np.random.default_rng(74).binomial(volume[first:].astype(int), 0.3)
    crisis = first + 4 * DAY + 150
    volume[crisis : crisis + 12] += 40
    assert min(s.at for s in heard(volume, start, crisis)) <= start + (crisis + 2) * STEP


@pytest.mark.parametrize("rate", [1.0, 10.0])
def test_case_7_singles_day_by_the_calendar(rate: float) -> None:
    """双11 at eight times the baseline is silent with the calendar, and alarms without it."""
    start = began(date(2026, 10, 14))
    sale = slice(28 * DAY - 48, 29 * DAY)  # from 20:00 on the 10th to midnight on the 11th
    rng = np.random.default_rng(75)
    volume = quiet(rng, rate, 31 * DAY)
    volume[sale] += quiet(rng, 7 * rate, 31 * DAY)[sale]
    assert heard(volume, start, 27 * DAY, "weekends")
    assert heard(volume, start, 27 * DAY) == []


def test_case_7_naive_shift_of_the_start_changes_nothing() -> None:
    """The same instants written in another zone are the same days."""
    start = began(date(2026, 2, 1))
    volume = quiet(np.random.default_rng(76), 5.0, 24 * DAY)
    volume[23 * DAY : 23 * DAY + 6] += 60
    series = Series("云朵", start, STEP, {"volume": volume}, np.ones(len(volume)))
    detector = NegativeBinomialDetector(DetectionSettings())
    moved = replace(series, start=start.astimezone(tz=None))
    since = start + 22 * DAY * STEP
    assert detector.score(series, since) == detector.score(moved, since) != []
