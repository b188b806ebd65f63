"""One read of one source, for schedulers that start a process for each.

What a process that stays would remember of a source is kept in the ledger: how far it was read,
who is reading it, how often it failed and when it may be asked again. So a source that hangs or
fails costs little, and never the others' turn.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from alerts.message_trouble import LOGIN, REFUSED, UNREAD
from fengsui import steps
from fengsui.chain import Chain
from fengsui.run import COLLECTED_TO, REFUSED_PAUSE
from fengsui.steps import Collected
from fengsui.troubles import close_trouble, open_trouble
from listeners.folder import FolderListener
from listeners.listener import Listener, ListenerError, LoginNeeded, Refused, RetryLater
from listeners.settings import FolderSource, SourceSettings, listener_of
from records import IncidentKind, Level, Window

log = logging.getLogger(__name__)

# A reader that is gone gives the source free after this long; no read may take longer.
LEASE = timedelta(seconds=60)
# Schedules come a few seconds early or late: a source is due so long before its time.
EARLY = timedelta(seconds=10)
LONGEST_REST = timedelta(minutes=30)
# People are told of a source that has failed for so long; a shorter hiccup mends itself.
TOLD_AFTER = timedelta(minutes=5)
# Clocks of file servers differ from ours; what is older than the last read by more was read then.
CLOCK_SKEW = timedelta(seconds=60)
STANDING = "standing.{name}"


class UnknownSource(Exception):
    """The settings have no source of this name."""


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """How things stand with a source: failures in a row, and until when it is left alone."""

    failures: int = 0
    failing_since: datetime | None = None
    rest_until: datetime | None = None
    read_until: datetime | None = None


def standing(chain: Chain, name: str) -> Standing:
    """Return how things stand with the source `name`."""
    value = chain.ledger.cursor(STANDING.format(name=name))
    return msgspec.json.decode(value, type=Standing) if value else Standing()


def reached(chain: Chain, name: str) -> datetime | None:
    """Return up to when the source `name` was read, None if never."""
    value = chain.ledger.cursor(COLLECTED_TO.format(name=name))
    return datetime.fromisoformat(value) if value else None


def due_sources(chain: Chain, now: datetime) -> list[SourceSettings]:
    """Return the sources to be read at `now`.

    That is, those whose pause is over, that nobody is reading and that do not rest after a failure.
    What a resting source leaves unread is noted as a gap in the coverage.
    """
    return [source for source in chain.settings.sources if _is_due(chain, source, now)]


def _is_due(chain: Chain, source: SourceSettings, now: datetime) -> bool:
    last, stands = reached(chain, source.name), standing(chain, source.name)
    if stands.read_until is not None and now < stands.read_until:
        return False
    pause = timedelta(seconds=source.poll_seconds)
    if stands.rest_until is not None and now < stands.rest_until:
        since = last if last is not None and last <= now else now - pause
        chain.ledger.record_read(source.name, Window(since, now), ok=False)
        return False
    return last is None or last > now or now - last >= pause - min(EARLY, pause / 2)


def poll(chain: Chain, name: str, now: datetime) -> Collected:
    """Read the source `name` from where it was last read up to `now`.

    A failure lets the source rest, longer each time. A lost login or a refusal raises an incident
    of kind coverage at once, other failures when they have lasted for five minutes; a read that
    succeeds lets it recover.

    Raises:
        UnknownSource: the settings have no such source.
        ListenerError: the source could not be read to the end; the next poll begins there again.
    """
    source = source_of(chain, name)
    last = reached(chain, name)
    window = Window(min(last or now - timedelta(seconds=source.poll_seconds), now), now)
    before = standing(chain, name)
    _stand(chain, name, msgspec.structs.replace(before, read_until=now + LEASE))
    try:
        collected = steps.collect(chain, listener_since(source, last), window)
    except BaseException as error:
        chain.ledger.record_read(name, window, ok=False)
        _failed(chain, source, before, error, now)
        raise
    chain.ledger.set_cursor(COLLECTED_TO.format(name=name), now.isoformat())
    _stand(chain, name, Standing())
    close_trouble(chain, IncidentKind.COVERAGE, name, now)
    return collected


def posts_wait(chain: Chain) -> bool:
    """Return whether any post waits to be judged."""
    return bool(chain.store.pending(1))


def poll_those_that_woke(chain: Chain, names: Collection[str], now: datetime) -> int:
    """Read the sources `names`, but those that rest or are being read; return the new posts.

    One that fails has its failure noted, and keeps nobody else from being read.
    """
    kept = 0
    for source in chain.settings.sources:
        stands = standing(chain, source.name)
        busy = [at for at in (stands.rest_until, stands.read_until) if at is not None and now < at]
        if source.name not in names or busy:
            continue
        try:
            kept += poll(chain, source.name, now).kept
        except ListenerError as error:
            log.warning("%s woke us and could not be read: %s", source.name, error)
    return kept


def source_of(chain: Chain, name: str) -> SourceSettings:
    """Return the settings of the source `name`.

    Raises:
        UnknownSource: there is none.
    """
    for source in chain.settings.sources:
        if source.name == name:
            return source
    raise UnknownSource(f"the settings have no source named {name!r}")


def listener_since(source: SourceSettings, last: datetime | None) -> Listener:
    """Return the listener of a source that was read up to `last` by another process."""
    if last is None or not isinstance(source, FolderSource):
        return listener_of(source)
    settled = timedelta(seconds=source.settle_seconds)
    return FolderListener(
        source.name,
        source.path,
        settle_seconds=source.settle_seconds,
        changed_since=last - settled - CLOCK_SKEW,
    )


def _failed(
    chain: Chain, source: SourceSettings, before: Standing, error: BaseException, now: datetime
) -> None:
    failing_since, reason = before.failing_since or now, UNREAD
    rest = timedelta(seconds=source.poll_seconds) * 2 ** min(before.failures, 20)
    if isinstance(error, LoginNeeded | Refused):
        rest, reason = REFUSED_PAUSE, LOGIN if isinstance(error, LoginNeeded) else REFUSED
    # What the source itself asked for is kept to, however long.
    asked = error.after if isinstance(error, RetryLater) else timedelta(0)
    rest = max(asked, min(rest, LONGEST_REST))
    _stand(chain, source.name, Standing(before.failures + 1, failing_since, now + rest))
    log.warning("%s was not read; it rests for %s", source.name, rest)
    if reason != UNREAD or now - failing_since >= TOLD_AFTER:
        level = Level.YELLOW if reason == UNREAD else Level.ORANGE
        open_trouble(chain, IncidentKind.COVERAGE, source.name, reason, now, level=level)


def _stand(chain: Chain, name: str, stands: Standing) -> None:
    chain.ledger.set_cursor(STANDING.format(name=name), msgspec.json.encode(stands).decode())
