"""Steps and threads that may fail in any way: each begins again after a pause, and people know.

What fails is kept here, in memory, by name; the loop of the run opens and closes the operational
incidents about it (`Supervisor.report`). A thread begins again by itself; one that ended without a
word is started anew by the loop (`Supervisor.revive`).
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from fengsui.incidents.operational import close_operational, open_operational, operational_incidents
from fengsui.services import Services
from records import IncidentKind, Level
from store.errors import StoreBusy, StoreUnreachable

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
# A lock or a server that is away for less is no incident: it passes by itself.
PASSING: Final = (StoreBusy, StoreUnreachable)
PASSES_WITHIN: Final = 60.0
# So long must a thing work until its incident is over: one that comes and goes is one incident.
WORKS_FOR: Final = 60.0
# Incidents that an earlier process left open are looked for so often.
LOOKED_EACH: Final = 60.0
# How the names of what `fengsui run` supervises begin: steps, sources, receivers.
STEP: Final = "run."
SOURCE: Final = "poll."
RECEIVER: Final = "send."
DESK: Final = "desk."


class Ended(Exception):
    """A thread ended although nobody had asked it to."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand with a step or a thread, by the supervisor's timer.

    `failures` are in a row, the first at `since`; it is not begun again before `resumes`.
    """

    failures: int = 0
    since: float = 0.0
    resumes: float = 0.0
    works_since: float | None = None
    why: str = ""
    passing: bool = False

    @property
    def is_failing(self) -> bool:
        """Whether it failed the last time."""
        return self.failures > 0


class Supervisor:
    """Runs steps and threads, and remembers which of them fail; for use by several threads."""

    def __init__(
        self, stop: threading.Event, *, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._stop = stop
        self._timer = timer
        self._lock = threading.Lock()
        self._standings: dict[str, Standing] = {}
        self._serving: dict[str, Callable[[Callable[[], None]], None]] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._errors = 0
        self._open: set[str] = set()
        self._looked: float | None = None

    @property
    def failing(self) -> Mapping[str, str]:
        """What fails now, and why, by name."""
        with self._lock:
            return {name: one.why for name, one in self._standings.items() if one.is_failing}

    @property
    def errors(self) -> int:
        """How often anything failed since the beginning."""
        with self._lock:
            return self._errors

    def step(self, name: str, run: Callable[[], T], otherwise: T) -> T:
        """Return what `run` returns; `otherwise` where it fails, or pauses because it failed."""
        with self._lock:
            standing = self._standings.get(name)
        if standing is not None and standing.is_failing and self._timer() < standing.resumes:
            return otherwise
        try:
            done = run()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a panic of native code is no Exception
            self.failed(name, error)
            return otherwise
        self.worked(name)
        return done

    def start(self, name: str, serve: Callable[[Callable[[], None]], None]) -> None:
        """Run `serve` in a thread until the stop; it calls what it is given after each round."""
        self._serving[name] = serve
        self._begin(name)

    def _begin(self, name: str) -> None:
        thread = threading.Thread(target=self._run, args=(name,), name=name, daemon=True)
        self._threads[name] = thread
        try:
            thread.start()
        except RuntimeError as error:  # the system has no thread left
            self.failed(name, error)

    def _run(self, name: str) -> None:
        while True:
            try:
                self._serving[name](lambda: self.worked(name))
            except BaseException as error:  # noqa: BLE001 - whatever it is, the thread goes on
                pause = self.failed(name, error)
            else:
                if self._stop.is_set():
                    return
                pause = self.failed(name, Ended(name))
            if self._stop.wait(pause):
                return

    def revive(self) -> None:
        """Start the threads anew that have ended, those whose pause is over."""
        for name, thread in list(self._threads.items()):
            if thread.is_alive() or self._stop.is_set():
                continue
            with self._lock:
                standing = self._standings.get(name, Standing())
            if not standing.is_failing:
                self.failed(name, Ended(name))
            elif self._timer() >= standing.resumes:
                self._begin(name)

    def join(self, patience: timedelta) -> None:
        """Wait for the threads; those that hang are left behind."""
        deadline = time.monotonic() + patience.total_seconds()
        for thread in self._threads.values():
            if thread.is_alive():
                thread.join(timeout=max(0.0, deadline - time.monotonic()))

    def failed(self, name: str, error: BaseException) -> float:
        """Remember a failure, and return how many seconds to wait before the next try."""
        now = self._timer()
        with self._lock:
            before = self._standings.get(name, Standing())
            pause = min(FIRST_PAUSE * 2.0 ** min(before.failures, 20), LONGEST_PAUSE)
            self._standings[name] = Standing(
                failures=before.failures + 1,
                since=before.since if before.is_failing else now,
                resumes=now + pause,
                why=type(error).__name__,
                passing=isinstance(error, PASSING),
            )
            self._errors += 1
        log.error("%s failed; again in %d s", name, pause, exc_info=error)
        return pause

    def worked(self, name: str) -> None:
        """Remember that a step, or a round of a thread, was done."""
        with self._lock:
            before = self._standings.get(name)
            if before is None or before.is_failing:
                self._standings[name] = Standing(works_since=self._timer())

    def report(self, services: Services, now: datetime) -> None:
        """Open an incident about each thing that fails, close it when that has worked for a while.

        Raises:
            StoreError: the ledger cannot be read or written.
        """
        with self._lock:
            standings = dict(self._standings)
        timer = self._timer()
        failing = {name: one for name, one in standings.items() if _is_incident(one, timer)}
        looks = self._looked is None or timer - self._looked >= LOOKED_EACH
        if looks:
            known = operational_incidents(services, IncidentKind.PIPELINE)
            self._open = {name for name in standings if name in known}
            if self._looked is not None:
                self._close_strange(services, known.keys() - standings.keys(), now)
            self._looked = timer
        for name in failing.keys() - self._open:
            open_operational(
                services, IncidentKind.PIPELINE, name, failing[name].why, now, level=Level.ORANGE
            )
            self._open.add(name)
        for name in sorted(self._open):
            since = standings[name].works_since
            if since is not None and timer - since >= WORKS_FOR:
                close_operational(services, IncidentKind.PIPELINE, name, now)
                self._open.discard(name)

    def _close_strange(self, services: Services, names: Collection[str], now: datetime) -> None:
        """Close incidents about sources and receivers that the settings have no longer."""
        for name in sorted(names):
            if name.startswith((STEP, SOURCE, RECEIVER, DESK)):
                close_operational(services, IncidentKind.PIPELINE, name, now)


def _is_incident(standing: Standing, timer: float) -> bool:
    lasts = timer - standing.since >= PASSES_WITHIN
    return standing.is_failing and (lasts or not standing.passing)
