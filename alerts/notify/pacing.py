"""A steady pace for a receiver that takes only so many messages a second."""

import time
from collections.abc import Callable
from datetime import timedelta

from alerts.notify.protocol import NotifyError

SECOND = timedelta(seconds=1)


class Pacer:
    """Lets one message through in each `interval`, and none while the other side asked to wait.

    A turn that is near is slept for; one that is farther than `patience` is refused, so that a
    receiver that asked for a long pause holds up no other. `clock` counts seconds monotonically.
    """

    def __init__(
        self,
        interval: timedelta = SECOND,
        *,
        patience: timedelta = 2 * SECOND,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = interval.total_seconds()
        self._patience = patience.total_seconds()
        self._clock = clock
        self._sleep = sleep
        self._next = float("-inf")

    def wait(self) -> None:
        """Return when it is this message's turn.

        Raises:
            NotifyError: the turn is too far away; `after` says how far.
        """
        pause = self._next - self._clock()
        if pause > self._patience:
            after = timedelta(seconds=pause)
            raise NotifyError("the receiver asked for a pause", retry=True, after=after)
        if pause > 0:
            self._sleep(pause)
        self._next = self._clock() + self._interval

    def hold(self, pause: timedelta) -> None:
        """Let nothing through before `pause` has passed."""
        self._next = max(self._next, self._clock() + pause.total_seconds())
