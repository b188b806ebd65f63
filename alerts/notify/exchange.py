"""One deadline for a whole exchange with the other side: from the look-up of its name to the end.

The time limits of HTTP and mail clients are for each read, so that a server which drips a byte a
second holds its caller for hours; a look-up of names has none at all. Every channel therefore asks
through an `Exchange`, which waits for as long as the deadline allows, and then goes on.
"""

import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final, TypeVar

from alerts.notify.protocol import NotifyError

T = TypeVar("T")

LONGEST: Final = 15.0
# Exchanges that hang beyond their deadline (a dead resolver) are left behind, at most so many.
LEFT_BEHIND: Final = 4

_CONNECTED: Final = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class Deadline:
    """The time that is left of an exchange, and the sockets that end with it."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._over = False

    @property
    def left(self) -> float:
        """The seconds that are left, at least a hundredth: clients take no limit of zero."""
        return max(0.01, self._ends - time.monotonic())

    def watch(self, connection: socket.socket) -> None:
        """Shut `connection` when the time is over, which ends whatever reads from it."""
        with self._lock:
            self._sockets.append(connection)
            over = self._over
        if over:
            _shut(connection)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Watch the sockets of an httpx request that has this as its extension "trace"."""
        if event in _CONNECTED:
            connection = info["return_value"].get_extra_info("socket")
            if isinstance(connection, socket.socket):
                self.watch(connection)

    def end(self) -> None:
        """Shut every socket."""
        with self._lock:
            self._over = True
            sockets = list(self._sockets)
        for connection in sockets:
            _shut(connection)


class Exchange:
    """Asks the other side in a thread of its own, and waits no longer than `seconds`."""

    def __init__(self, seconds: float = LONGEST, *, left_behind: int = LEFT_BEHIND) -> None:
        self._seconds = seconds
        self._places = threading.BoundedSemaphore(left_behind)

    def ask(self, question: Callable[[Deadline], T], *, seconds: float | None = None) -> T:
        """Return what `question` returns, or raise what it raises.

        Whatever it connects, it gives to the deadline to `watch`, or bounds by `deadline.left`.
        `seconds` shortens the time of this exchange.

        Raises:
            NotifyError: the time is over; the message may have arrived.
        """
        if not self._places.acquire(blocking=False):
            raise NotifyError("earlier exchanges with it still hang", retry=True)
        span = self._seconds if seconds is None else min(seconds, self._seconds)
        deadline, answer = Deadline(span), Future[T]()
        threading.Thread(
            target=self._run, args=(question, deadline, answer), name="exchange", daemon=True
        ).start()
        try:
            return answer.result(span)
        except TimeoutError:
            if answer.done():
                # The question's own error, which may be a time out as well.
                raise
        finally:
            deadline.end()
            # An error knows its frames, and they must not know it: a circle keeps sockets open.
            del answer
        raise NotifyError("no whole answer in time", retry=True)

    def _run(
        self, question: Callable[[Deadline], T], deadline: Deadline, answer: Future[T]
    ) -> None:
        try:
            answer.set_result(question(deadline))
        except BaseException as error:  # noqa: BLE001 - the caller raises it again
            answer.set_exception(error)
        finally:
            self._places.release()
            del answer, question


def _shut(connection: socket.socket) -> None:
    # Not the TLS socket's own method, which would say goodbye to the other side and wait for it.
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
