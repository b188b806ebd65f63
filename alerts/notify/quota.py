"""So many messages in a span of time, as chat services count them."""

import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

from alerts.notify.protocol import NotifyError


class Quota:
    """Lets at most `most` messages through in any `span`, none while the other side asks to wait.

    What is above waits for its turn where that is near (`patience`) and is refused where it is
    farther, so that one receiver holds up no other. `clock` counts seconds monotonically. Another
    process that sends to the same robot has a quota of its own; the robot's answer holds both.
    """

    def __init__(
        self,
        most: int,
        span: timedelta = timedelta(minutes=1),
        *,
        patience: timedelta = timedelta(seconds=4),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._most = most
        self._span = span.total_seconds()
        self._patience = patience.total_seconds()
        self._clock = clock
        self._sleep = sleep
        self._passed: deque[float] = deque(maxlen=most)
        self._held = float("-inf")

    def wait(self) -> None:
        """Return when it is this message's turn.

        Raises:
            NotifyError: the turn is too far away; `after` says how far.
        """
        is_full = len(self._passed) == self._most
        turn = max(self._held, self._passed[0] + self._span) if is_full else self._held
        pause = turn - self._clock()
        if pause > self._patience:
            after = timedelta(seconds=pause)
            raise NotifyError("the receiver's quota is used up", retry=True, after=after)
        if pause > 0:
            self._sleep(pause)
        self._passed.append(self._clock())

    def hold(self, pause: timedelta) -> None:
        """Let nothing through before `pause` has passed."""
        self._held = max(self._held, self._clock() + pause.total_seconds())
