"""Fit the lines of `alerts.forecast.reposts` on the CED cascades, and measure them on the newest.

CED (Song et al. 2018): reposts of Weibo posts of 2010 to 2014. The first six tenths by time give
the lines, the next two how far the truth lies from them, and the last two are measured on. Asked
is for an hour of at least 50, 100 and 200 reposts within six hours (Brier, mean), against the same
with the last hour alone and with the count so far.
"""

import csv
import lzma
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from alerts.forecast.reposts import HORIZON, LINES, Line
from benchmarks.detection.tables import Table

Floats = npt.NDArray[np.float64]

ASKED: Final = (50, 100, 200)
_HOUR: Final = 3600.0
_QUARTER: Final = 900.0
_EIGHT_OF_TEN: Final = (0.1, 0.9)


class Measured(NamedTuple):
    """Posts at one age: log(1 + count) of the last hour, the last quarter and so far; the truth.

    All have shape (posts,); `truth` is log(1 + the greatest hour of the next six).
    """

    hour: Floats
    quarter: Floats
    total: Floats
    truth: Floats


def load(folder: Path) -> list[Floats]:
    """Read the seconds at which each post was reposted, the oldest post first."""
    began = {row["event_id"]: _time(row["time"]) for row in _rows(folder, "ced_original")}
    reposts: defaultdict[str, list[float]] = defaultdict(list)
    for row in _rows(folder, "ced_cascades"):
        at, start = _time(row["time"]), began.get(row["event_id"])
        if at is not None and start is not None:
            reposts[row["event_id"]].append(max((at - start).total_seconds(), 0.0))
    known = sorted((at, name) for name, at in began.items() if at is not None)
    return [np.sort(reposts[name]) for _, name in known]


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with lzma.open(folder / f"{name}_70pct.csv.xz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def measured(posts: Sequence[Floats], age: timedelta) -> Measured:
    """Return what was known of posts at an age, and what came."""
    at = age.total_seconds()
    found = []
    for times in posts:
        near = times[(times > at) & (times <= at + HORIZON.total_seconds())]
        ends = np.searchsorted(near, near + _HOUR)
        peak = int((ends - np.arange(len(near))).max()) if len(near) else 0
        seen = times[times <= at]
        sums = [(seen > at - span).sum() for span in (_HOUR, _QUARTER, at + 1)]
        found.append([*sums, peak])
    return Measured(*np.log1p(np.array(found, dtype=np.float64)).T)


def fitted(train: Measured, dev: Measured, names: Sequence[str]) -> tuple[Floats, Floats]:
    """Return the line over the columns `names` (least squares), and the residuals of `dev`."""
    line: Floats = np.linalg.lstsq(_columns(train, names), train.truth, rcond=None)[0].astype(
        np.float64
    )
    return line, dev.truth - _columns(dev, names) @ line


def _columns(of: Measured, names: Sequence[str]) -> Floats:
    return np.stack([np.ones(len(of.truth)), *(getattr(of, name) for name in names)], axis=1)


def _brier(centres: Floats, residuals: Floats, truth: Floats) -> float:
    scores = []
    for asked in np.log1p(ASKED):
        chance = (residuals[None, :] >= (asked - centres)[:, None]).mean(axis=1)
        scores.append(((chance - (truth >= asked)) ** 2).mean())
    return float(np.mean(scores))


def tables(data: Path) -> list[Table]:
    """Return the lines as they would be fitted now, and how well each way did."""
    posts = load(data)
    first, second = round(len(posts) * 0.6), round(len(posts) * 0.8)
    rows = []
    for age in LINES:
        train, dev, test = (
            measured(part, age) for part in (posts[:first], posts[first:second], posts[second:])
        )
        briers, held, made = [], 0.0, None
        for names in (("hour", "quarter"), ("hour",), ("total",)):
            line, residuals = fitted(train, dev, names)
            centres = _columns(test, names) @ line
            briers.append(f"{_brier(centres, residuals, test.truth):.3f}")
            if made is None:
                low, high = np.quantile(residuals, _EIGHT_OF_TEN)
                apart = test.truth - centres
                held = float(((apart >= low) & (apart <= high)).mean())
                made = Line(*(round(float(one), 3) for one in (*line, low, high)))
        rows.append([f"{age}", f"{held:.0%}", *briers, " ".join(f"{one:g}" for one in made or ())])
    columns = ("age", "held", "Brier", "last hour alone", "count so far", "line")
    notes = (
        f"{len(posts) - second} posts. The interval should hold 80%. Brier of an hour of at least "
        f"{', '.join(map(str, ASKED))} reposts within six hours, also with one number alone."
    )
    return [Table("The greatest hour of one post (CED, newest fifth)", columns, rows, notes)]
