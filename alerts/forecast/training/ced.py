"""The CED repost trees (Song et al. 2018, "CED: Credible Early Detection"), read and split by time.

Columns of `ced_original*.csv.xz`: event_id, time, text, user_followers; of `ced_cascades*.csv.xz`:
event_id, node, parent_node, time, text. Times are China's. Columns that were counted later
(reposts, comments, likes, n_child) and whether it is a rumour are not read.
"""

import csv
import lzma
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import numpy as np

from alerts.forecast.events import Cascade, Event, Observed, observe, until
from alerts.forecast.forecast import HORIZON

_CHINA: Final = timezone(timedelta(hours=8))
_LATEST: Final = timedelta(days=36_500)
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """A whole cascade; `began` orders them in time."""

    name: str
    began: datetime
    whole: Observed

    def at(self, age: float) -> Observed:
        """Return what was known at `age` seconds."""
        return until(self.whole, age)

    @property
    def size(self) -> int:
        """How many reposts it had in the end."""
        return self.whole.count

    def truth(self, age: float) -> dict[str, int]:
        """Return what came after `age`: the `rest`, `more` in six hours, `peak` of an hour."""
        times = self.whole.times[self.whole.times > age]
        near = times[times <= age + HORIZON.total_seconds()]
        ends = np.searchsorted(near, near + _HOUR, side="left")
        peak = int((ends - np.arange(len(near))).max()) if len(near) else 0
        return {"rest": len(times), "more": len(near), "peak": peak}


@dataclass(frozen=True, slots=True)
class Split:
    """Cascades by time: the first six tenths, the next two, the last two."""

    train: tuple[Labelled, ...]
    dev: tuple[Labelled, ...]
    test: tuple[Labelled, ...]


def split(cascades: Iterable[Labelled]) -> Split:
    """Split cascades by the time that they began."""
    known = sorted(cascades, key=lambda cascade: (cascade.began, cascade.name))
    first, second = round(len(known) * 0.6), round(len(known) * 0.8)
    return Split(tuple(known[:first]), tuple(known[first:second]), tuple(known[second:]))


def load(folder: Path) -> list[Labelled]:
    """Read the cascades of `folder`, oldest first; reposts without a readable time are left out.

    Raises:
        FileNotFoundError: the folder holds no such files.
    """
    reposts: defaultdict[str, list[Event]] = defaultdict(list)
    for row in _rows(folder, "ced_cascades*.csv.xz"):
        at = _time(row["time"])
        if at is not None:
            node, parent = int(row["node"]), int(row["parent_node"])
            words = len(row["text"].strip())
            reposts[row["event_id"]].append(
                Event(at, f"{node:07}", f"{parent:07}" if parent else "", words)
            )
    found = []
    for row in _rows(folder, "ced_original*.csv.xz"):
        began = _time(row["time"])
        if began is not None:
            name, followers = row["event_id"], row["user_followers"]
            reach = round(float(followers)) if followers else None
            cascade = Cascade(began, tuple(reposts[name]), reach, row["text"])
            found.append(Labelled(name, began, observe(cascade, began + _LATEST)))
    return sorted(found, key=lambda cascade: (cascade.began, cascade.name))


def _rows(folder: Path, pattern: str) -> Iterator[dict[str, str]]:
    paths = sorted(folder.glob(pattern))
    if not paths:
        raise FileNotFoundError(f"{folder} holds no {pattern}")
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=_CHINA)
    except ValueError:
        return None
