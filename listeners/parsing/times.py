"""Times as sources write them, read into aware UTC. Sources in China write Beijing time."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from listeners.parsing.fields import shortened
from listeners.parsing.written_times import read_written

BEIJING: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
_OFFSET: Final = timedelta(hours=8)
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
# From here on a number counts milliseconds: as seconds it would lie in the year 5138.
FIRST_MILLISECONDS: Final = 100_000_000_000
LAST_MILLISECONDS: Final = 10_000_000_000_000
# What is written to the minute is that far off at most; what is counted back, as far again.
ROUNDING: Final = timedelta(minutes=1)
# What spreadsheets write for a date where its cell is taken for a number: the years 2000 to 2100.
SERIAL_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001  it stands in no time zone
FIRST_SERIAL: Final = 36_526
LAST_SERIAL: Final = 73_051
_NUMBER: Final = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,17})?")
JUST_NOW: Final = "刚刚"
CTIME_LENGTH: Final = len("Sun Jun 21 21:19:45 +0800 2026")
MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}

_ABSOLUTE = re.compile(
    r"(\d{4})\s*[-/年.]\s*(\d{1,2})\s*[-/月.]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(\d{1,2})[:-](\d{1,2})(?:[:-](\d{1,2})(?:\.\d+)?)?)?"
)
_YEARLESS = re.compile(
    r"(\d{1,2})\s*[-/月]\s*(\d{1,2})\s*日?(?:\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?"
)
_AGO = re.compile(r"(\d{1,4})\s*(秒钟?|分钟|小时|天)前")
_NAMED_DAY = re.compile(r"(今天|昨天|前天)\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?")
_UNITS = {
    "秒": timedelta(seconds=1),
    "秒钟": timedelta(seconds=1),
    "分钟": timedelta(minutes=1),
    "小时": timedelta(hours=1),
    "天": timedelta(days=1),
}
_DAYS = {"今天": 0, "昨天": 1, "前天": 2}


def read_time(value: object, now: datetime | None, zone: tzinfo = BEIJING) -> datetime:
    """Return the time that `value` writes: a text in the time of `zone`, seconds or milliseconds.

    Relative times (`3分钟前`, `昨天 09:30`, `06-09`) count back from `now`, the time at which the
    source was asked. A day without a time of day is its first minute: see `has_clock`.

    Raises:
        ValueError: it cannot be read, or it is relative and `now` is None.
    """
    if isinstance(value, str):
        text = value.strip()
        # What the interfaces mostly write is tried first: each miss costs as much as a hit.
        at = _from_ctime(text) if len(text) == CTIME_LENGTH else None
        if at is None and now is not None and text.endswith("前"):
            at = _from_relative(text, now, zone)
        return _in_range(at or _from_iso(text, zone) or _from_text(text, now, zone))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_serial(value, zone) if _is_serial(value) else from_number(value)
    raise ValueError(f"not a time: {shortened(value)}")


def from_number(number: float) -> datetime:
    """Return the time of a Unix timestamp in seconds or milliseconds.

    Raises:
        ValueError: the number is no time of this century.
    """
    if not 0 < number < LAST_MILLISECONDS:
        raise ValueError(f"not a time: {shortened(number)}")
    seconds = number / 1000 if number >= FIRST_MILLISECONDS else number
    return _in_range(datetime.fromtimestamp(seconds, UTC))


def has_clock(value: object) -> bool:
    """Return whether `value` writes a time of day and not only a day."""
    if not isinstance(value, str) or ":" in value or "前" in value or "刚" in value:
        return True
    return _NUMBER.fullmatch(value.strip()) is not None and not value.strip().isdecimal()


def is_site_time(value: object) -> bool:
    """Return whether Weibo itself wrote `value`, with its zone, and no machine in another one."""
    return isinstance(value, str) and len(value.strip()) == CTIME_LENGTH


def precision_of(value: object) -> timedelta:
    """Return how far the time that `value` writes can lie from the true one."""
    if not isinstance(value, str):
        return timedelta(0)
    text = value.strip()
    if text.endswith("前") and (match := _AGO.fullmatch(text)):
        return _UNITS[match[2]] + ROUNDING
    if text.startswith(JUST_NOW):  # 0分钟前
        return _UNITS["分钟"] + ROUNDING
    return timedelta(0) if value.count(":") >= 2 else ROUNDING


def _is_serial(number: float) -> bool:
    return FIRST_SERIAL <= number < LAST_SERIAL


def _from_serial(days: float, zone: tzinfo) -> datetime:
    """Return the time that a spreadsheet counts in days since the end of 1899."""
    seconds = round(days * 86_400)
    return (SERIAL_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=zone).astimezone(UTC)


def _in_range(at: datetime) -> datetime:
    if not EARLIEST <= at < LATEST:
        raise ValueError(f"not a time of this century: {at.isoformat()}")
    return at


def _from_iso(text: str, zone: tzinfo) -> datetime | None:
    # `fromisoformat` would also take bare digits for a date and `18-30` for an hour and its zone.
    if ":" not in text and len(text) != len("2026-06-21"):
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None and zone is not BEIJING:
            at = at.replace(tzinfo=zone)
        return at.astimezone(UTC) if at.tzinfo else (at - _OFFSET).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _from_text(text: str, now: datetime | None, zone: tzinfo) -> datetime:
    if _NUMBER.fullmatch(text):
        number = float(text)
        return _from_serial(number, zone) if _is_serial(number) else from_number(number)
    if at := _from_ctime(text) or _from_absolute(text, zone):
        return at
    if now is not None and (at := _from_relative(text, now, zone)):
        return at
    if at := read_written(text, zone):
        return at
    raise ValueError(f"not a time: {shortened(text)}")


def _from_ctime(text: str) -> datetime | None:
    """Read the form of the mobile interface: `Sun Jun 21 21:19:45 +0800 2026`."""
    parts = text.split()
    if len(parts) != 6 or parts[1] not in MONTHS:
        return None
    _, month, day, clock, zone, year = parts
    return _from_iso(f"{year}-{MONTHS[month]:02d}-{day.zfill(2)}T{clock}{zone}", BEIJING)


def _from_absolute(text: str, zone: tzinfo) -> datetime | None:
    match = _ABSOLUTE.fullmatch(text)
    return _local(zone, *match.groups()) if match else None


def _local(zone: tzinfo, *parts: str | int | None) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in (*parts, 0, 0, 0)[:6])
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not a time of this century") from error


def _from_relative(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    here = now.astimezone(zone)
    if text.startswith(JUST_NOW):
        return now.astimezone(UTC)
    if match := _AGO.fullmatch(text):
        return (now - int(match[1]) * _UNITS[match[2]]).astimezone(UTC)
    if match := _NAMED_DAY.fullmatch(text):
        day = here - timedelta(days=_DAYS[match[1]])
        return _local(zone, day.year, day.month, day.day, *match.groups()[1:])
    if match := _YEARLESS.fullmatch(text):
        at = _local(zone, here.year, *match.groups())
        past = at <= now + timedelta(days=1)
        return at if past else _local(zone, here.year - 1, *match.groups())
    return None
