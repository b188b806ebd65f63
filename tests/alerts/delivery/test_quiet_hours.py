"""Quiet hours: until when messages wait, and which do not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.delivery.quiet_hours import held_until, quiet_until
from alerts.detection.holiday_calendar import China
from alerts.policies import QuietHours
from records import Level, Situation
from records.time import BEIJING
from tests.alerts.made import made_alert, made_incident

CALENDAR = China()


def quiet(begins: str = "22:00", ends: str = "08:00", **fields: Any) -> QuietHours:
    return QuietHours.model_validate({"begins": begins, "ends": ends, **fields})


def china(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (china(2026, 3, 2, 21, 59), None),
        (china(2026, 3, 2, 22), china(2026, 3, 3, 8)),
        (china(2026, 3, 3, 3), china(2026, 3, 3, 8)),
        (china(2026, 3, 3, 8), None),
    ],
)
def test_a_night_ends_on_the_next_day(at: datetime, until: datetime | None) -> None:
    """Quiet hours over midnight begin at their first minute and end before their last."""
    assert quiet_until([quiet()], "pr", CALENDAR, at) == until


def test_times_that_meet_are_one() -> None:
    """A Friday night runs into a quiet weekend, and ends on Monday morning."""
    rules = [quiet(), quiet("00:00", "24:00", days="off")]
    assert quiet_until(rules, "pr", CALENDAR, china(2026, 3, 6, 23)) == china(2026, 3, 9, 8)


def test_a_working_weekend_is_no_day_off() -> None:
    """调休: a Saturday that is made a working day is not quiet, a holiday in the week is."""
    rules = [quiet("00:00", "24:00", days="off")]
    assert CALENDAR.is_off(china(2026, 2, 28).date()) is False
    assert quiet_until(rules, "pr", CALENDAR, china(2026, 2, 28, 12)) is None
    assert quiet_until(rules, "pr", CALENDAR, china(2026, 10, 1, 12)) is not None


def test_only_named_receivers_are_quiet() -> None:
    """Quiet hours that name receivers leave all others alone."""
    rules = [quiet(receivers=["pr"])]
    assert quiet_until(rules, "desk", CALENDAR, china(2026, 3, 3, 3)) is None


@pytest.mark.parametrize(
    ("level", "harm", "waits"),
    [
        (Level.YELLOW, 0, True),
        (Level.ORANGE, 0, False),
        (Level.RED, 0, False),
        (Level.YELLOW, 2, False),
    ],
)
def test_what_is_grave_does_not_wait(level: Level, harm: int, waits: bool) -> None:
    """Orange and above go out at night, and so does what has hurt people."""
    alert = replace(
        made_alert(incident=made_incident(level)), situation=Situation("异物", harm=harm)
    )
    found = held_until(alert, "pr", [quiet()], CALENDAR, china(2026, 3, 3, 3))
    assert (found is not None) is waits


def test_all_year_round_ends_somewhere() -> None:
    """Quiet hours without an end are cut off, so that nothing waits for ever."""
    rules = [quiet("00:00", "24:00")]
    until = quiet_until(rules, "pr", CALENDAR, china(2026, 3, 3, 3))
    assert until is not None
    assert until < china(2026, 4, 5)


@pytest.mark.parametrize("at", ["25:00", "22", "24:30", "evening", ""])
def test_a_time_of_day_is_one(at: str) -> None:
    """What is no time of day is refused."""
    with pytest.raises(ValidationError):
        quiet(at)


@settings(deadline=None)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 - a zone is given
    st.integers(0, 23),
    st.integers(0, 24),
    st.sampled_from(["all", "working", "off"]),
)
def test_the_end_is_never_quiet(at: datetime, begins: int, ends: int, days: str) -> None:
    """At the end of what a message waits for it is sent: that time is not quiet itself."""
    rules = [quiet(f"{begins:02d}:00", f"{ends:02d}:00", days=days)]
    if begins == ends % 24 and days == "all":
        return
    moment = at.replace(tzinfo=UTC)
    until = quiet_until(rules, "pr", CALENDAR, moment)
    if until is not None:
        assert until > moment
        assert quiet_until(rules, "pr", CALENDAR, until) is None
