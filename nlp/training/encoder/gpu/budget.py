"""Training for a number of seconds: a GPU is lent for a time, not for a number of steps."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """How a stage goes: `seconds` long, AdamW at `rate`, `fall` of it a layer downwards.

    The rate rises over the first `warmup` of the time, stays, and falls to zero over the last
    `cooldown` (Hägele et al. 2024, arXiv:2405.18392).
    """

    seconds: float
    batch: int
    rate: float
    head_rate: float = 1e-3
    fall: float = 0.87
    warmup: float = 0.04
    cooldown: float = 0.4
    decay: float = 0.01
    clip: float = 1.0

    def factor(self, share: float) -> float:
        """Return what the rates are multiplied by when `share` of the time is over."""
        if share < self.warmup:
            return max(share / self.warmup, 1e-3)
        begin = 1 - self.cooldown
        if share < begin:
            return 1.0
        return max(0.0, 1 - math.sqrt((share - begin) / self.cooldown))
