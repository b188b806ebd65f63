"""`detect-csv` with its default settings on the realTweets series of NAB, by NAB's own scoring.

    python -m benchmarks.detection nab

The detectors whose results the archive holds are compared, each at the one threshold that is best
for it on all files of the archive (as NAB does it; that helps them: tweets are among those).
Ours has no threshold to choose: its alerts are what it would have sent. The strict measure counts a
label as detected if an alert lies between 30 minutes before and an hour after it.
"""

import csv
import io
import json
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from alerts.detection.settings import DetectionSettings
from benchmarks.detection.nab_scoring import (
    PROFILES,
    Floats,
    Labelled,
    Profile,
    Tally,
    Window,
    labelled,
    tally,
)
from benchmarks.detection.tables import Table
from fengsui.analysis.detect_csv import detect_csv

GROUP = "realTweets"
ELSEWHERE = ("realAWSCloudwatch", "realKnownCause")
OTHERS = ("ARTime", "contextOSE", "numenta", "windowedGaussian")
PROMISES = (0.2, 0.5, 1.0, 2.0)
BEFORE, AFTER = timedelta(minutes=30), timedelta(hours=1)
WEEK = timedelta(days=7)
STRICTLY_APART = timedelta(hours=1)
NOTHING = Tally(0.0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Series:
    """A file of NAB: times and values of its rows, its labels, what detections on it are worth."""

    path: Path
    times: Sequence[datetime]
    values: Floats
    labels: Sequence[datetime]
    truth: Labelled


def load(root: Path) -> dict[str, Series]:
    """Return every labelled series under `root` by its name, `group/file`."""
    windows = json.loads((root / "labels/combined_windows.json").read_text())
    labels = json.loads((root / "labels/combined_labels.json").read_text())
    found = {}
    for name in sorted(windows):
        path = root / "data" / name
        if path.exists():
            with path.open(newline="") as stream:
                rows = [*csv.DictReader(stream)]
            times = [datetime.fromisoformat(row["timestamp"]) for row in rows]
            values = np.array([float(row["value"]) for row in rows])
            truth = labelled(len(times), [_rows(times, *window) for window in windows[name]])
            moments = [datetime.fromisoformat(moment) for moment in labels[name]]
            found[name] = Series(path, times, values, moments, truth)
    return found


def _rows(times: Sequence[datetime], since: str, until: str) -> Window:
    first, last = datetime.fromisoformat(since), datetime.fromisoformat(until)
    inside = [row for row, at in enumerate(times) if first <= at <= last]
    return Window(inside[0], inside[-1])


def alerts(series: Series, promise: float) -> list[int]:
    """Return the rows that `detect-csv` alerts on."""
    out = io.StringIO()
    detect_csv(
        series.path, out, DetectionSettings(false_alarms_per_week=promise, calendar="weekends")
    )
    rows = csv.DictReader(io.StringIO(out.getvalue()))
    return [number for number, row in enumerate(rows) if row["alert"] == "1"]


def scores(root: Path, detector: str, series: Mapping[str, Series]) -> dict[str, Floats]:
    """Return the scores that a detector's stored results give to every row."""
    found = {}
    for name in series:
        group, file = name.split("/")
        path = root / "results" / detector / group / f"{detector}_{file}"
        with path.open(newline="") as stream:
            found[name] = np.array([float(r["anomaly_score"]) for r in csv.DictReader(stream)])
    return found


def best_threshold(
    given: Mapping[str, Floats], series: Mapping[str, Series], profile: Profile
) -> float:
    """Return the threshold that earns most on all series together."""
    candidates = np.unique(np.concatenate([given[name] for name in series]))
    candidates = np.unique(np.quantile(candidates, np.linspace(0, 1, 400), method="nearest"))

    def earned(threshold: float) -> float:
        return sum(
            tally(one.truth, np.flatnonzero(given[name] >= threshold).tolist(), profile).raw
            for name, one in series.items()
        )

    return float(max(candidates.tolist(), key=earned))


def strictly(series: Mapping[str, Series], rows: Mapping[str, Sequence[int]]) -> tuple[int, float]:
    """Return how many labels were detected, and the false episodes a brand and week."""
    heard, false, weeks = 0, 0, 0.0
    for name, one in series.items():
        labels_heard, last = set(), datetime.min  # noqa: DTZ901 - NAB's times have no zone
        for row in rows[name]:
            at = one.times[row]
            near = {label for label in one.labels if label - BEFORE <= at <= label + AFTER}
            labels_heard |= near
            counted = row >= one.truth.probation and at - last > STRICTLY_APART
            false += not near and counted
            last = at
        heard += len(labels_heard)
        weeks += (one.times[-1] - one.times[0]) / WEEK
    return heard, false / weeks


def _line(
    name: str, tweets: Mapping[str, Series], rows: Mapping[str, Mapping[str, Sequence[int]]]
) -> list[str]:
    """Return a row of the table; `rows` holds the detections by profile and series."""
    line = [name]
    for label, profile in PROFILES.items():
        found = rows[label]
        total = sum((tally(one.truth, found[n], profile) for n, one in tweets.items()), NOTHING)
        line.append(f"{total.normalised(profile):.1f}")
    standard = rows["standard"]
    total = sum(
        (tally(one.truth, standard[n], PROFILES["standard"]) for n, one in tweets.items()), NOTHING
    )
    heard, false = strictly(tweets, standard)
    labels = sum(len(one.labels) for one in tweets.values())
    return [
        *line,
        f"{total.hit}/{total.windows}",
        str(total.false),
        f"{heard}/{labels}",
        f"{false:.2f}",
    ]


def chosen_elsewhere(series: Mapping[str, Series]) -> float:
    """Return the promise that earns most on files that are not tweets (protocol A+K).

    A file whose clock was set back holds two values at a time, which `detect-csv` refuses: it is
    left out.
    """
    others = [one for name, one in series.items() if name.split("/")[0] in ELSEWHERE]
    even = [one for one in others if len(set(one.times)) == len(one.times)]

    def earned(promise: float) -> float:
        standard = PROFILES["standard"]
        return sum(tally(one.truth, alerts(one, promise), standard).raw for one in even)

    return max(PROMISES, key=earned)


def tables(data: Path) -> list[Table]:
    """Score every realTweets series of the archive and return the table."""
    with unpacked(data / "nab.tar.xz") as root:
        return [_table(root, load(root))]


def _table(root: Path, series: Mapping[str, Series]) -> Table:
    tweets = {name: one for name, one in series.items() if name.startswith(f"{GROUP}/")}
    elsewhere = chosen_elsewhere(series)
    rows = []
    for promise in PROMISES:
        found = {name: alerts(one, promise) for name, one in tweets.items()}
        default = " (default)" if promise == DetectionSettings().false_alarms_per_week else ""
        chosen = ", chosen by A+K" if promise == elsewhere else ""
        name = f"fengsui, {promise} a week{default}{chosen}"
        rows.append(_line(name, tweets, dict.fromkeys(PROFILES, found)))
    for detector in OTHERS:
        given = scores(root, detector, series)
        detections = {}
        for label, profile in PROFILES.items():
            bound = best_threshold(given, series, profile)
            detections[label] = {n: np.flatnonzero(given[n] >= bound).tolist() for n in tweets}
        rows.append(_line(detector, tweets, detections))
    columns = ("detector", *PROFILES, *("windows", "false points", "labels", "false a week"))
    notes = (
        f"The {len(tweets)} files at hand. Floor on all ten: 76 / 68 / 82 and 25 of 35 labels at "
        "0.5 false episodes a brand-week. Labels: heard from 30 minutes before to an hour after."
    )
    return Table("NAB realTweets", columns, rows, notes)


@contextmanager
def unpacked(archive: Path) -> Iterator[Path]:
    """Yield the folder of NAB that the archive holds."""
    with tempfile.TemporaryDirectory() as name, tarfile.open(archive) as packed:
        packed.extractall(name, filter="data")
        (labels,) = Path(name).rglob("labels/combined_windows.json")
        yield labels.parent.parent
