"""Whether the main loop turns, and what its last turns did; shared by the threads that show it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fengsui.health.figures import Figures

# A loop that has not turned for so many seconds is taken for dead; a container or systemd ends it.
ALIVE_FOR: Final = 120.0


@dataclass(frozen=True, slots=True)
class Turns:
    """What the loop did since it began: turns, posts scored, and the seconds that took.

    `at` is the end of the last turn, None before the first; `failing` is what failed then, by
    name; `errors` counts all that ever failed.
    """

    count: int = 0
    at: datetime | None = None
    failing: tuple[str, ...] = ()
    errors: int = 0
    scored: int = 0
    scoring_seconds: float = 0.0
    last_scoring_seconds: float = 0.0
    last_scored: int = 0

    @property
    def is_good(self) -> bool:
        """Whether there was a turn and everything worked in the last one."""
        return self.at is not None and not self.failing

    def after(
        self,
        at: datetime,
        *,
        failing: tuple[str, ...] = (),
        errors: int = 0,
        scored: int = 0,
        seconds: float = 0.0,
    ) -> "Turns":
        """Return this with one turn more; the last scoring stays where nothing was scored."""
        return replace(
            self,
            count=self.count + 1,
            at=at,
            failing=failing,
            errors=errors,
            scored=self.scored + scored,
            scoring_seconds=self.scoring_seconds + (seconds if scored else 0.0),
            last_scoring_seconds=seconds if scored else self.last_scoring_seconds,
            last_scored=scored or self.last_scored,
        )


class Pulse:
    """The last sign of life of the loop, its turns, and the last figures of the stores."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._lock = threading.Lock()
        self._beaten = timer()
        self._turns = Turns()
        self._figures: Figures | None = None

    def beat(self) -> None:
        """Give a sign of life: the loop turns, or a step of it goes on with its next batch."""
        with self._lock:
            self._beaten = self._timer()

    @property
    def is_alive(self) -> bool:
        """Whether there was a sign of life lately."""
        with self._lock:
            return self._timer() - self._beaten <= ALIVE_FOR

    @property
    def turns(self) -> Turns:
        """What the loop did."""
        with self._lock:
            return self._turns

    @turns.setter
    def turns(self, turns: Turns) -> None:
        with self._lock:
            self._turns = turns

    @property
    def figures(self) -> Figures | None:
        """The last figures of the stores, None before the first."""
        with self._lock:
            return self._figures

    @figures.setter
    def figures(self, figures: Figures) -> None:
        with self._lock:
            self._figures = figures
