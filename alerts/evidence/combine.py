"""Further evidence combined with that of the counts: what level it makes, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alerts.detection.scorer import OPENING, SUPPORT
from alerts.detection.settings import DetectionSettings
from alerts.evidence.channels import CHANNELS
from alerts.evidence.harm import level_of_harm
from alerts.evidence.p_values import cauchy
from alerts.levels import (
    KINDS_NEEDED,
    LIFT,
    RARER,
    RED_KINDS,
    baseline_hour,
    least_count,
)
from records import Evidence, Level, LevelReason, Signal


@dataclass(frozen=True, slots=True)
class Pace:
    """How a story goes: the negative count of the last hour, and whether it is clearly more.

    `harmed` is how many people tell that they came to harm, where that is unusual for the brand.
    """

    rate: float
    rises: bool
    harmed: int = 0


def combine_evidence(
    signal: Signal, further: Sequence[Evidence], pace: Pace, settings: DetectionSettings
) -> Signal:
    """Return `signal` with the `further` evidence, its level, and the reasons for it.

    The p-value is that of all evidence, combined by Cauchy's rule. The level is never below the
    counts' own, and at most one above it, unless people came to harm; what is hardly known stays
    yellow.
    """
    counted = {one.kind for one in signal.evidence}
    further = [one for one in further if one.kind not in counted]
    telling = [one for one in further if one.p_value <= SUPPORT]
    kinds = len(signal.evidence) + len(telling)
    level = signal.level
    if telling and _combined(further, CHANNELS) <= LIFT:
        above = Level(min(level + 1, Level.RED))
        if _carries(above, signal, kinds, pace, settings):
            level = above
    harm = level_of_harm(pace.harmed)
    level = max(level, min(harm, Level.YELLOW) if signal.low_baseline else harm)
    return replace(
        signal,
        level=level,
        evidence=(*signal.evidence, *further),
        p_value=_combined((*signal.evidence, *further), len(signal.evidence) + CHANNELS),
        reasons=tuple(_reasons(signal, level, telling, kinds, pace, settings)),
    )


def _combined(evidence: Sequence[Evidence], of: int) -> float:
    """Return one p-value of `of` channels, of which `evidence` came; unknown ones say nothing."""
    return cauchy([one.p_value for one in evidence if one.p_value < 1], of)


def _carries(
    level: Level, signal: Signal, kinds: int, pace: Pace, settings: DetectionSettings
) -> bool:
    """Say whether size and kinds allow `level`, by the detector's own bounds."""
    if level > Level.YELLOW and signal.low_baseline:
        return False
    count = max((one.observed for one in signal.evidence if one.kind in OPENING), default=0.0)
    if level is Level.RED:
        grows = kinds >= RED_KINDS and pace.rises
        return grows and pace.rate >= least_count(
            level, baseline_hour(signal.evidence), settings.min_count
        )
    return kinds >= KINDS_NEEDED[level] and count >= least_count(level, 0.0, settings.min_count)


def _reasons(
    signal: Signal,
    level: Level,
    telling: Sequence[Evidence],
    kinds: int,
    pace: Pace,
    settings: DetectionSettings,
) -> list[LevelReason]:
    rarity = LevelReason("rarity", RARER[signal.level] / settings.false_alarms_per_week)
    said = [rarity, LevelReason("evidence", float(kinds))]
    if level_of_harm(pace.harmed) > Level.BLUE:
        said.append(LevelReason("harm", float(pace.harmed)))
    elif level > signal.level:
        said.append(LevelReason("beside", 1.0, tuple(one.kind for one in telling)))
    if signal.low_baseline:
        said.append(LevelReason("low_baseline"))
    return said
