"""When a report is due, and its sending by the continuous run, without any other scheduler.

Reports go through the outbox under the same keys as those that Airflow sends: where both run, each
receiver gets one.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from fengsui.desk.send_once import Announcement, queue_once
from fengsui.reports import brief, pain_points
from fengsui.services import Services
from fengsui.settings.reports import ReportSettings
from records import Window
from records.time import BEIJING, DAY, WEEK
from store.ledger.state import REPORTED

log = logging.getLogger(__name__)

LATEST: Final = timedelta(hours=12)
"""A report that is later than this is not sent any more: the next one comes soon."""


@dataclass(frozen=True, slots=True)
class Series:
    """Reports of one kind: when the last was due before a time, and what it says of its window."""

    name: str
    last: Callable[[datetime], Window]
    announce: Callable[[Services, Window], Announcement]


def day_of(day: date, at: time) -> Window:
    """Return the 24 hours that end on `day` at a time of Beijing."""
    until = datetime.combine(day, at, BEIJING)
    return Window((until - DAY).astimezone(UTC), until.astimezone(UTC))


def last_day(now: datetime, at: time) -> Window:
    """Return the last 24 hours that ended at a time of Beijing."""
    today = now.astimezone(BEIJING)
    window = day_of(today.date(), at)
    return window if window.until <= now else day_of(today.date() - DAY, at)


def last_week(now: datetime, weekday: int, at: time) -> Window:
    """Return the last seven days that ended on a weekday at a time of Beijing."""
    today = now.astimezone(BEIJING)
    back = (today.weekday() - weekday) % 7
    until = day_of(today.date() - timedelta(days=back), at).until
    until = until if until <= now else until - WEEK
    return Window(until - WEEK, until)


def series_of(settings: ReportSettings) -> Iterator[Series]:
    """Yield the reports that the settings ask for."""
    if settings.brief:
        yield Series("brief", lambda now: last_day(now, settings.brief_time), brief.announcement)
    if settings.weekly:
        yield Series(
            "weekly",
            lambda now: last_week(now, settings.weekday, settings.weekly_time),
            pain_points.announcement,
        )


def queue_if_due(services: Services, now: datetime) -> int:
    """Queue the reports that are due and that nobody queued, and return how many messages.

    The first time nothing is due: what was before the program ran is no news. Killed in between,
    it queues the same messages again, which are there already.
    """
    queued = 0
    for series in series_of(services.settings.reports):
        window = series.last(now)
        known = REPORTED.get(services.ledger, series.name)
        if known is not None and known < window.until and now < window.until + LATEST:
            queued += queue_once(services, series.announce(services, window), now)
            log.info("%s of %s: %d messages queued", series.name, window.until, queued)
        if known is None or known < window.until:
            REPORTED.set(services.ledger, window.until, series.name)
    return queued
