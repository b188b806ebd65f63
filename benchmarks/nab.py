"""`detect-csv` on the realTweets series of NAB, with the default settings.

    python -m benchmarks.nab ../shared/data/nab.tar.xz

A labelled window is hit when an alert lies in it. This is a plain count, not NAB's own score.
"""

import csv
import io
import json
import sys
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from fengsui.detect_csv import detect_csv
from fengsui.settings import Settings

SERIES = "data/realTweets/"
WEEK = 7 * 86_400


class Hits(NamedTuple):
    """Windows, those that were hit, alerts outside of windows, and the length in weeks."""

    windows: int
    hit: int
    outside: int
    weeks: float


def hits(path: Path, windows: list[tuple[datetime, datetime]]) -> Hits:
    """Judge one series and hold its alerts against its windows."""
    out = io.StringIO()
    report = detect_csv(path, out, Settings().detection)
    rows = csv.DictReader(io.StringIO(out.getvalue()))
    alerts = [datetime.fromisoformat(row["timestamp"]) for row in rows if row["alert"] == "1"]
    hit = sum(any(begin <= at <= end for at in alerts) for begin, end in windows)
    outside = sum(not any(begin <= at <= end for begin, end in windows) for at in alerts)
    return Hits(len(windows), hit, outside, report.rows * report.step_seconds / WEEK)


def run(archive: Path) -> dict[str, Hits]:
    """Judge every realTweets series in the archive."""
    found: dict[str, Hits] = {}
    with tempfile.TemporaryDirectory() as name, tarfile.open(archive) as packed:
        packed.extractall(name, filter="data")
        (labels,) = Path(name).rglob("labels/combined_windows.json")
        spans = json.loads(labels.read_text())
        for path in sorted(Path(name).rglob(f"{SERIES}*.csv")):
            windows = [
                (datetime.fromisoformat(begin), datetime.fromisoformat(end))
                for begin, end in spans[f"realTweets/{path.name}"]
            ]
            found[path.stem] = hits(path, windows)
    return found


def main() -> None:
    """Print the hits of each series in the archive that the argument names."""
    table = Table("series", "windows", "hit", "alerts outside", "a week")
    for name, got in run(Path(sys.argv[1])).items():
        a_week = f"{got.outside / got.weeks:.2f}"
        table.add_row(name, str(got.windows), str(got.hit), str(got.outside), a_week)
    Console().print(table)


if __name__ == "__main__":
    main()
