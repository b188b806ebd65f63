"""Values as cells that a spreadsheet shows and never runs."""

from datetime import datetime
from typing import Final, TypeAlias

from alerts.messages.format import one_line
from records.time import BEIJING

Value: TypeAlias = str | int | float | bool | datetime | tuple[str, ...] | None

LONGEST: Final = 32_000
"""Characters of a cell; a workbook holds 32,767."""

_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK: Final = "'"


def safe_text(text: str) -> str:
    """Return a text as one line that no spreadsheet takes for a formula.

    What begins like one gets an apostrophe in front, also in a workbook: from there it may be saved
    as CSV.
    """
    shown = one_line(text, LONGEST)
    return f"{MARK}{shown}" if shown.startswith(_BEGINS) or text.startswith(_BEGINS) else shown


def cell_of(value: Value, yes: str, no: str) -> str | int | float | None:
    """Return a value for CSV: times in Beijing to the minute, truth in words, texts made safe."""
    if isinstance(value, bool):
        return yes if value else no
    if isinstance(value, datetime):
        return f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    if isinstance(value, tuple):
        return safe_text(" ".join(value))
    return safe_text(value) if isinstance(value, str) else value
