"""Text from the internet made fit to be shown, and numbers and times as a reader expects them."""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from records.language import Language
from records.time import BEIJING

ELLIPSIS = "…"

# Joins the parts of an emoji; every other invisible format character can hide or reorder text.
_ZERO_WIDTH_JOINER = "\u200d"
_MARKS_IN_A_ROW = 2
_LINK_LIMIT = 300
_HOST = re.compile(r"[a-z0-9._-]+")
SHORTENED_FROM = 1e4
PLACES_BELOW = 100
_UNITS: Mapping[Language, tuple[tuple[float, str], ...]] = {
    "zh": ((1e8, " 亿"), (1e4, " 万")),
    "en": ((1e9, "B"), (1e6, "M"), (1e3, "k")),
}
_LINK_SAFE = "%/:?#[]@!$&()*+,;=~-._"


def one_line(text: str, limit: int) -> str:
    """Return `text` as one line of at most `limit` characters, cut with an ellipsis.

    Control characters and line breaks become spaces; invisible format characters (bidirectional
    overrides among them), lone surrogates, private-use characters and towers of combining marks
    are dropped.
    """
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category in {"Cc", "Zl", "Zp"}:
            kept.append(" ")
        elif marks <= _MARKS_IN_A_ROW and _visible(character, category):
            kept.append(character)
    return cut(" ".join("".join(kept).split()), limit)


def _visible(character: str, category: str) -> bool:
    return category not in {"Cf", "Cs", "Co", "Cn"} or character == _ZERO_WIDTH_JOINER


def cut(text: str, limit: int) -> str:
    """Return `text`, or its beginning and an ellipsis, in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def masked_name(name: str) -> str:
    """Return the first character of a name and two stars, or nothing where there is no name."""
    clean = one_line(name, 50)
    return f"{clean[0]}**" if clean else ""


def safe_link(url: str) -> str:
    """Return an http(s) address in printable ASCII, or nothing where `url` is none.

    An address with a user name before the host is refused: it is made to look like another host.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or not _HOST.fullmatch(host):
        return ""
    rest = parts._replace(scheme="", netloc="").geturl()
    link = f"{parts.scheme}://{host}{port}" + quote(rest, safe=_LINK_SAFE, errors="replace")
    return link if len(link) <= _LINK_LIMIT else ""


def number(value: float, language: Language) -> str:
    """Return a count with one decimal below ten, whole above, shortened from ten thousand on.

    What is shortened has a decimal below a hundred units.
    """
    if not math.isfinite(value):
        return "?"
    for unit, name in _UNITS[language]:
        if value >= max(unit, SHORTENED_FROM):
            shown = value / unit
            return f"{round(shown, 1 if shown < PLACES_BELOW else None):g}{name}"
    return f"{round(value, 1):g}" if value < 10 else f"{value:.0f}"


def measured(value: float, unit: str, language: Language) -> str:
    """Return a count with its unit; in Chinese no space stands between 万 and the unit."""
    shown = number(value, language)
    return shown + unit if shown[-1] in "万亿" else f"{shown} {unit}"


def cells(text: str) -> int:
    """Return how many columns of a screen `text` takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def cut_cells(text: str, limit: int) -> str:
    """Return `text`, or its beginning and an ellipsis, in at most `limit` columns."""
    if cells(text) <= limit:
        return text
    room, kept = limit - 1, 0
    for one in text:
        room -= cells(one)
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + ELLIPSIS


def duration(span: timedelta, words: Mapping[str, str]) -> str:
    """Return a span in the two largest units that matter, in the words of a catalogue."""
    minutes = max(0, span // timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    if hours >= 24:
        return words["days"].format(days=hours // 24, hours=hours % 24)
    if hours:
        return words["hours"].format(hours=hours, minutes=minutes)
    return words["minutes"].format(minutes=minutes)


def quotient(value: float, unit: float) -> str:
    """Return how many units `value` is, whole and at least one."""
    return f"{max(value / unit, 1):.0f}"


def percent(share: float) -> str:
    """Return a share in [0, 1] in per cent; 100% only where it is whole."""
    if not math.isfinite(share):
        return "?"
    return f"{share:.0%}" if share >= 1 else f"{min(share, 0.99):.0%}"


def clock_time(at: datetime, beside: datetime) -> str:
    """Return `at` as hour and minute in Shanghai, with the date where `beside` has another."""
    local, other = at.astimezone(BEIJING), beside.astimezone(BEIJING)
    return f"{local:%H:%M}" if local.date() == other.date() else f"{local:%m-%d %H:%M}"
