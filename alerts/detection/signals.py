"""From what stood out in the counts to signals: how rare it is, and how grave."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from alerts.detection.probability import Floats
from alerts.detection.scorer import OPENING, SUPPORT, ScoredTick, SuppressionReason, TickScorer
from alerts.detection.state import RollingState
from alerts.detection.ticks import EPOCH, HOUR
from alerts.levels import RED_COUNT, RED_TIMES, TIMES_LEAST, level_of
from records import Evidence, Level, Signal


@dataclass(frozen=True, slots=True)
class SignalBuilder:
    """Makes the signals of one detector from a state whose tick 0 begins `phase` after 1970."""

    name: str
    scorer: TickScorer
    phase: timedelta = timedelta(0)

    def signals(self, state: RollingState, column: int, brand: str, since: int) -> list[Signal]:
        """Return a signal for every unusual tick from number `since` on, oldest first."""
        bound = self.scorer.settings.false_alarms_per_week
        return [
            self._signal(brand, scored)
            for scored in state.scored_ticks[column]
            if scored.number >= since and scored.chance <= bound
        ]

    def least_tail(self) -> Floats:
        """Return how unlikely a count must be to alarm, shape (horizons,)."""
        bound = self.scorer.settings.false_alarms_per_week
        return np.minimum(bound / self.scorer.tests, SUPPORT)

    def end_of(self, number: int) -> datetime:
        """Return when a tick ends."""
        return EPOCH + self.phase + (number + 1) * self.scorer.scale.step

    def _signal(self, brand: str, scored: ScoredTick) -> Signal:
        evidence = self.evidence(scored)
        bound = self.scorer.settings.false_alarms_per_week
        low = bool(self.scorer.young(scored.age))
        return Signal(
            brand=brand,
            detector=self.name,
            at=self.end_of(scored.number),
            p_value=min(item.p_value for item in evidence),
            level=level_of(bound / scored.chance, len(evidence), self._ceiling(scored, low=low)),
            evidence=evidence,
            low_baseline=low,
        )

    def evidence(self, scored: ScoredTick) -> tuple[Evidence, ...]:
        """Return each kind of evidence at its most surprising horizon, the most telling first."""
        best: dict[str, Evidence] = {}
        for item in self.all_evidence(scored):
            kept = best.get(item.kind)
            if item.p_value <= SUPPORT and (kept is None or item.p_value < kept.p_value):
                best[item.kind] = item
        return tuple(sorted(best.values(), key=lambda item: item.p_value))

    def all_evidence(self, scored: ScoredTick) -> Iterator[Evidence]:
        """Yield everything that a tick was scored by, telling or not."""
        for at, horizon in enumerate(self.scorer.scale.horizons):
            span = horizon * self.scorer.scale.step
            for row, name in enumerate(self.scorer.channels):
                yield Evidence(
                    kind=name,
                    observed=float(scored.count[at, row]),
                    expected=float(scored.mean[at, row]),
                    horizon=span,
                    p_value=float(scored.tail[at, row]),
                    dispersion=float(scored.dispersion[at, row]),
                )
                if name == "negative" and scored.baseline_share.size:
                    yield Evidence(
                        kind="negative_share",
                        observed=float(scored.share[at, row]),
                        expected=float(scored.baseline_share[row]),
                        horizon=span,
                        p_value=float(scored.share_tail[at, row]),
                    )

    def _ceiling(self, scored: ScoredTick, *, low: bool) -> Level:
        """Return the highest level that the sheer size carries; the hardly known stays yellow."""
        rows = [self.scorer.channels.index(name) for name in self.scorer.opening]
        count = float(scored.count[:, rows].max())
        for level, times in reversed(TIMES_LEAST.items()):
            if count < times * self.scorer.settings.min_count:
                return Level(level - 1)
        if low:
            return Level.YELLOW
        return Level.RED if self._is_large(scored) else Level.ORANGE

    def _is_large(self, scored: ScoredTick) -> bool:
        """Whether the last hour is large both in itself and against the baseline hour."""
        rows = [row for row, name in enumerate(self.scorer.channels) if name in OPENING]
        hour = max(1, HOUR // self.scorer.scale.step)
        if hour not in self.scorer.scale.horizons or not rows:
            return False
        at = self.scorer.scale.horizons.index(hour)
        count, mean = scored.count[at, rows], scored.mean[at, rows]
        unread = (scored.suppressed[at, rows] & SuppressionReason.UNREAD) != 0
        return bool((~unread & (count >= np.maximum(RED_COUNT, RED_TIMES * mean))).any())
