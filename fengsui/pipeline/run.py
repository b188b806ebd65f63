"""The continuous run: every source polled at its own pace, everything else in one loop.

A source is read in a thread of its own, so that one that hangs or fails holds up no other. The
loop wakes as soon as a source has brought something, and at least each second, so that incidents
recover on time. What it finds is sent by threads of their own, one a receiver.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from alerts.delivery.outbox import DispatchReport
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

T = TypeVar("T")

WAKE = timedelta(seconds=1)
# What a source that rests leaves unread is noted as often.
NOTED_EACH = timedelta(minutes=1)
# How long, at the end, sources may take to finish their read; one that hangs is left behind.
GRACE = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one turn of the loop did."""

    at: datetime
    annotated: Annotated
    detected: Detected
    sent: int
    failed: int


def run(
    services: Services,
    stop: threading.Event,
    *,
    clock: Callable[[], datetime] = utc_now,
    progress: Callable[[Cycle], None] = lambda _: None,
) -> None:
    """Poll, judge, detect and notify until `stop` is set; then finish the turn and return."""
    arrived = threading.Event()
    pollers = [
        threading.Thread(
            target=_poll,
            args=(services.settings, source, arrived, stop, clock),
            name=source.name,
            daemon=True,
        )
        for source in services.settings.sources
    ]
    with receiving(services.settings, clock):
        senders = Senders(services, stop, clock)
        senders.start()
        for poller in pollers:
            poller.start()
        while not stop.is_set():
            arrived.wait(WAKE.total_seconds())
            arrived.clear()
            progress(turn(services, clock, senders.send))
    senders.join(GRACE)
    deadline = time.monotonic() + GRACE.total_seconds()
    for poller in pollers:
        poller.join(timeout=max(0.0, deadline - time.monotonic()))


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
) -> Cycle:
    """Judge what arrived, detect and notify: by `send`, which returns at once, or else here.

    A step that fails is logged and tried again at the next turn; it holds up no other: alerts that
    wait are sent also while the model fails.
    """
    annotated = _tried(lambda: steps.annotate(services), Annotated())
    detected = _tried(lambda: steps.detect(services, clock()), Detected())
    report = _tried(send or (lambda: steps.notify(services, clock)), DispatchReport())
    _tried(lambda: check_slo(services, clock()), None)
    _tried(lambda: show_in_kibana(services, clock()), None)
    _tried(lambda: daily_if_due(services, clock()), None)
    return Cycle(clock(), annotated, detected, report.sent, report.failed)


def show_in_kibana(services: Services, now: datetime) -> None:
    """Show in Kibana what there is, where there is one."""
    if services.store.feeds_kibana:
        # The client takes a second to load: only where it is used.
        from fengsui.pipeline.projection import project_if_due  # noqa: PLC0415  # see above

        project_if_due(services, now)


def _tried(step: Callable[[], T], otherwise: T) -> T:
    try:
        return step()
    except Exception:
        log.exception("a step failed; nothing is lost, the next turn tries again")
        return otherwise


def _poll(
    settings: Settings,
    source: SourceSettings,
    arrived: threading.Event,
    stop: threading.Event,
    clock: Callable[[], datetime],
) -> None:
    # A store belongs to the thread that opened it.
    with Services(settings) as services:
        budget = max(BUDGET, timedelta(seconds=0.9 * source.poll_seconds))
        listener = listener_of(source, replace(means_of(services, budget=budget), clock=clock))
        while not stop.is_set():
            collected = poll_once(services, source, listener, clock())
            if collected.kept or collected.duplicate or collected.gone:
                arrived.set()
            _rest(services, source, stop, clock)


def poll_once(
    services: Services, source: SourceSettings, listener: Listener, now: datetime
) -> Collected:
    """Read a source; a failure is noted (`fengsui.ingest.poll`) and holds up nobody."""
    try:
        collected = read(services, source, listener, now)
        recheck_if_due(services, source, listener, now)
    except ListenerError:
        return Collected()
    except Exception:
        log.exception("%s failed", source.name)
        return Collected()
    return collected


def _rest(
    services: Services, source: SourceSettings, stop: threading.Event, clock: Callable[[], datetime]
) -> None:
    """Wait until a source is to be read again; a long rest is noted as unread as it goes on."""
    left = pause_after(services, source, clock())
    while not stop.is_set():
        step = min(left, NOTED_EACH)
        stop.wait(step.total_seconds())
        left -= step
        if left <= timedelta(0):
            return
        rests(services, source, clock())
