"""Who is on call: rotation, days off, overrides."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.delivery.on_call import Rota, Shift, rota_of
from alerts.detection.holiday_calendar import China, Weekends
from alerts.policies import OnCallSettings
from records.time import BEIJING, DAY

# A Monday.
BEGINS = date(2026, 3, 2)


def rota(*members: str, imported: tuple[Shift, ...] = (), **fields: Any) -> Rota:
    settings = {"name": "pr", "members": members, "begins": BEGINS, **fields}
    return Rota(OnCallSettings.model_validate(settings), China(), imported)


def china(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("at", "member"),
    [
        (china(2026, 3, 2, 9), "张三"),
        (china(2026, 3, 8, 23), "张三"),
        (china(2026, 3, 9, 8, 59), "张三"),
        (china(2026, 3, 9, 9), "李四"),
        (china(2026, 3, 16, 9), "张三"),
        (china(2026, 3, 2, 8), "李四"),
    ],
)
def test_the_turn_changes_weekly_at_the_handover(at: datetime, member: str) -> None:
    """Each member has a week, from the handover on; before the first week the order goes back."""
    assert rota("张三", "李四").on_call(at) == (member, "rotation")


def test_a_handover_waits_for_a_working_day() -> None:
    """国庆: the Monday of the holiday hands nothing over, the next working day does (调休)."""
    one = rota("张三", "李四", begins=date(2026, 9, 21))
    calendar = China()
    assert calendar.is_off(date(2026, 10, 5))
    before = one.on_call(china(2026, 9, 28, 10))[0]
    assert one.on_call(china(2026, 10, 5, 10))[0] == before
    day = date(2026, 10, 5)
    while calendar.is_off(day):
        day += timedelta(days=1)
    at = datetime(day.year, day.month, day.day, 9, tzinfo=BEIJING)
    assert one.on_call(at - timedelta(minutes=1))[0] == before
    assert one.on_call(at)[0] != before


def test_days_off_have_people_of_their_own() -> None:
    """On a day off one of `days_off` is on call; a Saturday that is worked is no day off."""
    one = rota("张三", days_off=["赵六", "钱七"])
    assert one.on_call(china(2026, 3, 7, 12)) == ("赵六", "days_off")
    assert one.on_call(china(2026, 3, 14, 12)) == ("钱七", "days_off")
    assert one.on_call(china(2026, 10, 1, 12))[1] == "days_off"
    assert one.on_call(china(2026, 2, 28, 12))[1] == "rotation"


def test_overrides_go_before_the_calendar_and_both_before_the_rotation() -> None:
    """An override of the settings holds against a calendar's shift, the last against others."""
    imported = (Shift(china(2026, 3, 3), china(2026, 3, 5), "王五", "calendar"),)
    override = {"begins": "2026-03-04T00:00:00", "ends": "2026-03-04T12:00:00", "member": "李四"}
    one = rota("张三", imported=imported, overrides=[override])
    assert one.on_call(china(2026, 3, 3, 1)) == ("王五", "calendar")
    assert one.on_call(china(2026, 3, 4, 1)) == ("李四", "override")
    assert one.on_call(china(2026, 3, 4, 12)) == ("王五", "calendar")
    assert one.on_call(china(2026, 3, 5)) == ("张三", "rotation")


def test_shifts_are_whole_and_agree_with_each_moment() -> None:
    """The list of shifts has no gap, no overlap, and no change that is none."""
    override = {"begins": "2026-03-04T10:00:00", "ends": "2026-03-04T12:00:00", "member": "李四"}
    one = rota("张三", "李四", days_off=["赵六"], overrides=[override])
    since = china(2026, 3, 2, 12)
    shifts = one.shifts(since, since + 14 * DAY)
    assert [shift.member for shift in shifts] == [
        *("张三", "李四", "张三", "赵六", "李四", "赵六", "张三")
    ]
    assert (shifts[0].begins, shifts[-1].ends) == (since, since + 14 * DAY)
    assert all(a.ends == b.begins for a, b in pairwise(shifts))


def test_the_rota_of_a_brand_goes_before_the_general_one() -> None:
    """A rota that names the brand is its; one that names none is everybody's."""
    general, tea = rota("张三"), rota("李四", name="tea", brands=["云朵茶饮"])
    assert rota_of([general, tea], "云朵茶饮") is tea
    assert rota_of([general, tea], "星野") is general
    assert rota_of([tea], "星野") is None


@pytest.mark.parametrize(
    "fields",
    [
        {"members": []},
        {"handover": "9 am"},
        {"weeks": 0},
        {"overrides": [{"begins": "2026-03-04", "ends": "2026-03-03", "member": "a"}]},
        {"ical_url_env": "https://calendar.example"},
    ],
)
def test_a_wrong_rota_is_refused(fields: dict[str, Any]) -> None:
    """Nobody to be on call, no time of day, an end before the begin, an address: refused."""
    with pytest.raises(ValidationError):
        rota("张三", **fields)


@settings(deadline=None)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - a zone is given
    st.integers(1, 5),
    st.booleans(),
)
def test_each_moment_of_a_shift_is_its_members(at: datetime, weeks: int, with_off: bool) -> None:
    """Asked at any moment of a shift, the rota names the member of the shift."""
    settings = OnCallSettings.model_validate(
        {
            "name": "pr",
            "members": ["a", "b", "c"],
            "begins": BEGINS,
            "weeks": weeks,
            "days_off": ["d", "e"] if with_off else [],
        }
    )
    one = Rota(settings, Weekends())
    since = at.replace(tzinfo=BEIJING)
    for shift in one.shifts(since, since + 20 * DAY):
        for moment in (shift.begins, shift.begins + (shift.ends - shift.begins) / 2):
            assert one.on_call(moment) == (shift.member, shift.why)
