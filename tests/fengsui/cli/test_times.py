"""Rules of times as people write them."""

from datetime import UTC, datetime

import pytest
import typer

from fengsui.cli.times import read_coming, read_time
from records.time import BEIJING

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("22:00", (19, 22, 0)),
        ("９：１５", (20, 9, 15)),
        ("昨晚 22:00", (19, 22, 0)),
        ("昨晚10点", (19, 22, 0)),
        ("昨天下午3点20分", (19, 15, 20)),
        ("今早 8:05", (20, 8, 5)),
        ("前天 23:59", (18, 23, 59)),
        ("yesterday 22:00", (19, 22, 0)),
        ("last night 11:00", (19, 23, 0)),
        ("Today 9:00", (20, 9, 0)),
        ("3月19日 22:00", (19, 22, 0)),
        ("03-19T22:00", (19, 22, 0)),
        ("3-19 22:00", (19, 22, 0)),
        ("2026年3月19日 22时", (19, 22, 0)),
        ("2026-03-19T14:00Z", (19, 22, 0)),
    ],
)
def test_a_day_is_named_as_people_name_it(text: str, at: tuple[int, int, int]) -> None:
    """A clock time, a day's name with one, a day of this year: the last such time, in Beijing."""
    day, hour, minute = at
    expected = datetime(2026, 3, day, hour, minute, tzinfo=BEIJING)
    assert read_time(text, NOW) == expected
    assert read_time(text, NOW).tzinfo is UTC


def test_a_day_to_come_is_last_years() -> None:
    """A day without a year that is still to come is that of the year before."""
    assert read_time("12-31 10:00", NOW) == datetime(2025, 12, 31, 10, tzinfo=BEIJING)


@pytest.mark.parametrize(
    "text", ["", "昨晚", "25:00", "22:61", "13月1日 10:00", "2月30日 1:00", "x"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """What names no time is refused, also where it looks like one."""
    with pytest.raises(typer.BadParameter):
        read_time(text, NOW)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("周日 03:00", (22, 3, 0)),
        ("星期天 3点", (22, 3, 0)),
        ("Sun 03:00", (22, 3, 0)),
        ("周五 09:31", (20, 9, 31)),
        ("周五 09:00", (27, 9, 0)),
        ("03:00", (21, 3, 0)),
        ("22:00", (20, 22, 0)),
        ("2026-03-19T14:00Z", (19, 22, 0)),
    ],
)
def test_a_time_to_come_is_the_next_such_time(text: str, at: tuple[int, int, int]) -> None:
    """A weekday or a clock time is the next such time; anything else is as it says."""
    day, hour, minute = at
    assert read_coming(text, NOW) == datetime(2026, 3, day, hour, minute, tzinfo=BEIJING)


@pytest.mark.parametrize("text", ["周八 03:00", "周日 25:00", "sometime"])
def test_no_time_to_come_is_refused(text: str) -> None:
    """What names no such time is refused."""
    with pytest.raises(typer.BadParameter):
        read_coming(text, NOW)
