"""The continuous run: every source polled at its own pace, everything else in one loop.

A source is read in a thread of its own, so that one that hangs or fails holds up no other. The
loop wakes as soon as a source has brought something, and at least each second, so that incidents
recover and failed messages are sent again on time.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from alerts.dispatch import DispatchReport
from fengsui import steps
from fengsui.chain import Chain
from fengsui.settings import Settings
from fengsui.steps import Annotated, Collected, Detected
from listeners.listener import Listener, LoginNeeded, Refused, RetryLater
from listeners.settings import SourceSettings, listener_of
from records import Window

log = logging.getLogger(__name__)

T = TypeVar("T")

WAKE = timedelta(seconds=1)
# A source that refuses is asked again, but seldom: a person may have mended it.
REFUSED_PAUSE = timedelta(minutes=30)
# How long, at the end, sources may take to finish their read; one that hangs is left behind.
GRACE = timedelta(seconds=3)
COLLECTED_TO = "collect.{name}"


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one turn of the loop did."""

    at: datetime
    annotated: Annotated
    detected: Detected
    sent: int
    failed: int


def run(
    chain: Chain,
    stop: threading.Event,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Callable[[Cycle], None] = lambda _: None,
) -> None:
    """Poll, judge, detect and notify until `stop` is set; then finish the turn and return."""
    arrived = threading.Event()
    pollers = [
        threading.Thread(
            target=_poll,
            args=(chain.settings, source, arrived, stop, clock),
            name=source.name,
            daemon=True,
        )
        for source in chain.settings.sources
    ]
    for poller in pollers:
        poller.start()
    while not stop.is_set():
        arrived.wait(WAKE.total_seconds())
        arrived.clear()
        progress(turn(chain, clock))
    deadline = time.monotonic() + GRACE.total_seconds()
    for poller in pollers:
        poller.join(timeout=max(0.0, deadline - time.monotonic()))


def turn(chain: Chain, clock: Callable[[], datetime]) -> Cycle:
    """Judge what arrived, detect and notify.

    A step that fails is logged and tried again at the next turn; it holds up no other: alerts that
    wait are sent also while the model fails.
    """
    annotated = _tried(lambda: steps.annotate(chain), Annotated())
    detected = _tried(lambda: steps.detect(chain, clock()), Detected())
    report = _tried(lambda: steps.notify(chain, clock), DispatchReport())
    _tried(lambda: show_in_kibana(chain, clock()), None)
    return Cycle(clock(), annotated, detected, report.sent, report.failed)


def show_in_kibana(chain: Chain, now: datetime) -> None:
    """Show in Kibana what there is, where there is one."""
    if chain.settings.store == "elasticsearch":
        # The client takes a second to load: only where it is used.
        from fengsui.projection import project_if_due  # noqa: PLC0415  # see above

        project_if_due(chain, now)


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
    listener = listener_of(source)
    # A store belongs to the thread that opened it.
    with Chain(settings) as chain:
        while not stop.is_set():
            collected, pause = poll_once(chain, listener, source, clock())
            if collected.kept or collected.duplicate:
                arrived.set()
            stop.wait(pause.total_seconds())


def poll_once(
    chain: Chain, listener: Listener, source: SourceSettings, now: datetime
) -> tuple[Collected, timedelta]:
    """Read a source from its cursor up to `now`; return what came and the pause until the next."""
    cursor = COLLECTED_TO.format(name=source.name)
    pause = timedelta(seconds=source.poll_seconds)
    reached = chain.ledger.cursor(cursor)
    since = datetime.fromisoformat(reached) if reached else now - pause
    try:
        collected = steps.collect(chain, listener, Window(min(since, now), now))
    except RetryLater as error:
        log.warning("%s: %s; again in %s", source.name, error, error.after)
        return Collected(), max(pause, error.after)
    except (LoginNeeded, Refused) as error:
        log.error("%s cannot be read: %s", source.name, error)  # noqa: TRY400 - no trace wanted
        return Collected(), max(pause, REFUSED_PAUSE)
    except Exception:
        log.exception("%s failed", source.name)
        return Collected(), pause
    chain.ledger.set_cursor(cursor, now.isoformat())
    return collected, pause
