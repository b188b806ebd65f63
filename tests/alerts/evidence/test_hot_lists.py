"""When an entry of a hot list is an alarm by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.settings import DetectionSettings
from alerts.evidence.hot_lists import PAST_DAYS, Entry, appeared
from records import Level, Signal
from records.time import DAY

AT = datetime(2026, 3, 20, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SETTINGS = DetectionSettings()


def entry(before: timedelta, title: str = "云朵回应异物", *, troubled: bool = True) -> Entry:
    return Entry(AT - before, title, troubled)


def past(listed_days: int, each: int = 1, *, troubled: bool = True) -> list[Entry]:
    """Return entries on so many past days."""
    return [
        entry((day + 2) * DAY, f"{day}.{n}", troubled=troubled)
        for day in range(listed_days)
        for n in range(each)
    ]


def heard(
    entries: list[Entry], before: list[Entry], days: int = PAST_DAYS, promise: float = 1.0
) -> Signal | None:
    settings = DetectionSettings(false_alarms_per_week=promise)
    return appeared("云朵", AT, entries, before, days, settings)


def test_trouble_of_a_brand_that_is_never_listed_is_yellow() -> None:
    """After four weeks without an entry a troubled one comes once a month or more rarely."""
    signal = heard([entry(2 * MINUTE)], [])
    assert signal is not None
    assert (signal.level, signal.brand, signal.at) == (Level.YELLOW, "云朵", AT)
    assert signal.evidence[0].parts[0].name == "云朵回应异物"
    assert signal.p_value == signal.evidence[0].p_value < 0.05


def test_a_brand_without_a_past_signals_but_stays_blue() -> None:
    """Nothing is known of a new brand: report its trouble, not its rarity."""
    signal = heard([entry(2 * MINUTE)], [], days=0)
    assert signal is not None
    assert signal.level is Level.BLUE


@pytest.mark.parametrize("listed_days", [0, 8, 28])
def test_a_new_title_of_trouble_always_signals(listed_days: int) -> None:
    """Trouble is an alarm however often a brand is listed; the rarer that is, the higher."""
    signal = heard([entry(MINUTE)], past(listed_days, each=2), promise=0.1)
    assert signal is not None
    assert signal.level is Level.BLUE


def test_only_a_new_title_signals() -> None:
    """What stood there before the tick, and what comes again, is no news."""
    old = entry(timedelta(hours=3))
    assert heard([old], []) is None
    assert heard([old, entry(MINUTE)], []) is None
    assert heard([old, entry(MINUTE, "云朵致歉")], []) is not None


def test_a_plain_title_signals_after_four_quiet_weeks() -> None:
    """Advertising of a listed brand is silent, as is that of one hardly known: it needs a past."""
    plain = [entry(MINUTE, "云朵新品", troubled=False)]
    assert heard(plain, past(1, troubled=False)) is None
    assert heard(plain, [], days=PAST_DAYS - 1) is None
    signal = heard(plain, [])
    assert signal is not None
    assert signal.level is Level.BLUE


@given(st.integers(0, 28), st.integers(1, 5), st.floats(0.01, 20))
def test_a_smaller_limit_never_signals_sooner(listed: int, entries: int, promise: float) -> None:
    """A setting that accepts fewer alarms detects no entry that others do not."""
    now = [entry(MINUTE, f"{i}") for i in range(entries)]
    if heard(now, past(listed), promise=promise / 2) is not None:
        assert heard(now, past(listed), promise=promise) is not None
