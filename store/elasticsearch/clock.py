"""Numbers that grow: the order in which posts and mentions came, across processes too."""

import time
from collections.abc import Callable


class Clock:
    """Gives growing numbers near the microseconds since 1970.

    Elasticsearch counts nothing for its clients. Numbers of two processes are in the order of
    their clocks; those of one process always grow, even where the clock is set back.
    """

    def __init__(self, now: Callable[[], int] = lambda: time.time_ns() // 1_000) -> None:
        self._now = now
        self._last = 0

    def take(self, count: int) -> range:
        """Return the next `count` numbers."""
        first = max(self._now(), self._last + 1)
        self._last = first + max(count, 1) - 1
        return range(first, first + count)

    def after(self, number: int) -> int:
        """Return the next number, greater than `number` in any case."""
        self._last = max(self._last, number)
        return self.take(1)[0]
