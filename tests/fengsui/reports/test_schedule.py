"""When the continuous run sends reports: once, at their time, also with Airflow next to it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from fengsui.pipeline.sending import notify
from fengsui.reports import brief, pain_points
from fengsui.reports.schedule import day_of, last_day, last_week, queue_if_due, series_of
from fengsui.services import Services
from fengsui.settings.reports import ReportSettings
from records import NotificationState, Window
from store.ledger.state import REPORTED
from tests.fengsui import stories

EIGHT = time(8)
# Monday, 08:00 in Beijing.
MONDAY = datetime(2026, 3, 23, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(stories.settings(tmp_path / "state")) as made:
        yield made


def keys(services: Services) -> list[str]:
    """Return the keys of the messages that are queued, each once."""
    found = (one.message_key for one in services.ledger.notifications())
    return sorted(dict.fromkeys(found))


def test_a_day_ends_at_its_time_in_beijing() -> None:
    """The brief of a day is about the 24 hours before its time; before it, of the day before."""
    assert day_of(date(2026, 3, 23), EIGHT) == Window(MONDAY - DAY, MONDAY)
    assert last_day(MONDAY, EIGHT).until == MONDAY
    assert last_day(MONDAY - MINUTE, EIGHT).until == MONDAY - DAY
    assert last_day(MONDAY + 23 * HOUR, EIGHT).until == MONDAY
    assert last_day(datetime(2026, 3, 23, 12, 30, tzinfo=UTC), time(20, 15)).until.hour == 12


@pytest.mark.parametrize("days", range(7))
def test_a_week_ends_on_its_day(days: int) -> None:
    """On each day of the week the last review is that of the same Monday."""
    at = MONDAY + days * DAY + HOUR
    assert last_week(at, 0, time(8, 30)).until == MONDAY + timedelta(minutes=30)
    assert last_week(at, 0, time(8, 30)).since == MONDAY + timedelta(minutes=30) - 7 * DAY


def test_before_its_time_on_its_day_it_is_last_weeks() -> None:
    """On Monday before 08:30 the last review is that of the week before."""
    assert last_week(MONDAY, 0, time(8, 30)).until == MONDAY + timedelta(minutes=30) - 7 * DAY


def test_the_first_turn_sends_nothing(services: Services) -> None:
    """A program that starts at noon sends no brief of the morning; the next ones it sends."""
    assert queue_if_due(services, MONDAY + 4 * HOUR) == 0
    assert queue_if_due(services, MONDAY + DAY - MINUTE) == 0
    assert queue_if_due(services, MONDAY + DAY) == 1
    assert keys(services) == ["brief@20260324T0000Z"]


def test_each_is_queued_once(services: Services) -> None:
    """Turn after turn nothing is added; the weekly review comes on its day."""
    queue_if_due(services, MONDAY - HOUR)
    queued = [queue_if_due(services, MONDAY + n * MINUTE) for n in range(0, 120, 10)]
    assert queued == [1, 0, 0, 1, *[0] * 8]
    assert keys(services) == ["brief@20260323T0000Z", "review@20260323T0030Z"]


def test_airflow_next_to_it_sends_the_same_once(services: Services) -> None:
    """What Airflow's task sent is not queued, and what was queued is known to the task."""
    queue_if_due(services, MONDAY - HOUR)
    window = day_of(date(2026, 3, 23), EIGHT)
    assert brief.send(services, window, lambda: MONDAY).sent == ("terminal",)
    assert queue_if_due(services, MONDAY + MINUTE) == 0
    assert queue_if_due(services, MONDAY + 31 * MINUTE) == 1
    assert notify(services, lambda: MONDAY + 31 * MINUTE).sent == 1
    week = last_week(MONDAY + HOUR, 0, time(8, 30))
    assert pain_points.send(services, week, lambda: MONDAY + HOUR).known == ("terminal",)


def test_what_was_missed_is_sent_on_return_unless_it_is_old(services: Services) -> None:
    """Down at 08:00: sent on return the same day; the next evening that of the morning before."""
    queue_if_due(services, MONDAY - 5 * DAY)
    assert queue_if_due(services, MONDAY + 3 * HOUR) == 2
    assert queue_if_due(services, MONDAY + DAY + 13 * HOUR) == 0
    assert queue_if_due(services, MONDAY + 2 * DAY) == 1
    assert keys(services)[:2] == ["brief@20260323T0000Z", "brief@20260325T0000Z"]


def test_killed_in_between_it_sends_the_same_once(services: Services) -> None:
    """Killed after queuing and before it remembered that, it queues nothing twice."""
    queue_if_due(services, MONDAY - HOUR)
    before = REPORTED.get(services.ledger, "brief")
    assert before is not None
    assert queue_if_due(services, MONDAY) == 1
    REPORTED.set(services.ledger, before, "brief")
    assert queue_if_due(services, MONDAY + MINUTE) == 0
    assert len(services.ledger.notifications()) == 1


def test_the_settings_switch_them_off() -> None:
    """Without `brief` and `weekly` nothing is due; times and days are those of the settings."""
    assert list(series_of(ReportSettings(brief=False, weekly=False))) == []
    (weekly,) = series_of(ReportSettings(brief=False, weekly_on="friday", weekly_at="18:00"))
    until = weekly.last(MONDAY).until
    assert (until.weekday(), until.hour) == (4, 10)


def test_a_queued_brief_is_the_message_of_the_day(services: Services) -> None:
    """What is queued says what `compose` says, and is sent by the run as any other message."""
    queue_if_due(services, MONDAY - HOUR)
    queue_if_due(services, MONDAY)
    (queued,) = services.ledger.notifications()
    assert queued.state is NotificationState.PENDING
    assert queued.prepared is not None
    assert "烽燧日报" in queued.prepared.body
    assert notify(services, lambda: MONDAY).sent == 1
