"""The turning points of a story in one line."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from alerts.messages.format import clock_time, masked_name, one_line
from records import TurningPoint

MOST: Final = 7
LENGTH: Final = 100
NAME: Final = 10
# People are named by their first character only.
_PEOPLE: Final = frozenset({"first", "person", "large"})


def turning_points(points: Sequence[TurningPoint], at: datetime, words: Mapping[str, str]) -> str:
    """Return the points in order of time, as "19:40 first post → ...", as many as fit a line."""
    said = [
        part
        for point in sorted(points, key=lambda point: point.at)
        if (part := _said(point, at, words))
    ]
    while said and (len(said) > MOST or len("→".join(said)) > LENGTH):
        # The first and the last say most of the story.
        del said[len(said) // 2]
    return "→".join(said)


def _said(point: TurningPoint, at: datetime, words: Mapping[str, str]) -> str:
    key = f"turn.{point.kind}"
    if key not in words:
        return ""
    shown = masked_name(point.name) if point.kind in _PEOPLE else one_line(point.name, NAME)
    level = words[f"level.{point.level.name.lower()}"] if point.level else ""
    what = words[key].format(name=shown, level=level)
    return f"{clock_time(point.at, at)} {what}".rstrip()
