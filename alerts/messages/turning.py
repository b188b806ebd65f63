"""The turning points of a story in one line."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from alerts.messages.format import masked_name, one_line
from records import TurningPoint
from records.time import BEIJING

MOST: Final = 7
LENGTH: Final = 100
NAME: Final = 10
# What is left out first where there is no room.
_LESS: Final = ("platform", "person", "hot", "peak", "raised")
# People are named by their first character only.
_PEOPLE: Final = frozenset({"first", "person", "large", "hot"})


def turning_points(points: Sequence[TurningPoint], at: datetime, words: Mapping[str, str]) -> str:
    """Return the points in order of time, as "19:40 first post → ...", as many as fit a line."""
    said = [
        (point.at, part, point.kind)
        for point in sorted(points, key=lambda point: point.at)
        if (part := _said(point, words))
    ]
    for kind in (*_LESS, ""):
        while len(said) > MOST or len(_line(said, at)) > LENGTH:
            place = next((n for n, one in enumerate(said) if one[2] == kind), None)
            if place is None and kind:
                break
            # The first and the last say most of the story.
            del said[len(said) // 2 if place is None else place]
    return _line(said, at)


def _line(said: Sequence[tuple[datetime, str, str]], at: datetime) -> str:
    """Return the points with their times; a day is named once, unless it is that of `at`."""
    parts, day = [], at.astimezone(BEIJING).date()
    for time, what, _ in said:
        local = time.astimezone(BEIJING)
        parts.append(f"{local:%H:%M}" if local.date() == day else f"{local:%m-%d %H:%M}")
        parts[-1] += f" {what}"
        day = local.date()
    return "→".join(parts)


def _said(point: TurningPoint, words: Mapping[str, str]) -> str:
    key = f"turn.{point.kind}"
    if key not in words:
        return ""
    place = words.get(f"place.{point.name}", one_line(point.name, NAME))
    shown = masked_name(point.name) if point.kind in _PEOPLE else place
    level = words[f"level.{point.level.name.lower()}"] if point.level else ""
    what = words[key].format(name=shown, level=level)
    return what.strip()
