"""A thread for each receiver of the continuous run, so that sending holds up nothing else."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from alerts.delivery.outbox import DispatchReport
from fengsui.health.supervisor import RECEIVER, STEP, Supervisor
from fengsui.pipeline.sending import notify, revive, verify_receivers
from fengsui.services import Services

log = logging.getLogger(__name__)

WAKE = timedelta(seconds=1)


class Senders:
    """The threads that send: each verifies its receiver, then sends what comes for it.

    They share the ledger and the receivers of `services`, and touch no other part of it. The
    supervisor begins a thread that fails again.
    """

    def __init__(
        self,
        services: Services,
        stop: threading.Event,
        clock: Callable[[], datetime],
        supervisor: Supervisor | None = None,
    ) -> None:
        self._services = services
        self._stop = stop
        self._clock = clock
        self._lock = threading.Lock()
        self._report = DispatchReport()
        self._supervisor = supervisor or Supervisor(stop)
        self._awake = {name: threading.Event() for name in services.notifiers}

    def start(self) -> None:
        """Queue again what an older version gave up, and begin."""
        self._supervisor.step(f"{STEP}revive", self._revive, None)
        for name in self._awake:
            self._supervisor.start(f"{RECEIVER}{name}", partial(self._serve, name))

    def _revive(self) -> None:
        if revived := revive(self._services, self._clock()):
            log.warning("%d messages that were given up are sent again", revived)

    def send(self) -> DispatchReport:
        """Wake every thread, and return what was done since the last call, at once."""
        self.wake()
        with self._lock:
            report, self._report = self._report, DispatchReport()
        return report

    def wake(self) -> None:
        """Wake every thread."""
        for awake in self._awake.values():
            awake.set()

    def join(self, patience: timedelta) -> None:
        """Wait for the threads, which send once more after the stop; leave behind those that hang.

        What such a one was sending is asked for when its lease is over.
        """
        self.wake()
        self._supervisor.join(patience)

    def _serve(self, name: str, worked: Callable[[], None]) -> None:
        nothing: dict[str, str] = {}
        verify = partial(verify_receivers, self._services, self._clock(), [name])
        self._supervisor.step(f"{RECEIVER}{name}.verify", verify, nothing)
        awake = self._awake[name]
        while not self._stop.is_set():
            awake.clear()
            self._send_to(name)
            worked()
            awake.wait(WAKE.total_seconds())
        self._send_to(name)

    def _send_to(self, name: str) -> None:
        report = notify(self._services, self._clock, [name])
        with self._lock:
            self._report += report
