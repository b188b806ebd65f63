"""NAB's scoring, from its published formula.

Lavin and Ahmad, "Evaluating Real-Time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark"
(ICMLA 2015, doi:10.1109/ICMLA.2015.141), as version 1.1 of the benchmark computes it: the first
detection in a window earns by how early it is, each detection outside costs, a missed window costs
1, and the first 15% of a file (750 rows at most) do not count.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PROBATION_SHARE: Final = 0.15
PROBATION_ROWS: Final = 750


class Profile(NamedTuple):
    """What a false detection and a missed window cost; a true one earns 1 at best."""

    false_positive: float
    false_negative: float


PROFILES: Final = {
    "standard": Profile(0.11, 1.0),
    "low FP": Profile(0.22, 1.0),
    "low FN": Profile(0.11, 2.0),
}


class Window(NamedTuple):
    """A labelled stretch of rows, both ends included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a detection on each row is worth: its window (-1: outside), and its unweighted score.

    Both arrays have shape (rows,); rows before `probation` do not count.
    """

    windows: int
    probation: int
    window: npt.NDArray[np.int64]
    worth: Floats


class Tally(NamedTuple):
    """The raw score of one file or several, the windows, those hit, and the false detections."""

    raw: float
    windows: int
    hit: int
    false: int

    def __add__(self, other: object) -> "Tally":
        if not isinstance(other, Tally):
            return NotImplemented
        pairs = zip(self, other, strict=True)
        raw, windows, hit, false = (one + two for one, two in pairs)
        return Tally(raw, int(windows), int(hit), int(false))

    def normalised(self, profile: Profile) -> float:
        """Return the score on which silence has 0 and the earliest possible hits alone 100."""
        null = -profile.false_negative * self.windows
        return 100.0 * (self.raw - null) / (self.windows - null)


def scaled_sigmoid(position: float) -> float:
    """Return the worth of a detection at `position`: -1 begins a window, 0 ends it."""
    return -1.0 if position > 3.0 else 2.0 / (1.0 + math.exp(5.0 * position)) - 1.0


def labelled(rows: int, windows: Sequence[Window]) -> Labelled:
    """Return what detections on `rows` rows are worth; the windows are in order and apart."""
    window, worth = np.full(rows, -1), np.full(rows, -1.0)
    best = scaled_sigmoid(-1.0)
    for number, (first, last) in enumerate(windows):
        window[first : last + 1] = number
        length = last - first + 1
        places = (-(last - row + 1) / length for row in range(first, last + 1))
        worth[first : last + 1] = [scaled_sigmoid(place) / best for place in places]
        end = windows[number + 1].first if number + 1 < len(windows) else rows
        behind = range(last + 1, end)
        worth[last + 1 : end] = [
            scaled_sigmoid((row - last) / max(1, length - 1)) for row in behind
        ]
    probation = int(min(math.floor(PROBATION_SHARE * rows), PROBATION_ROWS))
    return Labelled(len(windows), probation, window, worth)


def tally(truth: Labelled, detections: Iterable[int], profile: Profile) -> Tally:
    """Return what the detections (row numbers) on one file are worth."""
    best: dict[int, float] = {}
    raw, false = 0.0, 0
    for row in detections:
        if row < truth.probation:
            continue
        number, worth = int(truth.window[row]), float(truth.worth[row])
        if number >= 0:
            best[number] = max(best.get(number, worth), worth)
        else:
            raw += profile.false_positive * worth
            false += 1
    missed = truth.windows - len(best)
    raw += sum(best.values()) - profile.false_negative * missed
    return Tally(raw, truth.windows, len(best), false)
