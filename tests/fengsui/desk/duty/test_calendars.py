"""Rotas from calendars: what counts, what is bounded, and what an address may do."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.delivery.on_call import Shift
from alerts.policies import OnCallSettings
from fengsui.desk.duty.calendars import (
    MOST_BYTES,
    CalendarError,
    imported,
    refresh_calendars,
    shifts_of,
)
from fengsui.desk.duty.on_call import on_call_for
from fengsui.services import Services
from fengsui.settings.application import Settings
from records.time import BEIJING, DAY, HOUR
from tests.alerts.made import BRAND
from tests.servers.scripted import Reply, ScriptedServer

AROUND = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 2, tzinfo=UTC)
NAMES = ("张三", "李四")


def china(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING)  # type: ignore[misc,arg-type]


def calendar(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def event(title: str, begins: str, ends: str, *more: str) -> str:
    times = (f"DTSTART{begins}", f"DTEND{ends}")
    return "\n".join((f"UID:{title}", f"SUMMARY:{title}", *times, *more))


DAYS = (";VALUE=DATE:20260302", ";VALUE=DATE:20260309")


def test_whole_days_and_times_of_any_zone() -> None:
    """Whole days begin at China's midnight; a time without a zone is China's, others their own."""
    found = shifts_of(
        calendar(
            event("值班：张三", *DAYS),
            event("李四 on call", ":20260310T010000Z", ":20260310T020000Z"),
            event("李四", ":20260311T090000", ":20260311T100000"),
        ),
        NAMES,
        AROUND,
    )
    assert found == (
        Shift(china(2026, 3, 2), china(2026, 3, 9), "张三", "calendar"),
        Shift(china(2026, 3, 10, 9), china(2026, 3, 10, 10), "李四", "calendar"),
        Shift(china(2026, 3, 11, 9), china(2026, 3, 11, 10), "李四", "calendar"),
    )


def test_repetitions_with_exceptions() -> None:
    """A weekly event repeats until its end, without the days left out and the one that moved."""
    weekly = event(
        "张三",
        ":20260302T090000",
        ":20260302T180000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260330T090000",
        "EXDATE:20260309T090000",
    )
    moved = event("张三", ":20260317T090000", ":20260317T180000", "RECURRENCE-ID:20260316T090000")
    found = shifts_of(calendar(weekly, moved), NAMES, AROUND)
    assert [f"{one.begins:%m-%d}" for one in found] == ["03-02", "03-17", "03-23", "03-30"]


def test_only_names_of_the_settings_count() -> None:
    """An event that names nobody, that was cancelled or has no length is no turn."""
    found = shifts_of(
        calendar(
            event("<!channel>", *DAYS),
            event("张三", *DAYS, "STATUS:CANCELLED"),
            event("李四", ":20260310T010000Z", ":20260310T010000Z"),
            "SUMMARY:张三",
        ),
        NAMES,
        AROUND,
    )
    assert found == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"x" * (MOST_BYTES + 1), "bytes"),
        (calendar(*["SUMMARY:x"] * 5_001), "events"),
        (calendar(event("张三", *DAYS, "RRULE:FREQ=SECONDLY")), "more often"),
        (
            calendar(
                event("张三", *DAYS, "RRULE:FREQ=DAILY"),
                *[event("李四", *DAYS, "RRULE:FREQ=DAILY")] * 20,
            ),
            "turns",
        ),
        (b"<html>", "no calendar"),
    ],
)
def test_a_hostile_calendar_is_refused(data: bytes, why: str) -> None:
    """Too many bytes, events, turns or repetitions, and what is no calendar, are refused."""
    with pytest.raises(CalendarError, match=why):
        shifts_of(data, NAMES, AROUND)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                "BEGIN:VEVENT", "END:VEVENT", "SUMMARY:张三", "DTSTART:20260302T090000",
                "DTEND:20260302T180000", "DTSTART;VALUE=DATE:99999999", "RRULE:FREQ=DAILY",
                "RRULE:FREQ=DAILY;INTERVAL=0", "RRULE:FREQ=YEARLY;BYMONTH=13", "DURATION:P9999W",
                "DURATION:-P1D", "EXDATE:x", "RECURRENCE-ID:20260302", "\x00", "UID:1", "BEGIN:X",
                "DTEND;TZID=Mars/Olympus:20260302T180000", "RRULE:FREQ=WEEKLY;COUNT=-1",
            ]
        ),
        max_size=14,
    )
)  # fmt: skip
def test_any_lines_give_turns_or_are_refused(lines: list[str]) -> None:
    """Whatever a calendar holds, there are whole turns of known members, or it is refused."""
    data = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]).encode()
    try:
        found = shifts_of(data, NAMES, AROUND)
    except CalendarError:
        return
    assert all(one.begins < one.ends and one.member in NAMES for one in found)


def rota(**fields: Any) -> OnCallSettings:
    return OnCallSettings.model_validate(
        {"name": "pr", "members": NAMES, "begins": "2026-03-02", **fields}
    )


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """A file's turns hold; one that is gone or broken leaves the rotation alone."""
    file = tmp_path / "oncall.ics"
    one = rota(ical=file)
    assert imported(tmp_path, one, AROUND) == ()
    file.write_bytes(calendar(event("李四", *DAYS)))
    assert [turn.member for turn in imported(tmp_path, one, AROUND)] == ["李四"]
    file.write_bytes(b"broken")
    assert imported(tmp_path, one, AROUND) == ()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """Return a server whose address stands in the variable of the rota."""
    with ScriptedServer(Reply(b"", status=404)) as scripted:
        monkeypatch.setenv("ONCALL", f"http://127.0.0.1:{scripted.port}/cal?token=s3cret")
        yield scripted


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Return services with one rota whose calendar has an address."""
    one = rota(ical_url_env="ONCALL").model_dump(exclude_none=True)
    made = Settings.model_validate(
        {"state": tmp_path / "state", "brands": [{"name": BRAND}], "on_call": [one]}
    )
    with Services(made, notifiers={}) as opened:
        yield opened


def on_call(services: Services, at: datetime = NOW) -> str:
    person = on_call_for(services.settings, BRAND, at)
    assert person is not None
    return person.name


def test_an_address_is_asked_hourly(services: Services, server: ScriptedServer) -> None:
    """What an address says holds from then on; it is asked at most once an hour."""
    assert on_call(services) == "张三"
    server.replies.append(Reply(calendar(event("李四", *DAYS))))
    assert refresh_calendars(services, NOW) == 1
    assert on_call(services) == "李四"
    assert refresh_calendars(services, NOW + HOUR - timedelta(seconds=1)) == 0
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Reply(b"no", status=500),
        Reply(b"", status=302, headers=(("Location", "http://127.0.0.1:1/x"),)),
        Reply(calendar(event("张三", *DAYS))[:-20]),
        Reply(calendar(event("张三", *DAYS, "RRULE:FREQ=SECONDLY"))),
        Reply(b"BEGIN:VCALENDAR\r\n" + b"X-A:" + b"x" * MOST_BYTES + b"\r\nEND:VCALENDAR"),
        Reply(drop=True),
    ],
)
def test_what_fails_leaves_the_calendar_as_it_was(
    services: Services, server: ScriptedServer, answer: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    """An error, a redirect, half a calendar or a hostile one changes nothing; no log has it."""
    server.replies.append(Reply(calendar(event("李四", *DAYS))))
    refresh_calendars(services, NOW)
    server.replies.append(answer)
    assert refresh_calendars(services, NOW + HOUR) == 0
    assert on_call(services) == "李四"
    assert len(server.requests) == 2
    assert "was not read" in caplog.text
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize("address", ["", "http://calendar.example/x", "ftp://x", "https://u:p@x/"])
def test_an_address_that_is_none_is_not_asked(
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    address: str,
) -> None:
    """An address without https, with a password, or none at all is refused and not repeated."""
    monkeypatch.setenv("ONCALL", address)
    assert refresh_calendars(services, NOW) == 0
    assert "was not read" in caplog.text
    assert "calendar.example" not in caplog.text
    assert on_call(services, NOW + DAY) == "张三"
