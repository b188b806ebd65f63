"""How long a training run goes, and at which rates: for a number of steps, or for a time.

The rate warms up, stays, and falls to zero over the last part (Hägele et al. 2024,
arXiv:2405.18392). So a run can be stopped and taken up again with more or fewer steps than it was
begun with, and nothing of what it learned was spent on a plan that no longer holds.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Steps:
    """A run of `count` steps."""

    count: int

    def share(self, step: int, seconds: float) -> float:
        """Return which share of the run is over after so many steps and seconds."""
        del seconds
        return step / self.count

    def __str__(self) -> str:
        """Return the length in words."""
        return f"{self.count:,} steps"


@dataclass(frozen=True, slots=True)
class Seconds:
    """A run of `count` seconds: a GPU is lent for a time, not for a number of steps."""

    count: float

    def share(self, step: int, seconds: float) -> float:
        """Return which share of the run is over after so many steps and seconds."""
        del step
        return seconds / self.count

    def __str__(self) -> str:
        """Return the length in words."""
        return f"{self.count:g} s"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run goes until `stop`.

    `batch` is the number of texts a step, over all processes. Rates are of AdamW with `betas`:
    `rate` of the top layer, each layer below `fall` times that of the one above, `head_rate` of
    the heads. `warmup` and `cooldown` are the shares of the run in which the rate rises and falls.
    Every `every` steps a line is logged and a checkpoint kept.
    """

    stop: Steps | Seconds
    batch: int = 64
    rate: float = 2e-4
    head_rate: float = 5e-4
    fall: float = 0.87
    warmup: float = 0.04
    cooldown: float = 0.25
    decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.999)
    clip: float = 1.0
    every: int = 100
    seed: int = 20261125

    def factor(self, share: float) -> float:
        """Return what the rates are multiplied by when `share` of the run is over."""
        begin = 1 - self.cooldown
        if share < begin:
            return 1.0 if share >= self.warmup else max(share / self.warmup, 1e-3)
        return max(0.0, 1 - math.sqrt((share - begin) / max(self.cooldown, 1e-9)))
