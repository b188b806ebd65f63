"""The continuous run: every source polled at its own pace, everything else in one loop.

A source is read in a thread of its own, so that one that hangs or fails holds up no other. The
loop wakes as soon as a source has brought something, and at least each second, so that incidents
recover on time. What it finds is sent by threads of their own, one a receiver. Every step and every
thread is supervised (`fengsui.health.supervisor`): what fails begins again, and people know.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Final, TypeAlias

from alerts.delivery.outbox import DispatchReport
from fengsui.desk.duty.calendars import refresh_calendars
from fengsui.desk.duty.escalation import escalate
from fengsui.health.supervisor import DESK, SOURCE, STEP, Supervisor
from fengsui.health.watch import Watch
from fengsui.ingest.collect import Collected
from fengsui.ingest.poll import means_of, pause_after, read, rests
from fengsui.ingest.recheck import recheck_if_due
from fengsui.ingest.slo import check_slo
from fengsui.maintenance.daily import daily_if_due
from fengsui.pipeline import steps
from fengsui.pipeline.senders import Senders
from fengsui.pipeline.steps import Annotated, Detected
from fengsui.services import Services
from fengsui.settings.application import Settings
from listeners.client.breaker import utc_now
from listeners.context import BUDGET
from listeners.errors import ListenerError
from listeners.protocol import Listener
from listeners.push.server import PushedSource
from listeners.settings import SourceSettings, listener_of

log = logging.getLogger(__name__)

# What packages next to the pipeline add to each turn.
Chore: TypeAlias = Callable[[Services, datetime], object]
NO_CHORES: Final[Mapping[str, Chore]] = MappingProxyType({})

WAKE = timedelta(seconds=1)
# A backlog is scored in parts of so many seconds: between two of them is detection's turn.
SCORING: Final = 10.0
# What a source that rests leaves unread is noted as often.
NOTED_EACH = timedelta(minutes=1)
# How long, at the end, sources may take to finish their read; one that hangs is left behind.
GRACE = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one turn of the loop did; `scoring` is how many seconds the scoring took."""

    at: datetime
    annotated: Annotated
    detected: Detected
    sent: int
    failed: int
    scoring: float = 0.0


def run(
    services: Services,
    stop: threading.Event,
    *,
    clock: Callable[[], datetime] = utc_now,
    progress: Callable[[Cycle], None] = lambda _: None,
    watch: Watch | None = None,
    chores: Mapping[str, Chore] = NO_CHORES,
) -> Supervisor:
    """Poll, score, detect and notify until `stop` is set; then finish the turn and return.

    `chores` are what else each turn sees to, by name: each decides itself whether it is due.

    Whatever fails begins again after a pause, and is an incident; what the supervisor that is
    returned has seen says whether all went well. `watch` shows how the run is.
    """
    arrived = threading.Event()
    supervisor = Supervisor(stop)
    watch = watch or Watch(services.settings)
    with receiving(services.settings, clock), watch.showing(supervisor, stop, clock):
        senders = Senders(services, stop, clock, supervisor)
        senders.start()
        for source in services.settings.sources:
            poller = _Poller(services.settings, source, arrived, stop, clock)
            supervisor.start(f"{SOURCE}{source.name}", poller.serve)
        if services.settings.slack.mode == "socket":
            supervisor.start(f"{DESK}slack", partial(_listen_to_slack, services, stop))
        watch.begins()
        while not stop.is_set():
            arrived.wait(WAKE.total_seconds())
            arrived.clear()
            if _turn_watched(services, clock, supervisor, senders, watch, progress).more:
                arrived.set()
            for name, chore in chores.items():
                supervisor.step(f"{STEP}{name}", partial(chore, services, clock()), None)
        watch.ends()
        senders.wake()
        supervisor.join(GRACE)
    return supervisor


def _listen_to_slack(services: Services, stop: threading.Event, worked: Callable[[], None]) -> None:
    # Bolt takes half a second to load: only where it is used.
    from fengsui.desk.slack.listening import listen  # noqa: PLC0415  # see above

    listen(services, stop, worked)


def _turn_watched(
    services: Services,
    clock: Callable[[], datetime],
    supervisor: Supervisor,
    senders: Senders,
    watch: Watch,
    progress: Callable[[Cycle], None],
) -> Annotated:
    cycle = turn(services, clock, senders.send, supervisor, watch.beat)
    supervisor.step(f"{STEP}progress", lambda: progress(cycle), None)
    supervisor.revive()
    scored = cycle.annotated.posts
    supervisor.step(
        f"{STEP}watch",
        lambda: watch.turned(services, supervisor, cycle.at, scored, cycle.scoring),
        None,
    )
    return cycle.annotated


def receiving(settings: Settings, clock: Callable[[], datetime] = utc_now) -> ExitStack:
    """Return a block in which the sources that are pushed to have their servers.

    Raises:
        OSError: a port is taken.
        ValueError, TypeError: a key of theirs cannot be used.
    """
    with ExitStack() as stack:
        for source in settings.sources:
            if isinstance(source, PushedSource):
                receiver = stack.enter_context(source.receiver(clock))
                log.info("%s is received at 127.0.0.1:%d", source.name, receiver.port)
        return stack.pop_all()


def turn(
    services: Services,
    clock: Callable[[], datetime],
    send: Callable[[], DispatchReport] | None = None,
    supervisor: Supervisor | None = None,
    beat: Callable[[], None] = lambda: None,
) -> Cycle:
    """Score what arrived, detect and notify: by `send`, which returns at once, or else here.

    A step that fails pauses and is tried again at a later turn; it holds up no other: alerts that
    wait are sent also while the model fails. `beat` is called as the steps go on.
    """
    guard = supervisor or Supervisor(threading.Event())
    began = time.monotonic()
    annotated = guard.step(
        f"{STEP}annotate", lambda: steps.annotate(services, beat=beat, seconds=SCORING), Annotated()
    )
    scoring = time.monotonic() - began
    beat()
    detected = guard.step(
        f"{STEP}detect", lambda: _detected(services, clock(), behind=annotated.more), Detected()
    )
    beat()
    guard.step(f"{STEP}calendars", lambda: refresh_calendars(services, clock()), 0)
    guard.step(f"{STEP}escalate", lambda: escalate(services, clock()), 0)
    notify = send or (lambda: steps.notify(services, clock))
    report = guard.step(f"{STEP}notify", notify, DispatchReport())
    guard.step(f"{STEP}slo", lambda: check_slo(services, clock()), None)
    guard.step(f"{STEP}kibana", lambda: show_in_kibana(services, clock()), None)
    beat()
    guard.step(f"{STEP}daily", lambda: daily_if_due(services, clock()), False)
    beat()
    return Cycle(clock(), annotated, detected, report.sent, report.failed, scoring)


def _detected(services: Services, now: datetime, *, behind: bool) -> Detected:
    """Detect as of `now`, or, while scoring is `behind`, as of what it has come to.

    Ticks whose posts wait to be scored would pass for calm.
    """
    if not behind:
        return steps.detect(services, now)
    return steps.detect(services, scored_to(services, now), queued_at=now)


def scored_to(services: Services, now: datetime) -> datetime:
    """Return when the oldest post came in that waits; never before the last detection."""
    waiting = services.store.pending(1)
    reached = min([now, *(one.post.fetched_at for one in waiting)])
    last, _ = steps.detected_to(services)
    return max(reached, min(last, now)) if last is not None else reached


def show_in_kibana(services: Services, now: datetime) -> None:
    """Show in Kibana what there is, where there is one."""
    if services.store.feeds_kibana:
        # The client takes a second to load: only where it is used.
        from fengsui.pipeline.projection import project_if_due  # noqa: PLC0415  # see above

        project_if_due(services, now)


class _Poller:
    """Reads one source again and again, in a thread of its own."""

    def __init__(
        self,
        settings: Settings,
        source: SourceSettings,
        arrived: threading.Event,
        stop: threading.Event,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._source = source
        self._arrived = arrived
        self._stop = stop
        self._clock = clock
        self._began = False

    def serve(self, worked: Callable[[], None]) -> None:
        """Read until the stop; call `worked` after each round."""
        # A store belongs to the thread that opened it.
        with Services(self._settings) as services:
            budget = max(BUDGET, timedelta(seconds=0.9 * self._source.poll_seconds))
            means = replace(means_of(services, budget=budget), clock=self._clock)
            listener = listener_of(self._source, means)
            # Begun again after a fault, a source that rests is left alone.
            if self._began and rests(services, self._source, self._clock()):
                self._rest(services)
            while not self._stop.is_set():
                self._began = True
                collected = poll_once(services, self._source, listener, self._clock())
                if collected.kept or collected.duplicate or collected.gone:
                    self._arrived.set()
                self._rest(services, worked)

    def _rest(self, services: Services, worked: Callable[[], None] = lambda: None) -> None:
        """Wait until a source is to be read again; a long rest is noted as unread as it goes on."""
        left = pause_after(services, self._source, self._clock())
        worked()
        while not self._stop.is_set():
            step = min(left, NOTED_EACH)
            self._stop.wait(step.total_seconds())
            left -= step
            if left <= timedelta(0):
                return
            rests(services, self._source, self._clock())


def poll_once(
    services: Services, source: SourceSettings, listener: Listener, now: datetime
) -> Collected:
    """Read a source; a failure is noted (`fengsui.ingest.poll`) and holds up nobody."""
    try:
        collected = read(services, source, listener, now)
    except ListenerError:
        return Collected()
    except Exception:
        log.exception("%s failed", source.name)
        return Collected()
    # That it cannot be asked again is not noted as unread: the next round asks.
    with suppress(ListenerError):
        recheck_if_due(services, source, listener, now)
    return collected
