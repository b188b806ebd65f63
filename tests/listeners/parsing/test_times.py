"""Times as sources write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.parsing.times import BEIJING, read_time

NOW = datetime(2026, 6, 21, 22, 0, tzinfo=BEIJING)


def beijing(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("Sun Jun 21 21:19:45 +0800 2026", beijing(2026, 6, 21, 21, 19, 45)),
        ("Mon Jun 1 09:05:00 +0000 2026", beijing(2026, 6, 1, 17, 5)),
        ("2026-06-21 21:19", beijing(2026, 6, 21, 21, 19)),
        ("2026-06-21 21:19:45", beijing(2026, 6, 21, 21, 19, 45)),
        ("2026-06-21T21:19:45+08:00", beijing(2026, 6, 21, 21, 19, 45)),
        ("2026-06-21T13:19:45Z", beijing(2026, 6, 21, 21, 19, 45)),
        ("2026-06-21 18-18", beijing(2026, 6, 21, 18, 18)),
        ("2026/6/1 9:05", beijing(2026, 6, 1, 9, 5)),
        ("2026年6月1日 09:05", beijing(2026, 6, 1, 9, 5)),
        ("2026-06-09", beijing(2026, 6, 9)),
        (" 2026-06-21 21:19\t", beijing(2026, 6, 21, 21, 19)),
        (1782047985, beijing(2026, 6, 21, 21, 19, 45)),
        (1782047985000, beijing(2026, 6, 21, 21, 19, 45)),
        ("1782047985000", beijing(2026, 6, 21, 21, 19, 45)),
        ("刚刚", NOW),
        ("30秒前", NOW - timedelta(seconds=30)),
        ("3分钟前", NOW - timedelta(minutes=3)),
        ("5小时前", NOW - timedelta(hours=5)),
        ("2天前", NOW - timedelta(days=2)),
        ("今天 08:01", beijing(2026, 6, 21, 8, 1)),
        ("昨天 09:30", beijing(2026, 6, 20, 9, 30)),
        ("前天23:59", beijing(2026, 6, 19, 23, 59)),
        ("06-09", beijing(2026, 6, 9)),
        ("6月9日 12:30", beijing(2026, 6, 9, 12, 30)),
        ("12-31", beijing(2025, 12, 31)),
    ],
)
def test_read(written: object, at: datetime) -> None:
    """Every form that a source writes is read; Beijing time where no zone stands."""
    found = read_time(written, NOW)
    assert found == at
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "written",
    ["", "昨天25:99", "2026-昨天-0: 5", "2026-13-01", "2026-02-30", "06-31", "tomorrow", None, True,
     [], {}, -1, 0, float("nan"), float("inf"), 10**400, "9" * 30, "0001-01-01", "9999-12-31 23:59",
     "1970-01-01", "Sun Foo 21 21:19:45 +0800 2026", "99999天前", "²秒前"],
)  # fmt: skip
def test_refuse(written: object) -> None:
    """What is no time of this century is refused."""
    with pytest.raises(ValueError, match=r"."):
        read_time(written, NOW)


@pytest.mark.parametrize("written", ["刚刚", "3分钟前", "昨天 09:30", "06-09"])
def test_relative_needs_now(written: str) -> None:
    """A relative time cannot be read without the time at which the source was asked."""
    with pytest.raises(ValueError, match="not a time"):
        read_time(written, None)


def test_leap_day_without_year() -> None:
    """A leap day without a year belongs to a year that has one, or is refused."""
    with pytest.raises(ValueError, match="day"):
        read_time("02-29", NOW)
    assert read_time("02-29", datetime(2028, 3, 1, tzinfo=UTC)) == beijing(2028, 2, 29)


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.none()))
def test_any_value(value: object) -> None:
    """Any value is a time of this century or a ValueError."""
    try:
        found = read_time(value, NOW)
    except ValueError:
        return
    assert 2000 <= found.year <= 2100
