"""Times as people write them: ISO 8601, a span before now, or a day's name and a clock time."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

import typer

from fengsui.cli.language import tell
from fengsui.cli.usage import printed
from records.time import BEIJING

# Full-width signs as a Chinese keyboard types them.
_NARROW: Final = str.maketrans("０１２３４５６７８９：－／\u3000", "0123456789:-/ ")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}
_SPAN: Final = re.compile(r"([0-9]{1,9})([dhm])")
# How many days before today a word means.
_DAYS: Final = {
    "今": 0, "今天": 0, "今早": 0, "今晚": 0, "today": 0, "tonight": 0,
    "昨": 1, "昨天": 1, "昨日": 1, "昨晚": 1, "yesterday": 1, "last night": 1,
    "前天": 2, "前晚": 2,
}  # fmt: skip
_EVENING: Final = re.compile("晚|下午|night")
_CLOCK: Final = (
    r"(?P<part>上午|早上|中午|下午|晚上)?\s*"
    r"(?P<hour>[0-9]{1,2})(?:[:点时](?P<minute>[0-9]{1,2})?分?)"
)
_NAMED: Final = re.compile(
    rf"(?:(?P<day>{'|'.join(sorted(_DAYS, key=len, reverse=True))})\s*)?{_CLOCK}"
)
_DATED: Final = re.compile(
    rf"(?:(?P<year>[0-9]{{4}})[-/年])?(?P<month>[0-9]{{1,2}})[-/月](?P<dom>[0-9]{{1,2}})日?"
    rf"(?:\s*T?\s*{_CLOCK})?"
)


# Monday is 0; a week's day of any writing.
_WEEKDAYS: Final = {
    **{f"{week}{day}": place for week in ("周", "星期", "礼拜")
       for place, day in enumerate("一二三四五六日")},
    **{f"{week}天": 6 for week in ("周", "星期", "礼拜")},
    **{name: place for place, names in enumerate((
        ("monday", "mon"), ("tuesday", "tue"), ("wednesday", "wed"), ("thursday", "thu"),
        ("friday", "fri"), ("saturday", "sat"), ("sunday", "sun"),
    )) for name in names},
}  # fmt: skip
_COMING: Final = re.compile(
    rf"(?:(?P<day>{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\s*)?{_CLOCK}"
)


def read_coming(text: str, now: datetime) -> datetime:
    """Return the time that `text` names: '周日 03:00', 'sun 03:00', 03:00 are the next such time.

    Anything else is read as by `read_time`.

    Raises:
        typer.BadParameter: it names none.
    """
    fits = _COMING.fullmatch(text.translate(_NARROW).strip().lower())
    if fits is None:
        return read_time(text, now)
    today = now.astimezone(BEIJING)
    ahead = 0 if fits["day"] is None else (_WEEKDAYS[fits["day"]] - today.weekday()) % 7
    try:
        at = _at(today.date() + timedelta(days=ahead), fits, "")
    except ValueError:
        raise typer.BadParameter(tell("time.unreadable", text=text)) from None
    if at < today:
        at += timedelta(days=1 if fits["day"] is None else 7)
    return at.astimezone(UTC)


def read_time(text: str, now: datetime) -> datetime:
    """Return the time that `text` names; without a zone it is Beijing's.

    ISO 8601; a span before `now` such as 7d, 3h, 20m; 22:00, '昨晚 22:00', 'yesterday 22:00': the
    last such time; '3月19日 22:00' or 03-19T22:00: of the last year in which it is not to come.

    Raises:
        typer.BadParameter: it names none.
    """
    written = text.translate(_NARROW).strip()
    try:
        found = _span(written, now) or _iso(written) or _named(written, now) or _dated(written, now)
        if found is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # no day of any calendar, or beyond all of them: refused below
    raise typer.BadParameter(tell("time.unreadable", text=printed(text)))


def read_end(text: str, now: datetime) -> datetime:
    """Return the time to come that `text` names: a span from `now` such as 2h, or as `read_time`.

    A clock time alone is the next such one.

    Raises:
        typer.BadParameter: it names none.
    """
    written = text.translate(_NARROW).strip()
    if fits := _SPAN.fullmatch(written):
        return now + timedelta(**{_UNITS[fits[2]]: int(fits[1])})
    at = read_time(text, now)
    clock = _NAMED.fullmatch(written.lower())
    is_next = clock is not None and clock["day"] is None and at <= now
    return at + timedelta(days=1) if is_next else at


def _span(text: str, now: datetime) -> datetime | None:
    fits = _SPAN.fullmatch(text)
    return now - timedelta(**{_UNITS[fits[2]]: int(fits[1])}) if fits else None


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=BEIJING)


def _named(text: str, now: datetime) -> datetime | None:
    fits = _NAMED.fullmatch(text.lower())
    if fits is None:
        return None
    today = now.astimezone(BEIJING)
    day = today.date() - timedelta(days=_DAYS[fits["day"] or "今"])
    at = _at(day, fits, fits["day"] or "")
    # 22:00 alone, said in the morning, is yesterday's.
    return at - timedelta(days=1) if fits["day"] is None and at > today else at


def _dated(text: str, now: datetime) -> datetime | None:
    fits = _DATED.fullmatch(text)
    if fits is None:
        return None
    today = now.astimezone(BEIJING)
    day = date(int(fits["year"] or today.year), int(fits["month"]), int(fits["dom"]))
    at = _at(day, fits, "")
    return at.replace(year=at.year - 1) if fits["year"] is None and at > today else at


def _at(day: date, clock: re.Match[str], word: str) -> datetime:
    hour, minute = int(clock["hour"] or 0), int(clock["minute"] or 0)
    if hour < 12 and _EVENING.search(word + (clock["part"] or "")):
        hour += 12
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BEIJING)
