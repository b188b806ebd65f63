"""What a listener reads with: the shared memory, how long it may take, and its clock."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from listeners.client.breaker import utc_now
from listeners.client.limits import AGENT, Limits
from listeners.client.state import LocalState, StateStore
from listeners.protocol import Refusal
from records.state import PART, REFUSED

if TYPE_CHECKING:
    import httpx

    from listeners.client.client import PoliteClient
    from listeners.formats.format import Format

BUDGET: Final = timedelta(seconds=40)


class RefusalCount(msgspec.Struct, frozen=True):
    """How often a source refused in one way, and when it last did."""

    times: int
    last: datetime


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What listeners share.

    With `resume` a part of a source is read from where it was last read to, else from the window's
    beginning. A read begins nothing new after `budget`. `transport` takes the network's place.
    `explain` says a reason in the language of the people who read what a listener writes.
    """

    memory: StateStore = field(default_factory=LocalState)
    resume: bool = False
    budget: timedelta = BUDGET
    clock: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep
    transport: "httpx.BaseTransport | None" = None
    limits: Limits = field(default_factory=Limits)
    explain: Callable[[str], str] = str
    profiles: "tuple[Format, ...]" = ()

    def web(self, source: str, request_seconds: float, *, agent: str = AGENT) -> "PoliteClient":
        """Return the client of a source, which asks one host once in `request_seconds`."""
        # Settings are read where nothing is asked over HTTP: its client waits for the first use.
        from listeners.client.client import PoliteClient

        return PoliteClient(
            self.memory,
            every=timedelta(seconds=request_seconds),
            agent=agent,
            clock=self.clock,
            sleep=self.sleep,
            transport=self.transport,
            limits=self.limits,
            told=lambda refusal: self._refused(source, refusal),
        )

    def reached(self, source: str, part: str) -> datetime | None:
        """Return up to when a part was read, None where it is read from the window's beginning."""
        return part_reached(self.memory, source, part) if self.resume else None

    def _refused(self, source: str, refusal: Refusal) -> None:
        now = self.clock()

        def count(text: str | None) -> str:
            known = dict(_read_counts(text))
            before = known.get(refusal)
            known[refusal] = RefusalCount(before.times + 1 if before else 1, now)
            return msgspec.json.encode(known).decode()

        self.memory.amend(REFUSED.key(source), count)


def part_reached(memory: StateStore, source: str, part: str) -> datetime | None:
    """Return up to when a part of a source was read, None if never."""
    text = memory.cursor(PART.key(source, part))
    return datetime.fromisoformat(text) if text else None


def set_part_reached(memory: StateStore, source: str, part: str, at: datetime) -> None:
    """Remember that a part of a source was read up to `at`."""
    memory.set_cursor(PART.key(source, part), at.isoformat())


def refusal_counts(memory: StateStore, source: str) -> Mapping[Refusal, RefusalCount]:
    """Return how often a source refused in each way."""
    return _read_counts(memory.cursor(REFUSED.key(source)))


def _read_counts(text: str | None) -> Mapping[Refusal, RefusalCount]:
    """Return the refusals that `text` counts; what cannot be read is none."""
    try:
        return msgspec.json.decode(text, type=dict[Refusal, RefusalCount]) if text else {}
    except msgspec.MsgspecError:
        return {}
