"""What a cell of an .xlsx holds, as text: numbers, shared texts, days that are counted."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from listeners.parsing.sheets.tables import GREATEST_CELL, cell_text

Elements = Iterable[tuple[str, dict[str, str]]]
# Days are counted from here; old files of a Mac count from the other.
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001  a cell stands in no time zone
_MAC_EPOCH: Final = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_DAY: Final = 2_958_466
# The formats of days and times that have numbers of their own, and those of them without a clock.
_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DAYS: Final = frozenset({14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58})
_QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Formats:
    """By the number of a style: which cells are days or times, and which of these have no clock."""

    dates: frozenset[str]
    days: frozenset[str]
    epoch: datetime

    @classmethod
    def of(cls, styles: Elements, workbook: Elements) -> Self:
        """Return the formats that the styles of a workbook name."""
        own: dict[int, str] = {}
        numbers: list[int] = []
        is_cell_format = False
        for name, one in styles:
            if name == "numFmt":
                own[_number(one.get("numFmtId"))] = one.get("formatCode", "")
            elif name in {"cellXfs", "cellStyleXfs", "dxfs", "cellStyles"}:
                is_cell_format = name == "cellXfs"
            elif name == "xf" and is_cell_format:
                numbers.append(_number(one.get("numFmtId")))
        dates = {str(style) for style, number in enumerate(numbers) if _is_date(number, own)}
        days = {str(style) for style, number in enumerate(numbers) if not _has_clock(number, own)}
        is_mac = any(
            name == "workbookPr" and one.get("date1904") in {"1", "true"} for name, one in workbook
        )
        return cls(frozenset(dates), frozenset(dates & days), _MAC_EPOCH if is_mac else _EPOCH)

    def written(self, style: str, days: float) -> str:
        """Return the day, the time of day or both that a number counts."""
        at = self.epoch + timedelta(seconds=round(days * 86_400))
        if style in self.days and days == int(days):
            return at.date().isoformat()
        return at.time().isoformat() if days < 1 else at.isoformat(" ", "seconds")


def cell_reader(text_of: Callable[[int], str], formats: Formats) -> Callable[[str, str, str], str]:
    """Return what gives the text of a cell by its type, its style and what it holds."""
    dates = formats.dates

    def shared(_: str, held: str) -> str:
        try:
            return _sound(text_of(int(held)))
        except (ValueError, IndexError):
            return ""

    def number(style: str, held: str) -> str:
        if style in dates:
            return _date(formats, style, held)
        return held if held.isdecimal() else _plain(held)

    kinds: dict[str, Callable[[str, str], str]] = {
        "s": shared,
        "n": number,
        "b": lambda _, held: str(held == "1"),
        "e": lambda *_: "",
    }

    def read(kind: str, style: str, held: str) -> str:
        if not held:
            return ""
        known = kinds.get(kind)
        return known(style, held) if known else _sound(held[:GREATEST_CELL])

    return read


def _date(formats: Formats, style: str, held: str) -> str:
    try:
        days = float(held)
    except ValueError:
        return held[:GREATEST_CELL]
    return formats.written(style, days) if 0 <= days < _LAST_DAY else _plain(held)


def _plain(held: str) -> str:
    """Return a number as it is; one that was written in floating point shows what it lost."""
    try:
        return cell_text(float(held))
    except (ValueError, OverflowError):
        return held[:GREATEST_CELL]


def _sound(text: str) -> str:
    return _ESCAPED.sub(_escaped, text) if "_x" in text else text


def _escaped(match: re.Match[str]) -> str:
    """Return the sign that is written by its number; half of a pair is none."""
    sign = chr(int(match[1], 16))
    return "\ufffd" if "\ud800" <= sign <= "\udfff" else sign


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 0


def _is_date(number: int, own: dict[int, str]) -> bool:
    if number not in own:
        return number in _DATES
    return bool(re.search("[ymdhs年月日]", _QUOTED.sub("", own[number][:300]).lower()))


def _has_clock(number: int, own: dict[int, str]) -> bool:
    if number not in own:
        return number not in _DAYS
    return bool(re.search("[hs]", _QUOTED.sub("", own[number][:300]).lower()))
