"""Fields as sources write them. Leave empty what cannot be read, and say so in the notes."""

import re
from functools import lru_cache
from typing import Final

_COUNT = re.compile(r"(\d+(?:\.\d+)?)([万亿千wWkK]?)\+?")
_SCALES = {"": 1, "千": 1e3, "k": 1e3, "K": 1e3, "万": 1e4, "w": 1e4, "W": 1e4, "亿": 1e8}
# The words on the buttons, which stand there while nobody has pressed them.
_ZERO_WORDS = frozenset({"转发", "评论", "赞", "点赞", "分享", "收藏"})
_REGION_PREFIX = re.compile(r"^(?:发布于|来自|IP\s*属地)\s*[:：]?\s*")
# No count of this world is greater; what is comes from a broken row and would burst the store.
GREATEST_COUNT: Final = 10**12
GREATEST_TEXT: Final = 200_000


def read_count(value: object) -> int | None:
    """Return a count such as `12`, `"1.2万"`, `"1.3亿"` or `"100万+"`, None where there is none.

    Raises:
        ValueError: it is neither empty nor a count.
    """
    if type(value) is int and 0 <= value <= GREATEST_COUNT:
        return value
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _count_of_text(value)
    if not isinstance(value, int | float) or not 0 <= value <= GREATEST_COUNT:
        raise ValueError("not a count")
    return int(value)


@lru_cache(maxsize=4096)
def _count_of_text(text: str) -> int | None:
    if text.isdecimal() and len(text) <= 12:
        return int(text)
    text = text.strip().replace(",", "")
    if not text or text in {"None", "null", "nan"}:
        return None
    if text in _ZERO_WORDS:
        return 0
    match = _COUNT.fullmatch(text) if len(text) <= 24 else None
    if match is None:
        raise ValueError("not a count")
    number = float(match[1]) * _SCALES[match[2]]
    if number > GREATEST_COUNT:
        raise ValueError("not a count")
    return round(number)


def count_or_note(value: object, name: str, notes: list[str]) -> int | None:
    """Return the count `value`; None with a note on the field `name` where it is unreadable."""
    try:
        return read_count(value)
    except ValueError:
        notes.append(f"{name}: unreadable count {shortened(value)}")
        return None


def text_or_note(value: object, name: str, notes: list[str]) -> str:
    """Return the text `value`; empty, with a note on the field `name`, where it is no text."""
    if isinstance(value, str):
        if len(value) > GREATEST_TEXT:
            notes.append(f"{name}: cut after {GREATEST_TEXT} characters")
            return value[:GREATEST_TEXT]
        return value
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return shortened(value)
    notes.append(f"{name}: not a text")
    return ""


def words_or_note(value: object, notes: list[str]) -> str:
    """Return the text of a post; one without words stays a post, with a note."""
    text = text_or_note(value, "text", notes)
    if not text:
        notes.append("text: empty")
    return text


def read_id(value: object) -> str:
    """Return the id `value` without the TABs, marks and `.0` that spreadsheets add, else empty."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**20:
        return str(value)
    if not isinstance(value, str):
        return ""
    identity = value.strip(" \t\r\n\ufeff'\u200b")
    if identity.endswith(".0") and identity[:-2].isdecimal():
        identity = identity[:-2]
    plain = identity.isprintable() and " " not in identity and len(identity) <= 200
    return identity if plain and identity not in {"None", "nan"} else ""


@lru_cache(maxsize=1024)
def read_region(value: str) -> str:
    """Return a region without the words that stand before it, such as `发布于 `."""
    return _REGION_PREFIX.sub("", value.strip()) if value else ""


def shortened(value: object, limit: int = 40) -> str:
    """Return `value` for a note or a reason: printable, on one line, not longer than `limit`."""
    if isinstance(value, int) and abs(value) >= 10**limit:
        # Python refuses to write out integers of thousands of digits.
        return "a number too large"
    text = value[: limit + 1] if isinstance(value, str) else str(value)[: limit + 1]
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= limit else f"{text[:limit]}…"
