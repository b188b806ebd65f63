"""Until when a message waits because its receiver wants quiet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from alerts.detection.holiday_calendar import HolidayCalendar
from alerts.policies import QuietHours
from records import Alert, Level
from records.time import BEIJING, DAY

# One quiet time that begins where another ends makes both one; more in a row are cut off here.
MOST: Final = 30


def held_until(
    alert: Alert,
    receiver: str,
    quiet: Sequence[QuietHours],
    calendar: HolidayCalendar,
    at: datetime,
) -> datetime | None:
    """Return when `receiver` gets an alert that is ready at `at`, None where at once.

    The present level decides: that it is over can wait until the morning.
    """
    harm = alert.situation is not None and alert.situation.harm > 0
    return quiet_until(holding(alert.incident.level, quiet, harm=harm), receiver, calendar, at)


def holding(level: Level, quiet: Sequence[QuietHours], *, harm: bool) -> list[QuietHours]:
    """Return the quiet hours that a message waits for: below their level, and nobody is hurt."""
    return [one for one in quiet if level < one.through_level and not (one.harm and harm)]


def quiet_until(
    quiet: Sequence[QuietHours], receiver: str, calendar: HolidayCalendar, at: datetime
) -> datetime | None:
    """Return the end of the quiet time that `at` lies in for `receiver`, None where in none."""
    concerned = [one for one in quiet if not one.receivers or receiver in one.receivers]
    until = at
    for _ in range(MOST):
        ends = [end for one in concerned if (end := _end(one, calendar, until)) is not None]
        if not ends:
            break
        until = max(ends)
    return until if until > at else None


def _end(quiet: QuietHours, calendar: HolidayCalendar, at: datetime) -> datetime | None:
    """Return the end of the one time that `at` lies in, None where in none."""
    local = at.astimezone(BEIJING)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    length = quiet.ends - quiet.begins
    if length <= timedelta(0):
        length += DAY
    for day in (midnight, midnight - DAY):
        begin = day + quiet.begins
        fits = quiet.days == "all" or calendar.is_off(day.date()) == (quiet.days == "off")
        if fits and begin <= local < begin + length:
            return (begin + length).astimezone(at.tzinfo)
    return None
