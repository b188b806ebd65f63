"""The detector: negative binomial counts against what is usual, beta-binomial shares."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import numpy as np

from alerts.detect.detector import Series
from alerts.detect.judgement import OPENING, Run, chance_a_week, judge, opening
from alerts.detect.settings import DetectionSettings
from alerts.detect.tails import Floats
from alerts.detect.ticks import HOUR, Scale, Ticks, lay_out, number_of
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


class NegativeBinomialDetector:
    """Counts that chance alone brings less often than the settings allow.

    Method: expected counts are an exponentially weighted level times a profile of the Beijing
    week, shrunk; tails are negative binomial with a dispersion by moments, after the idea of
    Farrington et al. (1996) and Noufaily et al. (2013), over 10 minutes, an hour and six hours.
    Negatives are also judged by their share in the volume, so that a lottery is no crisis.
    """

    name = "negative-binomial/1"

    def __init__(self, settings: DetectionSettings) -> None:
        self._settings = settings

    def score(self, series: Series, since: datetime) -> list[Signal]:
        """Return a signal for every unusual tick that ends after `since`, oldest first.

        A history of 21 days before each tick counts, and nothing after it.

        Raises:
            ValueError: the arrays of the series differ in length.
        """
        found = self._found(series, since)
        if found is None:
            return []
        ticks, runs = found
        bound = self._settings.false_alarms_per_week
        numbers = sorted(
            {
                run.first + int(place)
                for run in runs
                for place in np.flatnonzero((_chances(ticks, run) <= bound).any(axis=0))
            }
        )
        return [self._signal(series, ticks, runs, number) for number in numbers]

    def chance(self, series: Series) -> Floats:
        """Return for every tick how often a week's chance surprises as much; inf where quiet.

        Shape (ticks,). Ticks whose usual is hardly known are inf too.
        """
        chances = np.full(len(series.coverage), np.inf)
        found = self._found(series, series.start)
        if found is not None:
            ticks, runs = found
            begin = number_of(series)
            for run in runs:
                if not run.low_baseline:
                    values = _chances(ticks, run).min(axis=0)
                    place = slice(run.first - begin, run.first - begin + len(values))
                    chances[place] = np.minimum(chances[place], values)
        return chances

    def _found(self, series: Series, since: datetime) -> tuple[Ticks, list[Run]] | None:
        ended = (since - series.start) // series.step
        first = number_of(series) + max(0, ended)
        if first >= number_of(series) + len(series.coverage):
            return None
        ticks = lay_out(series, Scale.of(series.step), first, self._settings.min_coverage)
        return ticks, list(judge(ticks, first, self._settings))

    def _signal(self, series: Series, ticks: Ticks, runs: list[Run], number: int) -> Signal:
        here = [
            (run, number - run.first)
            for run in runs
            if 0 <= number - run.first < run.count.shape[1]
        ]
        chances = [float(_chances(ticks, run)[:, place].min()) for run, place in here]
        chance = min(chances)
        evidence = _evidence(ticks, here)
        bound = self._settings.false_alarms_per_week
        low = all(
            run.low_baseline for (run, _), own in zip(here, chances, strict=True) if own <= bound
        )
        rarity = self._settings.false_alarms_per_week / chance
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
