"""An incident explained tick by tick: the evidence, the threshold, what would have had to differ.

Score the counts again as they stand in the store now; late posts are among them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from alerts.detection.negative_binomial import HISTORY, panel_of
from alerts.detection.probability import least_rare_count
from alerts.detection.scorer import ScoredTick, SuppressionReason
from alerts.detection.signals import SignalBuilder
from alerts.detection.ticks import EPOCH
from fengsui.counts.detector_cache import series_of
from fengsui.services import Services
from records import Incident, LevelChange, Signal, Window

# Shown before the first alarm, so that one sees it coming.
BEFORE: Final = timedelta(hours=1)
MOST_TICKS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of a tick at its most surprising horizon.

    `observed` is what was counted over `horizon`, `expected` the mean, `needed` the least count
    that would have alarmed. `a_week` is how often a week the model alone expects as much. `missing`
    says what else stood against an alarm, none where the channel alarms.
    """

    kind: str
    horizon: timedelta
    observed: float
    expected: float
    needed: float
    a_week: float
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A tick: its end, its signal if it gave one, its channels, and the level that was taken.

    `coverage` is how much of it was read.
    """

    at: datetime
    coverage: float
    signal: Signal | None
    channels: tuple[Channel, ...]
    change: LevelChange | None


def explain(services: Services, incident: Incident) -> Iterator[Explained]:
    """Yield the ticks of an incident about a brand, from an hour before it opened on.

    The last tick is the one that was scored last; a very long incident yields only its beginning.
    """
    step = services.tick
    until = min(
        incident.recovered_at or incident.updated_at, incident.opened_at + MOST_TICKS * step
    )
    window = Window(incident.opened_at - BEFORE - HISTORY, until)
    series = series_of(services.store, services.ledger, incident.brand, window, step)
    first = (incident.opened_at - BEFORE - EPOCH) // step
    panel = panel_of([series])
    split = max(0, first - panel.number)
    state, builder = services.detector.state(panel, panel.number)
    lead = panel.number - state.first
    if lead:
        state.append(np.zeros((lead, *panel.counts.shape[1:])), np.zeros((lead, 1)))
    state.append(panel.counts[:split], panel.coverage[:split])
    state.everything = []
    state.append(panel.counts[split:], panel.coverage[split:])
    signals = {s.at: s for s in builder.signals(state, 0, incident.brand, first)}
    changes = {change.at: change for change in incident.history}
    for scored in state.everything:
        at = builder.end_of(scored.number)
        channels = tuple(_channels(builder, scored))
        coverage = float(series.coverage[scored.number - panel.number])
        yield Explained(at, coverage, signals.get(at), channels, changes.get(at))


def _channels(builder: SignalBuilder, scored: ScoredTick) -> Iterator[Channel]:
    scorer = builder.scorer
    tails = builder.least_tail()
    for name in scorer.opening:
        row = scorer.channels.index(name)
        # What alarms, or else what comes nearest to it.
        order = [
            (int(scored.suppressed[at, row]) != 0, scored.chances[at, row], at)
            for at in range(len(scorer.scale.horizons))
        ]
        at = min(order)[2]
        mean, scatter = scored.mean[at, row], scored.dispersion[at, row]
        rare = float(least_rare_count(np.array(mean), np.array(scatter), float(tails[at])))
        excess = float(scorer.least_excess(np.array(mean), scored.age, at))
        needed = max(rare, np.ceil(mean + excess), scorer.settings.min_count)
        yield Channel(
            kind=name,
            horizon=scorer.scale.horizons[at] * scorer.scale.step,
            observed=float(scored.count[at, row]),
            expected=float(mean),
            needed=float(needed),
            a_week=float(scored.chances[at, row]),
            missing=missing(scored, at, row, float(needed)),
        )


def missing(scored: ScoredTick, at: int, row: int, needed: float) -> tuple[str, ...]:
    """Return the names of what stood against an alarm: of SuppressionReason, or `rarity`."""
    suppressed = SuppressionReason(int(scored.suppressed[at, row]))
    counted = SuppressionReason.FEW | SuppressionReason.EXCESS | SuppressionReason.CHANCE
    names = [flag.name.lower() for flag in suppressed & ~counted if flag.name]
    return (*(["rarity"] if scored.count[at, row] < needed else []), *names)
