"""How a value looks in Kibana: numbers, shares, times, and words that stand for others."""

import json
import unicodedata
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Json: TypeAlias = dict[str, Any]

ZONE = ZoneInfo("Asia/Shanghai")


def said(value: Any, column: Json, view: Json) -> str:
    """Return how a value of a column of a layer is shown."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%m-%d %H:%M}"
    if isinstance(value, (int, float)) and "format" not in column.get("params", {}):
        known = _looked_up(f"{value:g}", column.get("sourceField", ""), view)
        return known or number(value, None)
    if isinstance(value, (int, float)):
        return number(value, column.get("params", {}).get("format"))
    return _word(str(value), column.get("sourceField", ""), view)


def number(value: float, shown: Json | None) -> str:
    """Return a number in a format of Lens."""
    wanted = (shown or {}).get("params", {})
    decimals = wanted.get("decimals", 2)
    if (shown or {}).get("id") == "percent":
        return f"{value * 100:.{decimals}f}%"
    if wanted.get("compact"):
        for bound, sign in ((1_000_000, "M"), (1_000, "K")):
            if abs(value) >= bound:
                return f"{value / bound:.{decimals}f}{sign}"
        decimals = 0
    if not shown and float(value).is_integer():
        decimals = 0
    return f"{value:,.{decimals}f}"


def _word(value: str, field: str, view: Json) -> str:
    known = _looked_up(value, field, view)
    if known:
        return known
    # What no plain font draws: emoji, marks that join or hide.
    return "".join(
        c for c in value if unicodedata.category(c) not in {"So", "Cf", "Co", "Cn", "Cc"}
    )


def _looked_up(value: str, field: str, view: Json) -> str:
    """Return what the data view has Kibana show instead of a value of the field, if anything."""
    formats = json.loads(view["fieldFormatMap"]).get(field, {})
    if formats.get("id") == "url":
        return str(formats["params"]["labelTemplate"])
    entries = formats.get("params", {}).get("lookupEntries", ())
    return next((str(entry["value"]) for entry in entries if entry["key"] == value), "")


def width(text: str) -> float:
    """Return how wide a text is, about, in Latin letters: a Chinese one counts for two."""
    return sum(1.85 if unicodedata.east_asian_width(char) in "WF" else 1.0 for char in text)


def cut(text: str, most: float) -> str:
    """Return `text`, ended with dots where it is wider than `most` Latin letters."""
    if width(text) <= most:
        return text
    taken, wide = [], 1.0
    for char in text:
        wide += width(char)
        if wide > most:
            break
        taken.append(char)
    return "".join(taken) + "…"
