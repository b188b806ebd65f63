"""The CHECKED stream (Yang et al. 2021): reposts, to the minute, of posts not chosen by size.

Read in the same form as CED, but without the tree: who answers whom is not in the file.
"""

import csv
import lzma
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import numpy as np

from alerts.forecast.events import observe_times
from alerts.forecast.model import AGES
from alerts.forecast.training.ced import Labelled
from alerts.forecast.training.doubt import Growth

POSTS: Final = "checked_posts_to_2020-04.csv.xz"
STREAM: Final = "checked_stream_to_2020-04.csv.xz"
_CHINA: Final = timezone(timedelta(hours=8))
_WATCHED: Final = timedelta(seconds=AGES[-1]) + timedelta(hours=7)


def load(folder: Path) -> list[Labelled]:
    """Read the first thirteen hours of every post's reposts, the oldest post first.

    Raises:
        FileNotFoundError: the folder holds no such files.
    """
    began = {row["post_no"]: _time(row["date"]) for row in _rows(folder / POSTS)}
    reposts: defaultdict[str, list[datetime]] = defaultdict(list)
    for row in _rows(folder / STREAM):
        first = began.get(row["post_no"])
        if row["kind"] == "r" and first is not None:
            at = _time(row["time"])
            if first <= at <= first + _WATCHED:
                reposts[row["post_no"]].append(at)
    found = [
        Labelled(name, first, observe_times(first, reposts[name], first + _WATCHED))
        for name, first in began.items()
    ]
    return sorted(found, key=lambda cascade: (cascade.began, cascade.name))


def growths(cascades: Sequence[Labelled]) -> list[Growth]:
    """Return what was seen at each age of the model, and the growth of the next six hours."""
    return [
        Growth(cascade.at(age), cascade.truth(age)["more"], 1.0)
        for cascade in cascades
        for age in AGES
    ]


def halves(cascades: Sequence[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """Split cascades in two by the median of the times that they began."""
    middle = float(np.median([cascade.began.timestamp() for cascade in cascades]))
    early = [cascade for cascade in cascades if cascade.began.timestamp() < middle]
    return early, [cascade for cascade in cascades if cascade.began.timestamp() >= middle]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=_CHINA)
