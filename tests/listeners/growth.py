"""How the cost of reading grows with what is read, in processor time of this process alone."""

import time
from collections.abc import Callable
from typing import Final

TIMES: Final = 4
# Linear is 4; the square is 16. Below the floor a reading is noise, and no stranger's tool.
GREATEST: Final = 10.0
FLOOR: Final = 0.05


def growth(work: Callable[[int], object], size: int) -> float:
    """Return by what factor `work` costs more at TIMES the size, the best of three each."""
    small, large = cost(work, size), cost(work, size * TIMES)
    return large / max(small, FLOOR)


def cost(work: Callable[[int], object], size: int) -> float:
    """Return the least processor time of three runs."""
    return min(_once(work, size) for _ in range(3))


def _once(work: Callable[[int], object], size: int) -> float:
    began = time.process_time()
    work(size)
    return time.process_time() - began
