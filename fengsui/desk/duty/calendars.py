"""Turns of a rota from a calendar (iCalendar, RFC 5545): a file, or an address asked hourly.

What stands in a calendar is a stranger's: its size, its events and their repetitions are bounded,
and only names of the settings count. A calendar that cannot be read leaves the one read before.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from alerts.delivery.on_call import Shift
from alerts.notify.protocol import NotifyError
from alerts.notify.secret_env import secret_of
from alerts.policies import OnCallSettings
from fengsui.services import Services
from records.time import BEIJING, DAY, HOUR
from store.ledger.state import CALENDAR_ASKED

log = logging.getLogger(__name__)

MOST_BYTES: Final = 1_000_000
MOST_EVENTS: Final = 5_000
MOST_SHIFTS: Final = 2_000
# Repetitions that are walked through to find those of the time that is asked for.
MOST_STEPS: Final = 20_000
# Turns so long before and after the time that is asked for are known.
BEFORE: Final = 45 * DAY
AFTER: Final = 120 * DAY
ASKED_EACH: Final = HOUR
SECONDS: Final = 10.0
_END: Final = b"END:VCALENDAR"
_SLOW: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


class CalendarError(Exception):
    """A calendar cannot be read; the text says why, and holds nothing of it."""


def shifts_of(data: bytes, members: Sequence[str], around: date) -> tuple[Shift, ...]:
    """Return the turns of `members` that a calendar has around a day, in order.

    An event belongs to the member whose name stands in its title; of several to the first. Times
    without a zone are China's; an event of whole days begins at midnight.

    Raises:
        CalendarError: it is no calendar, or too large.
    """
    from icalendar import Calendar  # noqa: PLC0415  loads zones; only where a calendar is set

    if len(data) > MOST_BYTES:
        raise CalendarError(f"it has more than {MOST_BYTES:,} bytes")
    try:
        events = list(Calendar.from_ical(data).walk("VEVENT"))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CalendarError(f"it is no calendar ({type(error).__name__})") from None
    if len(events) > MOST_EVENTS:
        raise CalendarError(f"it has more than {MOST_EVENTS:,} events")
    since, until = _time(around) - BEFORE, _time(around) + AFTER
    moved = _moved(events)
    found: list[Shift] = []
    for event in events:
        member = _member(str(event.get("SUMMARY", "")), members)
        if member is None or str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        for begins, ends in _times(event, moved, since, until):
            found.append(Shift(begins, ends, member, "calendar"))
            if len(found) > MOST_SHIFTS:
                raise CalendarError(f"it has more than {MOST_SHIFTS:,} turns")
    return tuple(sorted(found))


def _member(title: str, members: Sequence[str]) -> str | None:
    places = [(title.find(name), -len(name), name) for name in members if name in title]
    return min(places)[2] if places else None


def _moved(events: Iterable[Any]) -> frozenset[tuple[str, datetime]]:
    """Return the repetitions that an event of their own stands for."""
    return frozenset(
        (str(event.get("UID", "")), _time(event["RECURRENCE-ID"].dt))
        for event in events
        if "RECURRENCE-ID" in event
    )


def _times(
    event: Any, moved: frozenset[tuple[str, datetime]], since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield when an event and its repetitions begin and end, as far as they reach into a span."""
    try:
        begins, length = _time(event["DTSTART"].dt), _length(event)
    except (KeyError, ValueError, TypeError, AttributeError):
        return  # an event without a time
    if length <= timedelta(0):
        return
    left_out = {_time(one.dt) for some in _listed(event.get("EXDATE")) for one in some.dts}
    uid = str(event.get("UID", ""))
    for begin in _repeated(event, begins, since - length, until):
        is_moved = "RECURRENCE-ID" not in event and (uid, begin) in moved
        if begin not in left_out and not is_moved and begin + length > since:
            yield begin, begin + length


def _length(event: Any) -> timedelta:
    begins = event["DTSTART"].dt
    if "DTEND" in event:
        return _time(event["DTEND"].dt) - _time(begins)
    if "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        return length
    return timedelta(0) if isinstance(begins, datetime) else DAY


def _repeated(event: Any, begins: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
    rule = event.get("RRULE")
    if rule is None:
        if begins < until:
            yield begins
        return
    if str(next(iter(rule.get("FREQ", [])), "")).upper() not in _SLOW:
        raise CalendarError("an event repeats more often than daily")
    from dateutil.rrule import rrulestr  # noqa: PLC0415  as above

    # The rule's own end may lack the zone that the begin has: both are taken as China's clock.
    local = begins.astimezone(BEIJING).replace(tzinfo=None)
    last = next(iter(rule.get("UNTIL", [])), None)
    ends = until if last is None else min(until, _time(last) + timedelta(seconds=1))
    text = ";".join(part for part in rule.to_ical().decode().split(";") if "UNTIL" not in part)
    try:
        for step, at in enumerate(rrulestr(text, dtstart=local)):
            begin = at.replace(tzinfo=BEIJING)
            if begin >= ends or step >= MOST_STEPS:
                return
            if begin >= since:
                yield begin
    except (ValueError, OverflowError):
        raise CalendarError("an event repeats by no rule that is known") from None


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _time(value: date | datetime) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), BEIJING)
    return value if value.tzinfo else value.replace(tzinfo=BEIJING)


def path_of(state: Path, rota: OnCallSettings) -> Path | None:
    """Return where the calendar of a rota is, None where it has none.

    What came from an address is kept in the state folder, under a name that nobody chose.
    """
    if rota.ical_url_env is None:
        return rota.ical
    digest = hashlib.sha256(rota.name.encode()).hexdigest()[:16]
    return state / "calendars" / f"{digest}.ics"


def imported(state: Path, rota: OnCallSettings, around: date) -> tuple[Shift, ...]:
    """Return the turns that the calendar of a rota has around a day; none where it is unreadable.

    That is logged: the rotation of the settings goes on.
    """
    path = path_of(state, rota)
    if path is None:
        return ()
    try:
        return _versioned(path, rota.everybody, around)
    except FileNotFoundError:
        log.warning("rota %s has no calendar yet", rota.name)
    except (CalendarError, OSError) as error:
        reason = error if isinstance(error, CalendarError) else type(error).__name__
        log.warning("the calendar of rota %s cannot be used: %s", rota.name, reason)
    return ()


def _versioned(path: Path, members: tuple[str, ...], around: date) -> tuple[Shift, ...]:
    seen = path.stat()
    if seen.st_size > MOST_BYTES:
        raise CalendarError(f"it has more than {MOST_BYTES:,} bytes")
    return _read(path, (seen.st_mtime_ns, seen.st_size), members, around)


@lru_cache(maxsize=32)
def _read(
    path: Path, _version: tuple[int, int], members: tuple[str, ...], around: date
) -> tuple[Shift, ...]:
    """Read a calendar; `_version` tells whether it is still the one that was read."""
    return shifts_of(path.read_bytes(), members, around)


def refresh_calendars(services: Services, now: datetime) -> int:
    """Ask the addresses of calendars that were not asked within the hour; return how many came."""
    fetched = 0
    for rota in services.settings.on_call:
        if rota.ical_url_env is None:
            continue
        last = CALENDAR_ASKED.get(services.ledger, rota.name)
        if last is not None and last <= now < last + ASKED_EACH:
            continue
        CALENDAR_ASKED.set(services.ledger, now, rota.name)
        try:
            _fetch(services.state, rota, rota.ical_url_env, now)
            fetched += 1
        except (NotifyError, CalendarError, OSError) as error:
            reason = type(error).__name__ if isinstance(error, OSError) else error
            log.warning("the calendar of rota %s was not read: %s", rota.name, reason)
    return fetched


def _fetch(state: Path, rota: OnCallSettings, variable: str, now: datetime) -> None:
    # The client takes a moment to load: only where an address is asked.
    from alerts.notify.exchange import Exchange  # noqa: PLC0415  see above
    from alerts.notify.http_post import (  # noqa: PLC0415  see above
        address_of,
        post,
        raise_for_status,
    )

    address = address_of(secret_of(variable), variable)
    if address.scheme != "https" and address.host not in {"127.0.0.1", "localhost"}:
        raise NotifyError(f"{variable} holds no https:// address", retry=False)
    answer = post(Exchange(), address, b"", {}, method="GET", timeout=SECONDS, limit=MOST_BYTES + 1)
    raise_for_status(answer)
    if not answer.body.rstrip().endswith(_END):
        raise CalendarError("it did not come whole")
    # One that cannot be used does not take the place of one that can.
    shifts_of(answer.body, rota.everybody, now.astimezone(BEIJING).date())
    path = path_of(state, rota)
    if path is None:
        return
    path.parent.mkdir(mode=0o700, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(answer.body)
    new.replace(path)
