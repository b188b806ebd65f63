"""How rare a surprise is for this brand: its own past bursts are remembered.

A model of counts believes in thin tails, and brands burst more often than it believes. So the
surprises of a brand's last four weeks are themselves counted, those of each horizon by themselves
(who often bursts for ten minutes does not for hours), and their tail is taken for exponential:
peaks over threshold (Pickands 1975; Siffer et al., "Anomaly detection in streams with extreme value
theory", KDD 2017), the threshold being what the model expects once a week. A brand without bursts
keeps nearly what the model says; one that bursts every other day has to burst higher.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from alerts.detection.probability import Floats
from alerts.detection.ticks import HOUR

Numbers = npt.NDArray[np.int64]

MEMORY: Final = timedelta(days=28)
DAY: Final = timedelta(days=1)
# Surprises with at most an hour between them are one burst.
GAP: Final = HOUR
# What is assumed before anything was seen: so many bursts in so many weeks, and a tail that falls
# by a factor of e a decade of the model's surprise, known as if from so many bursts.
PRIOR_BURSTS: Final = 0.5
PRIOR_WEEKS: Final = 2.0
PRIOR_SCALE: Final = 1.0
PRIOR_WEIGHT: Final = 4.0


@dataclass(frozen=True, slots=True)
class Surprises:
    """The ticks that the model finds rarer than once a week, by tick number, oldest first.

    `decades` is how much rarer: the negative decimal logarithm of the chance a week. Both have
    shape (surprises,).
    """

    numbers: Numbers
    decades: Floats

    def __post_init__(self) -> None:
        if self.numbers.shape != self.decades.shape:
            raise ValueError("every surprise needs its tick")

    def since(self, number: int) -> "Surprises":
        """Return those from tick `number` on."""
        place = int(np.searchsorted(self.numbers, number))
        return Surprises(self.numbers[place:], self.decades[place:])


def memory_of(number: int, step: timedelta) -> int:
    """Return the first tick whose surprises are remembered at tick `number`: whole days back.

    Days keep the answer for a tick independent of when it is asked for.
    """
    day = number * step // DAY - MEMORY // DAY
    return -(-day * DAY // step)


def chances(asked: Surprises, past: Surprises, weeks: Floats, step: timedelta) -> Floats:
    """Return how often a week the brand brings as much as each of the `asked` surprises.

    `past` holds what was seen before and may reach further than is looked at; `weeks`, shape
    (asked,), is how much of the memory of each was really observed. Never less than the model's
    own chance. Shape (asked,).
    """
    rate, scale = _tail(asked.numbers, past, weeks, step)
    return np.maximum(rate * np.exp(-asked.decades / scale), 10.0**-asked.decades)


def decades_for(bound: float, number: int, past: Surprises, weeks: float, step: timedelta) -> float:
    """Return how many decades a surprise at tick `number` needs to come at most `bound` a week."""
    rate, scale = _tail(np.array([number]), past, np.array([weeks]), step)
    return float(max(scale[0] * np.log(rate[0] / bound), -np.log10(bound)))


def _tail(
    numbers: Numbers, past: Surprises, weeks: Floats, step: timedelta
) -> tuple[Floats, Floats]:
    """Return how often a week bursts come, as known at each tick, and in which scale they fall."""
    rate, scale = np.empty(len(numbers)), np.empty(len(numbers))
    begins = np.array([memory_of(int(number), step) for number in numbers])
    for begin in np.unique(begins):
        here = begins == begin
        count, total = _bursts(past.since(int(begin)), numbers[here], step)
        scale[here] = (PRIOR_WEIGHT * PRIOR_SCALE + total) / (PRIOR_WEIGHT + count)
        rate[here] = (PRIOR_BURSTS + count) / (PRIOR_WEEKS + weeks[here])
    return rate, scale


def _bursts(past: Surprises, asked: Numbers, step: timedelta) -> tuple[Floats, Floats]:
    """Return how many bursts were over a day before each asked tick, and the sum of their peaks.

    What the last day brought is the same story: a second wave is as rare as the first was.
    """
    if not len(past.numbers):
        return np.zeros(len(asked)), np.zeros(len(asked))
    gap = max(1, GAP // step)
    first = np.flatnonzero(np.diff(past.numbers, prepend=past.numbers[0] - gap - 1) > gap)
    peaks = np.maximum.reduceat(past.decades, first)
    ends = past.numbers[np.append(first[1:], len(past.numbers)) - 1]
    over = np.searchsorted(ends, asked - max(1, DAY // step))
    sums = np.concatenate((np.zeros(1), np.cumsum(peaks)))
    return over.astype(np.float64), sums[over]


def fresh(numbers: Numbers, rates: Floats, step: timedelta) -> npt.NDArray[np.bool_]:
    """Return which ticks are rarer than all others of the day before them (the record rule)."""
    begins = np.searchsorted(numbers, numbers - DAY // step)
    records = [
        begin == place or rates[place] < rates[begin:place].min()
        for place, begin in enumerate(begins.tolist())
    ]
    return np.array(records, dtype=np.bool_)
