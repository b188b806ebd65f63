"""When answers are due: round the clock, or by working time with holidays and 调休."""

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from fengsui.settings.cases import CaseSettings
from records import Urgency
from records.time import BEIJING

WORKING = CaseSettings(working_time="09:00-18:00", high_hours=8, normal_hours=24)


def at(text: str) -> datetime:
    """Return a time of Beijing."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("since", "urgency", "due"),
    [
        ("2026-03-02 10:00", Urgency.HIGH, "2026-03-02 18:00"),
        ("2026-03-02 12:00", Urgency.HIGH, "2026-03-03 11:00"),
        ("2026-03-06 20:00", Urgency.HIGH, "2026-03-09 17:00"),
        ("2026-03-02 09:00", Urgency.NORMAL, "2026-03-04 15:00"),
        # National Day; 2026-10-10 is a Saturday that is worked.
        ("2026-09-30 17:00", Urgency.HIGH, "2026-10-08 16:00"),
        ("2026-10-09 17:00", Urgency.HIGH, "2026-10-10 16:00"),
        ("2026-03-07 03:00", Urgency.URGENT, "2026-03-07 05:00"),
    ],
)
def test_working_time(since: str, urgency: Urgency, due: str) -> None:
    """Nights, weekends and holidays do not count; an urgent case knows no closing time."""
    assert WORKING.due(urgency, at(since)) == at(due)


def test_round_the_clock_where_nothing_is_set() -> None:
    """Without working time every hour counts, as before."""
    assert CaseSettings().due(Urgency.HIGH, at("2026-03-07 03:00")) == at("2026-03-07 11:00")
    assert CaseSettings().due(Urgency.NORMAL, at("2026-03-07 03:00")) == at(
        "2026-03-07 03:00"
    ) + timedelta(days=1)


@pytest.mark.parametrize("text", ["9-18", "18:00-09:00", "09:00-24:00", "09:00-09:00"])
def test_what_is_no_span_is_refused(text: str) -> None:
    """A span within one day is wanted."""
    with pytest.raises(ValidationError):
        CaseSettings(working_time=text)
