"""Posts of hot topics that were polled again and again, as they came.

Most of them never grow. They say how far a forecast from a count that was read a few times is to be
trusted.
"""

import csv
import lzma
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import numpy as np

from alerts.forecast.events import observe_counts
from alerts.forecast.forecast import HORIZON
from alerts.forecast.hawkes import remembered
from alerts.forecast.training.doubt import Growth

FILE: Final = "weibo_hottopic_snapshots_2023-05.csv.xz"
_CHINA: Final = timezone(timedelta(hours=8))
_OLDEST: Final = timedelta(hours=6)


def load(folder: Path) -> list[Growth]:
    """Read all pairs of consecutive readings of posts younger than six hours.

    Raises:
        FileNotFoundError: the folder holds no such file.
    """
    posts: defaultdict[str, tuple[datetime, dict[datetime, int]]]
    posts = defaultdict(lambda: (datetime.max.replace(tzinfo=_CHINA), {}))
    with lzma.open(folder / FILE, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                at = datetime.strptime(row["snapshot"], "%Y-%m-%d %H-%M").replace(tzinfo=_CHINA)
                began = datetime.fromisoformat(row["发布时间"]).replace(tzinfo=_CHINA)
                count = int(float(row["转发数"]))
            except ValueError:
                continue
            if began <= at and count >= 0:
                first, readings = posts[row["微博id"]]
                readings[at] = max(count, readings.get(at, 0))
                posts[row["微博id"]] = (min(first, began), readings)
    return [pair for name in sorted(posts) for pair in _pairs(*posts[name])]


def _pairs(began: datetime, readings: dict[datetime, int]) -> list[Growth]:
    times = sorted(readings)
    found = []
    for place in range(len(times) - 1):
        now, later = times[place], times[place + 1]
        if not now - began < _OLDEST or later - now > HORIZON:
            continue
        seen = observe_counts(began, [(at, readings[at]) for at in times[: place + 1]], now)
        ages = [seen.age, seen.age + (later - now).total_seconds()]
        near, far = remembered(np.array([*ages, seen.age + HORIZON.total_seconds()]))[1:] - float(
            remembered(ages[0])
        )
        grown = max(readings[later] - readings[now], 0)
        found.append(Growth(seen, grown, float(near / far)))
    return found
