"""How things stand with each source, as the ledger remembers it."""

from datetime import datetime

import msgspec

from fengsui.services import Services
from listeners.protocol import Refusal

COLLECTED_TO = "collect.{name}"
STANDING = "standing.{name}"


class SourceState(msgspec.Struct, frozen=True, omit_defaults=True):
    """How things stand with a source: failures in a row, and until when it is left alone.

    `why` and `said` are of the last failure, which was at `failed_at`; they stay when it is over.
    """

    failures: int = 0
    failing_since: datetime | None = None
    rest_until: datetime | None = None
    read_until: datetime | None = None
    why: Refusal | None = None
    said: str = ""
    failed_at: datetime | None = None


def source_state(services: Services, name: str) -> SourceState:
    """Return how things stand with the source `name`."""
    value = services.ledger.cursor(STANDING.format(name=name))
    return msgspec.json.decode(value, type=SourceState) if value else SourceState()


def reached(services: Services, name: str) -> datetime | None:
    """Return up to when the source `name` was read, None if never."""
    value = services.ledger.cursor(COLLECTED_TO.format(name=name))
    return datetime.fromisoformat(value) if value else None


def set_source_state(services: Services, name: str, stands: SourceState) -> None:
    """Remember how things stand with the source `name`."""
    services.ledger.set_cursor(STANDING.format(name=name), msgspec.json.encode(stands).decode())
