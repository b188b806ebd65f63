"""How things stand with each source, as the ledger remembers it."""

from datetime import datetime

import msgspec

from fengsui.services import Chain
from listeners.protocol import Refusal

COLLECTED_TO = "collect.{name}"
STANDING = "standing.{name}"


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
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


def standing(chain: Chain, name: str) -> Standing:
    """Return how things stand with the source `name`."""
    value = chain.ledger.cursor(STANDING.format(name=name))
    return msgspec.json.decode(value, type=Standing) if value else Standing()


def reached(chain: Chain, name: str) -> datetime | None:
    """Return up to when the source `name` was read, None if never."""
    value = chain.ledger.cursor(COLLECTED_TO.format(name=name))
    return datetime.fromisoformat(value) if value else None


def set_standing(chain: Chain, name: str, stands: Standing) -> None:
    """Remember how things stand with the source `name`."""
    chain.ledger.set_cursor(STANDING.format(name=name), msgspec.json.encode(stands).decode())
