"""Reading one source once: for the continuous run, and for schedulers that start a process a read.

What is to be remembered of a source is kept in the ledger: how far it was read, who is reading it,
how often it failed and when it may be asked again. So a source that hangs or fails costs little,
and never the others' turn.
"""

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import partial

import msgspec

from alerts.messages.ops_text import LOGIN, REFUSED, UNREAD
from fengsui.incidents.clock import is_ahead, report_ahead
from fengsui.incidents.operational import close_operational, open_operational
from fengsui.ingest import collect
from fengsui.ingest.collect import Collected
from fengsui.ingest.slo import check_slo
from fengsui.ingest.source_state import (
    SourceState,
    reached,
    set_reached,
    set_source_state,
    source_state,
)
from fengsui.services import Services
from fengsui.wording.reasons import reason_text
from listeners.client.response import GREATEST_PAUSE
from listeners.context import BUDGET, ReadContext, part_reached, set_part_reached
from listeners.errors import ListenerError, LoginNeeded, Refused, RetryLater
from listeners.protocol import Listener, Refusal
from listeners.settings import SourceSettings
from records import IncidentKind, Level, Window
from store.errors import StoreError

log = logging.getLogger(__name__)

# A reader that is gone gives the source free after this long; no read may take longer.
LEASE = timedelta(seconds=60)
# Schedules come a few seconds early or late: a source is due so long before its time.
EARLY = timedelta(seconds=10)
LONGEST_REST = timedelta(minutes=30)
# No rest is longer, whatever a source asks for: a longer one was written by a wrong clock.
LONGEST_ASKED = GREATEST_PAUSE
# So much is read again where a clock was ahead, or two polls.
SET_BACK = timedelta(hours=1)
# Retry refused sources rarely: a person may have fixed the cause.
REFUSED_PAUSE = timedelta(minutes=30)
# One that blocks is left alone for longer.
BLOCKED_PAUSE = timedelta(hours=6)
# Notify people of a source that has failed for so long; a shorter hiccup passes by itself.
TOLD_AFTER = timedelta(minutes=5)


class UnknownSource(Exception):
    """The settings have no source of this name."""


def due_sources(services: Services, now: datetime) -> list[SourceSettings]:
    """Return the sources to be read at `now`.

    That is, those whose pause is over, that nobody is reading and that do not rest after a failure.
    What a resting source leaves unread is noted as a gap in the coverage, and people are notified
    of sources that do not keep what the settings promise.
    """
    check_slo(services, now)
    return [source for source in services.settings.sources if _is_due(services, source, now)]


def _is_due(services: Services, source: SourceSettings, now: datetime) -> bool:
    last, stands = reached(services, source.name), _sound_state(services, source.name, now)
    if stands.read_until is not None and now < stands.read_until <= now + LEASE:
        return False
    if rests(services, source, now):
        return False
    pause = timedelta(seconds=source.poll_seconds)
    return last is None or last > now or now - last >= pause - min(EARLY, pause / 2)


def rests(services: Services, source: SourceSettings, now: datetime) -> bool:
    """Return whether a source is left alone at `now`; what it leaves unread is noted as a gap."""
    last, stands = reached(services, source.name), _sound_state(services, source.name, now)
    if stands.rest_until is None or not now < stands.rest_until <= now + LONGEST_ASKED:
        return False
    pause = timedelta(seconds=source.poll_seconds)
    since = last if last is not None and last <= now else now - pause
    services.ledger.record_unread(source.name, Window(since, now))
    return True


def pause_after(services: Services, source: SourceSettings, now: datetime) -> timedelta:
    """Return how long to wait at `now` before the source is read again."""
    pause = timedelta(seconds=source.poll_seconds)
    until = _sound_state(services, source.name, now).rest_until
    return max(pause, min(until - now, LONGEST_ASKED)) if until is not None else pause


def poll(services: Services, name: str, now: datetime) -> Collected:
    """Read the source `name` from where it was last read up to `now`.

    A failure lets the source rest, longer each time. A lost login, a refusal and a fault of the
    program raise an incident of kind coverage at once, other failures when they have lasted for
    five minutes; a read that succeeds lets it recover.

    Raises:
        UnknownSource: the settings have no such source.
        ListenerError: the source could not be read to the end; the next poll begins there again.
    """
    source = source_of(services, name)
    listener = listener_since(services, source, reached(services, name))
    return read(services, source, listener, now)


def read(
    services: Services, source: SourceSettings, listener: Listener, now: datetime
) -> Collected:
    """Read a source with `listener` from where it was last read up to `now`; see `poll`.

    Raises:
        ListenerError: see `poll`.
    """
    name, last = source.name, _last_read(services, source, now)
    window = Window(min(last or now - timedelta(seconds=source.poll_seconds), now), now)
    before = _sound_state(services, name, now)
    set_source_state(services, name, msgspec.structs.replace(before, read_until=now + LEASE))
    came: list[Collected] = []
    try:
        collected = collect.collect(services, listener, window, came.append)
    except BaseException as error:
        if not isinstance(error, ListenerError):
            services.ledger.record_unread(name, window)
        _failed(services, source, _with_posts(before, came), error, now)
        raise
    set_reached(services, name, now)
    stands = _with_posts(before, came)
    set_source_state(
        services,
        name,
        SourceState(
            why=stands.why, said=stands.said, failed_at=stands.failed_at, posts=stands.posts
        ),
    )
    close_operational(services, IncidentKind.COVERAGE, name, now)
    return collected


def _with_posts(before: SourceState, came: Iterable[Collected]) -> SourceState:
    kept = sum(one.kept for one in came)
    return msgspec.structs.replace(before, posts=before.posts + kept)


def _last_read(services: Services, source: SourceSettings, now: datetime) -> datetime | None:
    """Return up to when a source was read; a time that has not come is set back, with its parts.

    The span behind it is read again: nobody knows when the clock went wrong, and what was read
    once adds nothing.
    """
    name, last = source.name, reached(services, source.name)
    again = now - max(SET_BACK, timedelta(seconds=2 * source.poll_seconds))
    for part in services.ledger.parts(name):
        at = part_reached(services.ledger, name, part)
        if at is not None and is_ahead(at, now):
            report_ahead(services, f"{name} {part}".strip(), at, now)
            set_part_reached(services.ledger, name, part, again)
    if last is None or not is_ahead(last, now):
        return last
    report_ahead(services, name, last, now)
    set_reached(services, name, again)
    return again


def _sound_state(services: Services, name: str, now: datetime) -> SourceState:
    """Return how things stand with a source, without what a clock that was ahead wrote."""
    stands = source_state(services, name)
    return SourceState(posts=stands.posts) if is_ahead(stands.failed_at, now) else stands


def posts_wait(services: Services) -> bool:
    """Return whether any post waits to be judged."""
    return bool(services.store.pending(1))


def poll_those_that_woke(services: Services, names: Collection[str], now: datetime) -> int:
    """Read the sources `names`, but those that rest or are being read; return the new posts.

    One that fails has its failure noted, and keeps nobody else from being read.
    """
    kept = 0
    for source in services.settings.sources:
        stands = _sound_state(services, source.name, now)
        bounds = ((stands.rest_until, LONGEST_ASKED), (stands.read_until, LEASE))
        busy = [at for at, most in bounds if at is not None and now < at <= now + most]
        if source.name not in names or busy:
            continue
        try:
            kept += poll(services, source.name, now).kept
        except ListenerError as error:
            log.warning("%s woke us and could not be read: %s", source.name, error)
    return kept


def source_of(services: Services, name: str) -> SourceSettings:
    """Return the settings of the source `name`.

    Raises:
        UnknownSource: there is none.
    """
    for source in services.settings.sources:
        if source.name == name:
            return source
    raise UnknownSource(f"the settings have no source named {name!r}")


def means_of(services: Services, *, budget: timedelta = BUDGET) -> ReadContext:
    """Return what listeners read with that share the chain's ledger and go on where others left."""
    profiles = tuple(profile.format() for profile in services.settings.profiles)
    explain = partial(reason_text, services.settings.language)
    return ReadContext(memory=services.ledger, resume=True, budget=budget, explain=explain,
                       profiles=profiles)  # fmt: skip


def listener_since(services: Services, source: SourceSettings, last: datetime | None) -> Listener:
    """Return the listener of a source that was read up to `last` by another process."""
    return source.listener_since(means_of(services), last)


def _failed(
    services: Services,
    source: SourceSettings,
    before: SourceState,
    error: BaseException,
    now: datetime,
) -> None:
    if isinstance(error, RetryLater) and error.refusal is Refusal.RESTING:
        # Nobody was asked, so nothing new is known: the host's rest is kept to.
        set_source_state(services, source.name, msgspec.structs.replace(
            before, rest_until=now + error.after, read_until=None))  # fmt: skip
        return
    failing_since, reason = before.failing_since or now, UNREAD
    rest = timedelta(seconds=source.poll_seconds) * 2 ** min(before.failures, 20)
    least = timedelta(0)
    if isinstance(error, LoginNeeded | Refused):
        reason = LOGIN if isinstance(error, LoginNeeded) else REFUSED
        rest = least = BLOCKED_PAUSE if error.refusal is Refusal.BLOCKED else REFUSED_PAUSE
    # What the source itself asked for is kept to, however long.
    asked = error.after if isinstance(error, RetryLater) else timedelta(0)
    rest = max(min(asked, LONGEST_ASKED), least, min(rest, LONGEST_REST))
    why = error.refusal if isinstance(error, ListenerError) else None
    said = str(error)[:300] if isinstance(error, ListenerError) else type(error).__name__
    stands = SourceState(
        before.failures + 1, failing_since, now + rest, why=why, said=said, failed_at=now,
        posts=before.posts, wanted_since=before.wanted_since,
    )  # fmt: skip
    set_source_state(services, source.name, stands)
    log.warning("%s was not read: %s; it rests for %s", source.name, said, rest)
    if not isinstance(error, ListenerError | StoreError):
        # A fault of the program: it will not pass by itself.
        reason = type(error).__name__
    if reason != UNREAD or now - failing_since >= TOLD_AFTER:
        level = Level.YELLOW if reason == UNREAD else Level.ORANGE
        open_operational(services, IncidentKind.COVERAGE, source.name, reason, now, level=level)
