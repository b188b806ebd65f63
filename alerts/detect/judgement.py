"""How surprising each tick's counts are, channel by channel and horizon by horizon."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from alerts.detect.baseline import Baseline, baseline
from alerts.detect.settings import DetectionSettings
from alerts.detect.tails import Floats, count_tail, share_tail
from alerts.detect.ticks import WEEK, Ticks

# Channels that make a crisis; the volume alone opens only where none of them is counted.
OPENING: Final = ("negative", "complaints")
# A burst is judged by its share in the volume too, unless at least so much of it is negative.
SHARE_ALARMING: Final = 0.4
SHARE_SURPRISE: Final = 0.01
# An excess must exceed both a number and a multiple of the Poisson deviation.
EXCESS_COUNT: Final = 8.0
EXCESS_DEVIATIONS: Final = 3.0
# The newest twelfth of a horizon must still run at half the excess of the whole.
NEWEST: Final = 12
PACE: Final = 0.5
# With less history than this the usual is hardly known.
LOW_BASELINE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring ticks, judged over one horizon by one baseline.

    `first` is the number of the first tick, `horizon` in ticks. `count`, `mean` and `tail`, shape
    (channels, run), are the counts over the horizon that ends with each tick, their means, and the
    probability of at least as many. `share`, `share_tail` are the same for the share in the
    volume; `usual_share` has shape (channels,). `alarming` says where a channel may open.
    """

    first: int
    horizon: int
    count: Floats
    mean: Floats
    tail: Floats
    share: Floats
    share_tail: Floats
    usual_share: Floats
    alarming: npt.NDArray[np.bool_]
    low_baseline: bool


def opening(channels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the channels whose surprises open a signal."""
    return tuple(name for name in OPENING if name in channels) or ("volume",)


def judge(ticks: Ticks, since: int, settings: DetectionSettings) -> Iterator[Run]:
    """Yield the runs of ticks, from tick number `since` on, that hold enough to be judged.

    A horizon is judged by what was usual before the block in which it begins. A baseline is the
    dear part: runs with too few mentions go by without one.
    """
    bases: dict[int, Baseline] = {}
    block = ticks.scale.block
    rows = [ticks.channels.index(name) for name in opening(ticks.channels)]
    for horizon in ticks.scale.horizons:
        for number in range((since - horizon + 1) // block, (ticks.end - horizon) // block + 1):
            first = number * block
            place = ticks.slots(first, min(ticks.end, first + horizon + block - 1))
            count = rolled(ticks.counts[:, place], horizon)
            skip = max(0, since - first - horizon + 1)
            if (count[rows, skip:] < settings.min_count).all():
                continue
            if number not in bases:
                bases[number] = baseline(ticks, number)
            yield _run(ticks, place, count, bases[number], horizon, skip, settings)


def rolled(values: Floats | npt.NDArray[np.bool_], ticks: int) -> Floats:
    """Return the sums over every `ticks` neighbours along the last axis."""
    sums: Floats = np.cumsum(values, axis=-1, dtype=np.float64)
    sums[..., ticks:] -= sums[..., :-ticks].copy()
    return sums[..., ticks - 1 :]


def _run(
    ticks: Ticks,
    place: slice,
    count: Floats,
    base: Baseline,
    horizon: int,
    skip: int,
    settings: DetectionSettings,
) -> Run:
    # Of a tick that was read in part, less is heard than was said: judged like any other, it can
    # only be too quiet.
    read = ticks.read[place]
    means = base.expect(ticks, place) * read
    mean = rolled(means, horizon)
    at = ticks.scale.horizons.index(horizon)
    newest = max(1, horizon // NEWEST)
    lately = rolled((ticks.counts[:, place] - means)[:, horizon - newest :], newest)
    pace = lately >= PACE * (count - mean) * newest / horizon
    excess = count - mean >= np.maximum(EXCESS_COUNT, EXCESS_DEVIATIONS * np.sqrt(mean))
    enough = read[horizon - 1 :] & (2 * rolled(read, horizon) >= horizon)
    # The shortest horizon speaks for a brand without history; a longer one needs its own length.
    enough &= (base.known >= horizon) | (at == 0)
    if ticks.authors is not None:
        enough &= rolled(ticks.authors[place], horizon) >= settings.min_authors
    share, tail_of_share = _shares(ticks, count, base)
    alarming = enough & pace & excess & (count >= settings.min_count)
    alarming &= (tail_of_share <= SHARE_SURPRISE) | (share >= SHARE_ALARMING)
    tail = count_tail(count, mean, base.dispersion[:, at : at + 1])
    return Run(
        first=place.start + ticks.first + horizon - 1 + skip,
        horizon=horizon,
        count=count[:, skip:],
        mean=mean[:, skip:],
        tail=tail[:, skip:],
        share=share[:, skip:],
        share_tail=tail_of_share[:, skip:],
        usual_share=base.share,
        alarming=alarming[:, skip:],
        low_baseline=base.known * ticks.scale.step < max(LOW_BASELINE, 14 * ticks.scale.step),
    )


def _shares(ticks: Ticks, count: Floats, base: Baseline) -> tuple[Floats, Floats]:
    """Return the share of each channel in the volume and its tail; 1 and 1 without a volume."""
    if "volume" not in ticks.channels or len(ticks.channels) == 1:
        return np.ones_like(count), np.ones_like(count)
    volume = count[ticks.channels.index("volume")]
    share = count / np.maximum(volume, 1.0)
    tail = share_tail(count, volume, base.share[:, None], base.correlation[:, None])
    # The volume's share in itself says nothing.
    void = [name not in OPENING for name in ticks.channels]
    share[void], tail[void] = 1.0, 1.0
    return share, tail


def chance_a_week(tail: Floats, horizon: int, ticks: Ticks) -> Floats:
    """Return how often a week's chance alone surprises as much, given the tails of a run.

    A week has fewer independent looks than ticks, since the sums of neighbouring ticks overlap;
    horizons and channels add up (Bonferroni). Measured on simulated quiet weeks, this keeps the
    promise within a factor of two where there is much to count, and is quieter elsewhere.
    """
    looks = WEEK / ticks.scale.step / np.sqrt(horizon)
    tests = len(ticks.scale.horizons) * len(opening(ticks.channels))
    chance: Floats = tail * (looks * tests)
    return chance
