"""How things stand with each source, as the ledger remembers it."""

from datetime import datetime
from typing import Final

import msgspec

from fengsui.services import Services
from listeners.protocol import Refusal
from records import state
from store.ledger.state import COLLECTED_TO, json_of


class SourceState(msgspec.Struct, frozen=True, omit_defaults=True):
    """How things stand with a source: failures in a row, and until when it is left alone.

    `why` and `said` are of the last failure, which was at `failed_at`; they stay when it is over.
    `posts` counts those kept since it was first read. `wanted_since` is when a source that was
    never read was first expected to be.
    """

    failures: int = 0
    failing_since: datetime | None = None
    rest_until: datetime | None = None
    read_until: datetime | None = None
    why: Refusal | None = None
    said: str = ""
    failed_at: datetime | None = None
    posts: int = 0
    wanted_since: datetime | None = None


_STANDING: Final = json_of(state.STANDING, SourceState)


def source_state(services: Services, name: str) -> SourceState:
    """Return how things stand with the source `name`."""
    return _STANDING.get(services.ledger, name) or SourceState()


def reached(services: Services, name: str) -> datetime | None:
    """Return up to when the source `name` was read, None if never."""
    return COLLECTED_TO.get(services.ledger, name)


def set_reached(services: Services, name: str, at: datetime) -> None:
    """Remember that the source `name` was read up to `at`."""
    COLLECTED_TO.set(services.ledger, at, name)


def set_source_state(services: Services, name: str, stands: SourceState) -> None:
    """Remember how things stand with the source `name`."""
    _STANDING.set(services.ledger, stands, name)


def expect_source(services: Services, name: str, now: datetime) -> None:
    """Remember since when a source that was never read is expected to be, if it is not yet."""
    if reached(services, name) is not None or source_state(services, name).wanted_since is not None:
        return

    # In one transaction: a reader may write at the same time.
    def wanted(text: str | None) -> str:
        known = _STANDING.read(text) if text is not None else SourceState()
        return _STANDING.write(msgspec.structs.replace(known, wanted_since=now))

    services.ledger.amend(state.STANDING.key(name), wanted)
