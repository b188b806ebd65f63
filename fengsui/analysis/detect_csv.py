"""Any even series of numbers scored: a CSV file in, the same rows with a score out."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final, TextIO

import numpy as np
import numpy.typing as npt

from alerts.detection.bands import baseline_bands
from alerts.detection.fading import deviations, records, threshold
from alerts.detection.probability import Floats
from alerts.detection.series import Series
from alerts.detection.settings import DetectionSettings
from fengsui.chart.band import Banded, band_chart
from records.time import DAY, HOUR

# A time without a zone is Beijing time, as everywhere that people read one here.
NAIVE_ZONE: Final = timezone(timedelta(hours=8))
COLUMNS: Final = ("timestamp", "value")
# More ticks than this between the first and the last row means a broken time, not a gap.
MOST_TICKS: Final = 5_000_000

Places = npt.NDArray[np.int64]

# Alarms with at most an hour between them are one burst.
GAP: Final = HOUR
# The first day tells whether these are counts; of a coarse step, so many ticks do.
FIRST_TICKS: Final = 14
# A day without scatter is taken to be so many units high.
FLAT_UNITS: Final = 20.0

# A row may lie off its step by this share of a step.
JITTER: Final = 0.25


class CsvError(Exception):
    """The file is no even series of numbers; the message names the row (the header is row 1)."""


@dataclass(frozen=True, slots=True)
class CsvReport:
    """How many rows were scored, how many carry an alert, and the seconds from row to row.

    `since` and `until` are the first and the last time, `alerted` those of the rows with an alert.
    """

    rows: int
    alerts: int
    step_seconds: int
    since: datetime
    until: datetime
    alerted: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    where: str
    timestamp: str
    value: str
    at: datetime
    count: float


def detect_csv(
    path: Path, out: TextIO, settings: DetectionSettings, plot: Path | None = None
) -> CsvReport:
    """Score the file's `timestamp,value` rows and write each with its score and alert to `out`.

    Rows go out in the order and the spelling of the file. `score` in [0, 1) grows with surprise:
    0 is nothing to speak of, 0.5 is what the settings allow as often, if nothing in the day before
    surprised as much; what did not exceed the last day scores half. `alert` is 1 on the row where
    an alarm begins. Nothing looks ahead; the first day of a file stays silent, since its baseline
    is not known yet. `plot` is where to draw values, expectation and alarms, as a PNG.

    What stands out is unusually high or low (`alerts.detection.fading`); of counts, fewer than
    `min_count` never do. Numbers that are no counts (the first day has fractions or negative ones)
    are drawn over the scale of that day.

    The step is the commonest distance between rows and a missing row is unknown, not zero. Times
    need no order; a row that repeats a time must repeat its value, and shares its score. A time
    without a zone is Beijing time.

    Raises:
        CsvError: the file cannot be read, or a row is no time with a number.
    """
    rows = list(_read(path))
    read = _series(rows, path)
    laid = as_counts(read)
    series = laid.series
    values = np.where(read.coverage > 0, read.counts["volume"], np.nan)
    scores, alerts = _judged(laid, values, settings)
    if plot is not None:
        band_chart(_banded(path.name, laid, tuple(sorted(alerts)), settings), plot)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, "score", "alert"])
    raised: list[datetime] = []
    for row in rows:
        place = _place(row.at, series.start, series.step)
        alert = place in alerts
        alerts.discard(place)
        if alert:
            raised.append(row.at)
        writer.writerow([row.timestamp, row.value, f"{scores[place]:.6f}", int(alert)])
    times = sorted(row.at for row in rows)
    step = int(series.step.total_seconds())
    return CsvReport(len(rows), len(raised), step, times[0], times[-1], tuple(sorted(raised)))


def _read(path: Path) -> Iterator[_Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from _rows(csv.reader(stream), path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CsvError(f"{path} cannot be read: {error}") from None


def _rows(lines: Iterator[list[str]], path: Path) -> Iterator[_Row]:
    header = [name.strip().lower() for name in next(lines, [])]
    if any(name not in header for name in COLUMNS):
        raise CsvError(f"{path}, row 1: the columns timestamp and value are needed, not {header}")
    time, value = (header.index(name) for name in COLUMNS)
    for number, line in enumerate(lines, 2):
        if not line:
            continue
        if len(line) <= max(time, value):
            raise CsvError(f"{path}, row {number}: {len(line)} fields of {len(header)}")
        where = f"{path}, row {number}"
        at, count = _time(line[time], where), _count(line[value], where)
        yield _Row(where, line[time], line[value], at, count)


def _time(text: str, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=NAIVE_ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CsvError(f"{where}: no time: {text[:40]!r}") from None


def _count(text: str, where: str) -> float:
    try:
        count = float(text)
    except ValueError:
        raise CsvError(f"{where}: no number: {text[:40]!r}") from None
    if not math.isfinite(count):
        raise CsvError(f"{where}: no finite number: {text[:40]!r}")
    return count


def _series(rows: list[_Row], path: Path) -> Series:
    times = sorted({row.at for row in rows})
    if len(times) < 2:
        raise CsvError(f"{path}: two rows with different times are needed to know the step")
    step = _step(times)
    ticks = _place(times[-1], times[0], step) + 1
    if ticks > MOST_TICKS:
        raise CsvError(f"{path}: {times[0]} to {times[-1]} is too many steps of {step}")
    values = np.full(ticks, np.nan)
    for row in rows:
        place = _place(row.at, times[0], step)
        if abs(row.at - times[0] - place * step) > JITTER * step:
            raise CsvError(f"{row.where}: not on a step of {step} from {times[0]}")
        if not (np.isnan(values[place]) or values[place] == row.count):
            raise CsvError(f"{row.where}: another value stands at this time already")
        values[place] = row.count
    coverage = np.isfinite(values).astype(np.float64)
    return Series("csv", times[0], step, {"volume": np.nan_to_num(values)}, coverage)


@dataclass(frozen=True, slots=True)
class Laid:
    """A series like counts; `low` plus `unit` times its numbers are those of the file."""

    series: Series
    low: float = 0.0
    unit: float = 1.0

    @property
    def is_scaled(self) -> bool:
        """Whether the numbers of the file are no counts."""
        return (self.low, self.unit) != (0.0, 1.0)


def as_counts(series: Series) -> Laid:
    """Return the series as something like counts, by the scale of its first day alone."""
    values, read = series.counts["volume"], series.coverage > 0
    first = max(DAY // series.step, FIRST_TICKS)
    seen = values[:first][read[:first]]
    if not ((seen < 0) | (seen != np.floor(seen))).any():
        return Laid(series)
    low, mean, scatter = float(seen.min()), float(seen.mean()), float(seen.var())
    # Counts scatter by their mean: that gives the unit; of a flat day its size does.
    unit = scatter / (mean - low) if scatter > 0 else max(abs(mean), 1.0) / FLAT_UNITS
    counts = np.where(read, np.maximum((values - low) / unit, 0.0), 0.0)
    return Laid(replace(series, counts={"volume": counts}), low, unit)


def _banded(title: str, laid: Laid, alarms: tuple[int, ...], settings: DetectionSettings) -> Banded:
    series = laid.series
    bands = baseline_bands(series, series.start, settings)
    values = np.where(series.coverage > 0, series.counts["volume"], np.nan)
    values, mean, upper = (
        laid.low + laid.unit * each for each in (values, bands.mean[0], bands.upper[0])
    )
    return Banded(title, series.start, series.step, values, mean, upper, alarms)


def _step(times: list[datetime]) -> timedelta:
    """Return the commonest distance between `times` (sorted, distinct), a second at least."""
    gaps = np.diff([time.timestamp() for time in times])
    lengths, often = np.unique(np.round(gaps), return_counts=True)
    return timedelta(seconds=max(1.0, float(lengths[often.argmax()])))


def _place(at: datetime, start: datetime, step: timedelta) -> int:
    return round((at - start) / step)


def _judged(laid: Laid, values: Floats, settings: DetectionSettings) -> tuple[Floats, set[int]]:
    """Return the score of every tick, and the places of those on which an alarm begins.

    An alarm begins once a burst, on a tick that exceeds everything of the day before it.
    """
    step, least = laid.series.step, threshold(settings.false_alarms_per_week)
    found = deviations(values, step)
    if not laid.is_scaled:  # fewer mentions are few, however unusual
        found = np.where(values >= settings.min_count, found, 0.0)
    is_record = records(found, step)
    # What was greater a few hours ago is no news: it stays below 0.5, the level of an alarm.
    surprise = 0.5 + np.arctan(np.log(np.maximum(found, 1e-9) / least)) / np.pi
    scores = np.where(found > 0, surprise * np.where(is_record, 1.0, 0.5), 0.0)
    return scores, _beginnings(np.flatnonzero((found >= least) & is_record), GAP // step)


def _beginnings(alarming: Places, gap: int) -> set[int]:
    """Return the first of the `alarming` places of each burst; `gap` ticks of quiet part two."""
    return set(alarming[np.diff(alarming, prepend=-gap - 2) > gap].tolist())
