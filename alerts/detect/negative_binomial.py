"""The detector: negative binomial counts against what is usual, beta-binomial shares."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from alerts.detect.days import DAY, day_bounds, day_digests
from alerts.detect.detector import Series
from alerts.detect.judgement import OPENING, Run, chance_a_week, judge, opening
from alerts.detect.novelty import Surprises, chances, memory_of, remembered_to
from alerts.detect.settings import DetectionSettings
from alerts.detect.tails import SMALLEST, Floats
from alerts.detect.ticks import HOUR, WEEK, Scale, Ticks, lay_out, number_of
from records import Evidence, Level, Signal

# How many times rarer than a blue alarm each level is: a week, a month, a quarter, a year.
RARER: Final = {Level.RED: 52.0, Level.ORANGE: 13.0, Level.YELLOW: 4.0, Level.BLUE: 1.0}
KINDS_NEEDED: Final = {Level.RED: 3, Level.ORANGE: 2, Level.YELLOW: 1, Level.BLUE: 1}
# However rare, a handful is a handful: a level takes so many times the least count that alarms.
TIMES_LEAST: Final = {Level.ORANGE: 4.0, Level.YELLOW: 2.0}
# Red is kept for what a whole company must know of: so many negatives in the last hour, and so
# many times the usual hour.
RED_COUNT: Final = 50.0
RED_TIMES: Final = 10.0
# What counts as evidence, in the opening surprise and beside it, must be this unlikely.
SUPPORT: Final = 1e-3
# Brands whose past days are remembered at once.
BRANDS_KEPT: Final = 2_000


class NegativeBinomialDetector:
    """Counts that chance alone brings less often than the settings allow.

    Method: expected counts are an exponentially weighted level times a profile of the Beijing
    week, shrunk; tails are negative binomial with a dispersion by moments, after the idea of
    Farrington et al. (1996) and Noufaily et al. (2013), over 10 minutes, an hour and six hours.
    Negatives are also judged by their share in the volume, so that a lottery is no crisis. What
    the model finds rare is held against the brand's own bursts (alerts/detect/novelty.py).

    Past days are judged once and remembered by a digest of the counts that they rest on: the
    answer depends on the counts alone. Not for several threads at once.
    """

    name = "negative-binomial/2"

    def __init__(self, settings: DetectionSettings) -> None:
        self._settings = settings
        self._days: OrderedDict[str, dict[int, tuple[bytes, Surprises]]] = OrderedDict()

    def score(self, series: Series, since: datetime) -> list[Signal]:
        """Return a signal for every unusual tick that ends after `since`, oldest first.

        The seven weeks before a tick count (three of usual counts, and four in which bursts are
        remembered), and nothing after it.

        Raises:
            ValueError: the arrays of the series differ in length.
        """
        found = self._found(series, since)
        if found is None:
            return []
        ticks, runs = found
        asked = _surprises(ticks, runs, self._settings.false_alarms_per_week)
        if not len(asked.numbers):
            return []  # the model's own chance is a lower bound: the dear part is left out
        rates = self._rates(series, asked)
        return [
            self._signal(series, ticks, runs, int(number), float(rate))
            for number, rate in zip(asked.numbers, rates, strict=True)
            if rate <= self._settings.false_alarms_per_week
        ]

    def surprises(self, series: Series) -> tuple[Surprises, Floats]:
        """Return what surprises in a series, and how often a week the brand brings as much.

        The first day, whose usual is hardly known, is silent.
        """
        end = number_of(series) + len(series.coverage)
        past = self._past(series, number_of(series), end)
        return past, self._rates(series, past)

    def _rates(self, series: Series, asked: Surprises) -> Floats:
        """Return how often a week the brand brings as much, shape (asked,)."""
        if not len(asked.numbers):
            return np.zeros(0)
        begin = memory_of(int(asked.numbers[0]), series.step)
        known = np.concatenate(([0], np.cumsum(series.coverage >= self._settings.min_coverage)))
        first, last = number_of(series), len(series.coverage)
        until = np.clip(asked.numbers - first, 0, last)
        since = [memory_of(int(number), series.step) - first for number in asked.numbers]
        observed = known[until] - known[np.clip(since, 0, last)]
        weeks = observed * (series.step / WEEK)
        past = self._past(series, begin, remembered_to(int(asked.numbers[-1]), series.step))
        return chances(asked, past, weeks, series.step)

    def _past(self, series: Series, since: int, until: int) -> Surprises:
        """Return what surprised on the days from tick `since` to before tick `until`."""
        days = self._days.pop(series.brand, {})
        self._days[series.brand] = kept = {}
        while len(self._days) > BRANDS_KEPT:
            self._days.popitem(last=False)
        parts = []
        for day, digest in day_digests(series, since, until, _history_days(series.step)).items():
            known = days.get(day)
            if known is None or known[0] != digest:
                known = (digest, self._surprises_of(series, day))
            kept[day] = known
            parts.append(known[1])
        return Surprises.joined(parts)

    def _surprises_of(self, series: Series, day: int) -> Surprises:
        since, until = day_bounds(day, series.step)
        begin = number_of(series)
        upto = replace(
            series,
            counts={name: values[: until - begin] for name, values in series.counts.items()},
            coverage=series.coverage[: until - begin],
        )
        found = self._found(upto, series.start + max(0, since - begin) * series.step)
        if found is None:
            return Surprises.joined([])
        ticks, runs = found
        return _surprises(ticks, [run for run in runs if not run.low_baseline], 1.0)

    def _found(self, series: Series, since: datetime) -> tuple[Ticks, list[Run]] | None:
        ended = (since - series.start) // series.step
        first = number_of(series) + max(0, ended)
        if first >= number_of(series) + len(series.coverage):
            return None
        ticks = lay_out(series, Scale.of(series.step), first, self._settings.min_coverage)
        return ticks, list(judge(ticks, first, self._settings))

    def _signal(
        self, series: Series, ticks: Ticks, runs: list[Run], number: int, rate: float
    ) -> Signal:
        here = [
            (run, number - run.first)
            for run in runs
            if 0 <= number - run.first < run.count.shape[1]
        ]
        models = [float(_chances(ticks, run)[:, place].min()) for run, place in here]
        evidence = _evidence(ticks, here)
        bound = self._settings.false_alarms_per_week
        low = all(
            run.low_baseline for (run, _), own in zip(here, models, strict=True) if own <= bound
        )
        rarity = self._settings.false_alarms_per_week / rate
        return Signal(
            brand=series.brand,
            detector=self.name,
            at=series.start + (number - number_of(series) + 1) * series.step,
            p_value=min(item.p_value for item in evidence),
            level=_level(rarity, evidence, self._ceiling(ticks, here, low=low)),
            evidence=evidence,
            low_baseline=low,
        )

    def _ceiling(self, ticks: Ticks, here: list[tuple[Run, int]], *, low: bool) -> Level:
        """Return the highest level that the sheer size carries; the hardly known stays yellow."""
        rows = [ticks.channels.index(name) for name in opening(ticks.channels)]
        voices = max(float(run.count[rows, place].max()) for run, place in here)
        for level, times in reversed(TIMES_LEAST.items()):
            if voices < times * self._settings.min_count:
                return Level(level - 1)
        if low:
            return Level.YELLOW
        return Level.RED if _large(ticks, here) else Level.ORANGE


def _history_days(step: timedelta) -> int:
    """Return how many days a day's judgement rests on, itself included."""
    scale = Scale.of(step)
    return (
        -(-(scale.lookback + 1) * scale.block * step // DAY) + max(scale.horizons) * step // DAY + 2
    )


def _surprises(ticks: Ticks, runs: list[Run], bound: float) -> Surprises:
    """Return the ticks that the model alone expects at most `bound` times a week."""
    least: dict[int, float] = {}
    for run in runs:
        chance = _chances(ticks, run).min(axis=0)
        for place in np.flatnonzero(chance <= bound).tolist():
            number = run.first + place
            least[number] = min(float(chance[place]), least.get(number, np.inf))
    numbers = sorted(least)
    decades = -np.log10(np.maximum([least[number] for number in numbers], SMALLEST))
    return Surprises(np.array(numbers, dtype=np.int64), np.asarray(decades, dtype=np.float64))


def _chances(ticks: Ticks, run: Run) -> Floats:
    """Return the weekly chance, shape (channels, run), inf where a channel may not open."""
    opens = [name in opening(ticks.channels) for name in ticks.channels]
    allowed = run.alarming & np.array(opens)[:, None] & (run.tail <= SUPPORT)
    return np.where(allowed, chance_a_week(run.tail, run.horizon, ticks), np.inf)


def _evidence(ticks: Ticks, here: list[tuple[Run, int]]) -> tuple[Evidence, ...]:
    """Return each kind of evidence at its most surprising horizon, the most telling kind first."""
    best: dict[str, Evidence] = {}
    for item in (item for run, place in here for item in _looks(ticks, run, place)):
        if item.p_value <= SUPPORT and (
            item.kind not in best or item.p_value < best[item.kind].p_value
        ):
            best[item.kind] = item
    return tuple(sorted(best.values(), key=lambda item: item.p_value))


def _looks(ticks: Ticks, run: Run, place: int) -> Iterator[Evidence]:
    span = run.horizon * ticks.scale.step
    for row, name in enumerate(ticks.channels):
        yield Evidence(
            kind=name,
            observed=float(run.count[row, place]),
            expected=float(run.mean[row, place]),
            horizon=span,
            p_value=float(run.tail[row, place]),
        )
        if name == "negative" and run.usual_share.size:
            yield Evidence(
                kind="negative_share",
                observed=float(run.share[row, place]),
                expected=float(run.usual_share[row]),
                horizon=span,
                p_value=float(run.share_tail[row, place]),
            )


def _large(ticks: Ticks, here: list[tuple[Run, int]]) -> bool:
    """Whether the last hour is large both in itself and beside the usual hour."""
    rows = [row for row, name in enumerate(ticks.channels) if name in OPENING]
    hour = max(1, HOUR // ticks.scale.step)
    return any(
        run.count[row, place] >= max(RED_COUNT, RED_TIMES * run.mean[row, place])
        for run, place in here
        if run.horizon == hour
        for row in rows
    )


def _level(rarity: float, evidence: tuple[Evidence, ...], ceiling: Level) -> Level:
    """Return the highest level up to `ceiling` that the surprise and the kinds of evidence carry.

    `rarity` is how many times rarer than a blue alarm it is.
    """
    for level, rarer in RARER.items():
        if level <= ceiling and rarity >= rarer and len(evidence) >= KINDS_NEEDED[level]:
            return level
    return Level.BLUE
