"""From what stood out on a board to signals: how rare it is for the brand, and how grave."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from alerts.detection.burst_history import Numbers, Surprises, chances, decades_for, memory_of
from alerts.detection.probability import SMALLEST, Floats
from alerts.detection.scorer import OPENING, SUPPORT, Judge, Look, Refusal
from alerts.detection.state import Board
from alerts.detection.ticks import EPOCH, HOUR, WEEK
from alerts.levels import RED_COUNT, RED_TIMES, TIMES_LEAST, level_of
from records import Evidence, Level, Signal


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the signals of one detector off a board whose tick 0 begins `phase` after 1970."""

    name: str
    judge: Judge
    phase: timedelta = timedelta(0)

    def signals(self, board: Board, brand: int, called: str, since: int) -> list[Signal]:
        """Return a signal for every unusual tick from number `since` on, oldest first."""
        bound = self.judge.settings.false_alarms_per_week
        looks = board.looks[brand]
        asked = [one for one in looks if one.number >= since and one.chance <= bound]
        if not asked:
            return []
        rates = self.rates(board, brand, asked)
        return [
            self._signal(called, look, rate)
            for look, rate in zip(asked, rates.tolist(), strict=True)
            if rate <= bound
        ]

    def surprises(self, board: Board, brand: int) -> tuple[Numbers, Floats]:
        """Return the ticks that surprised of one brand, and how often a week it brings as much."""
        looks = [one for one in board.looks[brand] if not self.judge.young(one.age)]
        numbers = np.array([look.number for look in looks], dtype=np.int64)
        return numbers, self.rates(board, brand, looks)

    def rates(self, board: Board, brand: int, asked: list[Look]) -> Floats:
        """Return how often a week the brand brings as much as each look, shape (asked,)."""
        found = np.full(len(asked), np.inf)
        if not asked:
            return found
        weeks = np.array([self._weeks(board, brand, look.number) for look in asked])
        remembered = self._remembered(board, brand)
        for place in range(len(self.judge.scale.horizons)):
            here = np.flatnonzero([look.over(place) <= self.judge.limit for look in asked])
            past = _remembered_surprises(remembered, place)
            rates = chances(
                _surprises([asked[i] for i in here], place), past, weeks[here], board.scale.step
            )
            found[here] = np.minimum(found[here], rates)
        return found

    def least_tail(self, board: Board, brand: int, number: int) -> Floats:
        """Return how unlikely a count must be to alarm at a tick, shape (horizons,)."""
        bound = self.judge.settings.false_alarms_per_week
        weeks = self._weeks(board, brand, number)
        remembered = self._remembered(board, brand)
        decades = []
        for place in range(len(self.judge.scale.horizons)):
            past = _remembered_surprises(remembered, place)
            decades.append(decades_for(bound, number, past, weeks, board.scale.step))
        tail: Floats = np.minimum(10.0 ** -np.array(decades) / self.judge.tests, SUPPORT)
        return tail

    def _weeks(self, board: Board, brand: int, number: int) -> float:
        """Return how many weeks of the memory of a tick were really observed."""
        step, block = board.scale.step, board.scale.block
        ticks = board.observed(brand, memory_of(number, step) // block, number // block)
        return ticks * (step / WEEK)

    def end_of(self, number: int) -> datetime:
        """Return when a tick ends."""
        return EPOCH + self.phase + (number + 1) * self.judge.scale.step

    def _remembered(self, board: Board, brand: int) -> list[Look]:
        young = self.judge.young
        return [one for one in board.looks[brand] if one.chance <= 1.0 and not young(one.age)]

    def _signal(self, called: str, look: Look, rate: float) -> Signal:
        evidence = self.evidence(look)
        bound = self.judge.settings.false_alarms_per_week
        low = bool(self.judge.young(look.age))
        return Signal(
            brand=called,
            detector=self.name,
            at=self.end_of(look.number),
            p_value=min(item.p_value for item in evidence),
            level=level_of(bound / rate, len(evidence), self._ceiling(look, low=low)),
            evidence=evidence,
            low_baseline=low,
        )

    def evidence(self, look: Look) -> tuple[Evidence, ...]:
        """Return each kind of evidence at its most surprising horizon, the most telling first."""
        best: dict[str, Evidence] = {}
        for item in self.looked_at(look):
            kept = best.get(item.kind)
            if item.p_value <= SUPPORT and (kept is None or item.p_value < kept.p_value):
                best[item.kind] = item
        return tuple(sorted(best.values(), key=lambda item: item.p_value))

    def looked_at(self, look: Look) -> Iterator[Evidence]:
        """Yield everything that a tick was judged by, telling or not."""
        for at, horizon in enumerate(self.judge.scale.horizons):
            span = horizon * self.judge.scale.step
            for row, name in enumerate(self.judge.channels):
                yield Evidence(
                    kind=name,
                    observed=float(look.count[at, row]),
                    expected=float(look.mean[at, row]),
                    horizon=span,
                    p_value=float(look.tail[at, row]),
                )
                if name == "negative" and look.usual_share.size:
                    yield Evidence(
                        kind="negative_share",
                        observed=float(look.share[at, row]),
                        expected=float(look.usual_share[row]),
                        horizon=span,
                        p_value=float(look.share_tail[at, row]),
                    )

    def _ceiling(self, look: Look, *, low: bool) -> Level:
        """Return the highest level that the sheer size carries; the hardly known stays yellow."""
        rows = [self.judge.channels.index(name) for name in self.judge.opening]
        voices = float(look.count[:, rows].max())
        for level, times in reversed(TIMES_LEAST.items()):
            if voices < times * self.judge.settings.min_count:
                return Level(level - 1)
        if low:
            return Level.YELLOW
        return Level.RED if self._is_large(look) else Level.ORANGE

    def _is_large(self, look: Look) -> bool:
        """Whether the last hour is large both in itself and beside the usual hour."""
        rows = [row for row, name in enumerate(self.judge.channels) if name in OPENING]
        hour = max(1, HOUR // self.judge.scale.step)
        if hour not in self.judge.scale.horizons or not rows:
            return False
        at = self.judge.scale.horizons.index(hour)
        count, mean = look.count[at, rows], look.mean[at, rows]
        unread = (look.refused[at, rows] & Refusal.UNREAD) != 0
        return bool((~unread & (count >= np.maximum(RED_COUNT, RED_TIMES * mean))).any())


def _surprises(looks: list[Look], place: int) -> Surprises:
    """Return how looks surprise over the horizon at `place`."""
    chances = np.array([look.over(place) for look in looks], dtype=np.float64)
    return Surprises(
        np.array([look.number for look in looks], dtype=np.int64),
        -np.log10(np.maximum(chances, SMALLEST)),
    )


def _remembered_surprises(looks: list[Look], place: int) -> Surprises:
    """Return those of `looks` that surprise at least as chance does once a week."""
    return _surprises([look for look in looks if look.over(place) <= 1.0], place)
