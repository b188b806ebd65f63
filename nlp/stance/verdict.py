"""What a rule says, and how it moves a score."""

import math
from dataclasses import dataclass
from typing import Final

from nlp.sentiment.model import LABELS, Score

_LEAST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's word: the class is `label`, with at least the probability `least`."""

    label: str
    least: float
    reason: str


@dataclass(frozen=True, slots=True)
class Stance:
    """The sentiment towards a brand; `reason` names the rule that spoke, "" where none did."""

    score: Score
    reason: str = ""


def raised(score: Score, verdict: Verdict) -> Score:
    """Return `score` with the verdict's class at its least probability or above.

    The other two keep their ratio.
    """
    at = LABELS.index(verdict.label)
    if score[at] >= verdict.least:
        return score
    rest = 1 - score[at]
    return Score(
        *(
            verdict.least if place == at else value * (1 - verdict.least) / rest
            for place, value in enumerate(score)
        )
    )


def shifted(score: Score, odds: float) -> Score:
    """Return `score` with `odds` added to the log odds of positive against negative."""
    logs = [math.log(max(value, _LEAST)) for value in score]
    powers = [
        math.exp(logs[0] - odds / 2 - max(logs)),
        math.exp(logs[1] - abs(odds) / 8 - max(logs)),
        math.exp(logs[2] + odds / 2 - max(logs)),
    ]
    return Score(*(power / sum(powers) for power in powers))


def blend(one: Score, other: Score) -> Score:
    """Return the normalised geometric mean of two scores."""
    roots = [math.sqrt(max(a, _LEAST) * max(b, _LEAST)) for a, b in zip(one, other, strict=True)]
    return Score(*(root / sum(roots) for root in roots))
