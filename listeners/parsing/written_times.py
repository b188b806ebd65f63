"""Times as people and spreadsheets of other languages write them."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Final

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_CLOCK: Final = (
    r"(?P<before>上午|下午|凌晨|早上|中午|晚上)?\s*(?P<hour>\d{1,2})\s*[:时点]\s*(?P<minute>\d{1,2})"
    r"(?:\s*[:分]\s*(?P<second>\d{1,2})(?:\.\d{1,6})?\s*秒?)?\s*分?\s*(?P<after>[aApP]\.?[mM]\.?)?"
)
_DATES: Final = (
    # 21-Jun-2026, 21 June 26
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<name>[A-Za-z]{3,9})\.?,?[\s-]+(?P<year>\d{4}|\d{2})",
    # Jun 21, 2026
    r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
    r"(?P<year>\d{4})\s*[-/年.]\s*(?P<month>\d{1,2})\s*[-/月.]\s*(?P<day>\d{1,2})\s*日?",
    r"(?P<first>\d{1,2})[/.](?P<other>\d{1,2})[/.](?P<year>\d{4}|\d{2})",
)
_PATTERNS: Final = tuple(
    re.compile(rf"(?:[A-Za-z]{{3,9}},?\s+)?{date}(?:[\s,T]*(?:at\s+)?{_CLOCK})?") for date in _DATES
)
_LONGEST: Final = 60
_AFTERNOON: Final = frozenset({"下午", "晚上", "中午", "pm"})
_MORNING: Final = frozenset({"上午", "凌晨", "早上", "am"})


def read_written(text: str, zone: tzinfo) -> datetime | None:
    """Return the time that `text` writes in words or with a half of the day, else None.

    `3/4/2026` is no time: nobody can tell the month in it; `21/6/2026` and `6/21/2026` are.
    """
    if len(text) > _LONGEST:
        return None
    for pattern in _PATTERNS:
        if match := pattern.fullmatch(text.strip()):
            try:
                return _at(match.groupdict(), zone)
            except (ValueError, OverflowError):
                return None
    return None


def _at(found: dict[str, str | None], zone: tzinfo) -> datetime:
    month, day = _month_and_day(found)
    year = int(found["year"] or 0)
    year += 2000 if year < 100 else 0
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    half = found["before"] or (found["after"] or "").lower().replace(".", "")
    if half in _AFTERNOON and hour < 12 and not (half == "中午" and hour > 10):
        hour += 12
    elif half in _MORNING and hour == 12:
        hour = 0
    return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)


def _month_and_day(found: dict[str, str | None]) -> tuple[int, int]:
    if name := found.get("name"):
        return _MONTHS.get(name[:3].lower(), 0), int(found["day"] or 0)
    if found.get("month"):
        return int(found["month"] or 0), int(found["day"] or 0)
    first, other = int(found["first"] or 0), int(found["other"] or 0)
    if first > 12 >= other:
        return other, first
    if other > 12 >= first or first == other:
        return first, other
    raise ValueError("the month may be either")
