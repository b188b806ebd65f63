"""A thread for each receiver of the continuous run, so that sending holds up nothing else."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from alerts.delivery.outbox import DispatchReport
from fengsui.pipeline.sending import notify, revive, verify_receivers
from fengsui.services import Services

log = logging.getLogger(__name__)

WAKE = timedelta(seconds=1)


class Senders:
    """The threads that send: each verifies its receiver, then sends what comes for it.

    They share the ledger and the receivers of `services`, and touch no other part of it.
    """

    def __init__(
        self, services: Services, stop: threading.Event, clock: Callable[[], datetime]
    ) -> None:
        self._services = services
        self._stop = stop
        self._clock = clock
        self._lock = threading.Lock()
        self._report = DispatchReport()
        names = list(services.notifiers)
        self._awake = {name: threading.Event() for name in names}
        self._threads = [
            threading.Thread(target=self._serve, args=(name,), name=f"send {name}", daemon=True)
            for name in names
        ]

    def start(self) -> None:
        """Queue again what an older version gave up, and begin."""
        if revived := revive(self._services, self._clock()):
            log.warning("%d messages that were given up are sent again", revived)
        for thread in self._threads:
            thread.start()

    def send(self) -> DispatchReport:
        """Wake every thread, and return what was done since the last call, at once."""
        self._wake()
        with self._lock:
            report, self._report = self._report, DispatchReport()
        return report

    def _wake(self) -> None:
        for awake in self._awake.values():
            awake.set()

    def join(self, patience: timedelta) -> None:
        """Wait for the threads, which send once more after the stop; leave behind those that hang.

        What such a one was sending is asked for when its lease is over.
        """
        self._wake()
        deadline = time.monotonic() + patience.total_seconds()
        for thread in self._threads:
            thread.join(timeout=max(0.0, deadline - time.monotonic()))

    def _serve(self, name: str) -> None:
        self._try(lambda: verify_receivers(self._services, self._clock(), [name]))
        awake = self._awake[name]
        while not self._stop.is_set():
            awake.clear()
            self._try(lambda: self._send_to(name))
            awake.wait(WAKE.total_seconds())
        self._try(lambda: self._send_to(name))

    def _send_to(self, name: str) -> None:
        report = notify(self._services, self._clock, [name])
        with self._lock:
            self._report += report

    def _try(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Exception:
            log.exception("a step of sending failed; nothing is lost, the next turn tries again")
