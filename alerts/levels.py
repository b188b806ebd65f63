"""The level policy: which rarity, size and kinds of evidence make blue, yellow, orange or red.

How the limit on false alarms is kept: besides the counts, only a hot list that names the brand
(alerts/evidence/hot_lists.py) opens an incident, and it keeps a limit of its own: these two limits
alone set how often one opens by chance. Evidence can lift a level by one, where it is unlikely
itself (`LIFT`, all of it combined, whatever depends on what). A chance incident of a level lasts
some 18 ticks, so at most 18 * LIFT = 2% of them are lifted by chance, and the level above has room
for a quarter of them (levels are 4, 13 and 52 times rarer than blue): a fiftieth of a level's
incidents adds at most a tenth to what the next level allows.
"""

from collections.abc import Sequence
from typing import Final

from records import Evidence, Level
from records.time import HOUR

# How many times rarer than a blue alarm each level is: a week, a month, a quarter, a year.
RARER: Final = {Level.RED: 52.0, Level.ORANGE: 13.0, Level.YELLOW: 4.0, Level.BLUE: 1.0}
KINDS_NEEDED: Final = {Level.RED: 3, Level.ORANGE: 2, Level.YELLOW: 1, Level.BLUE: 1}
# However rare, a handful is a handful: a level takes so many times the least count that alarms.
TIMES_LEAST: Final = {Level.ORANGE: 4.0, Level.YELLOW: 2.0}
# Red is kept for what a whole company must know of: so many negatives in the last hour, and so
# many times the baseline of an hour.
RED_COUNT: Final = 50.0
RED_TIMES: Final = 10.0
# Red by kinds of evidence, where the last hour clearly has more than the one before.
RED_KINDS: Final = 3
# All evidence besides the counts, combined, must be this unlikely to lift a level.
LIFT: Final = 1e-3


def level_of(rarity: float, kinds: int, ceiling: Level) -> Level:
    """Return the highest level up to `ceiling` that the surprise and the kinds of evidence carry.

    `rarity` is how many times rarer than a blue alarm it is, `kinds` how many kinds of evidence
    speak.
    """
    for level, rarer in RARER.items():
        if level <= ceiling and rarity >= rarer and kinds >= KINDS_NEEDED[level]:
            return level
    return Level.BLUE


def baseline_hour(evidence: Sequence[Evidence]) -> float:
    """Return the baseline of negative posts in an hour; 0 where the evidence does not say."""
    found = next((one for one in evidence if one.kind == "negative" and one.horizon), None)
    return found.expected * (HOUR / found.horizon) if found else 0.0


def least_count(level: Level, usual: float, min_count: float) -> float:
    """Return the least count of negatives that a level takes, however rare it is.

    `usual` is the baseline of an hour, `min_count` the least that alarms (DetectionSettings).
    """
    if level is Level.RED:
        return max(RED_COUNT, RED_TIMES * usual)
    return TIMES_LEAST.get(level, 1.0) * min_count
