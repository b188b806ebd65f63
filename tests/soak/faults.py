"""The faults of a soak: which, when, how long; and which incidents each of them explains."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.soak.subject import CLOCK, DISK_FULL, LEDGER_GONE

FEED: Final = "feed"
RECEIVER: Final = "receiver"
LOCK: Final = "ledger-locked"
KILL: Final = "kill"
JUNK: Final = "junk-file"
KINDS: Final = (FEED, RECEIVER, LOCK, LEDGER_GONE, CLOCK, DISK_FULL, JUNK)
# How servers fail. A feed that is not found is left alone for half an hour: not in a soak.
FAILING: Final = {FEED: ("500", "drop", "drip"), RECEIVER: ("500", "404", "drop", "lost", "drip")}
# Hours ahead, more than a year ahead, and behind.
WRONG: Final = (2 * 3600.0, 400 * 86_400.0, -3600.0)
# What a fault brings may open an incident so long after its end.
ECHO: Final = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Fault:
    """What was injected, from when until when."""

    kind: str
    what: str
    since: datetime
    until: datetime


@dataclass(slots=True)
class Faults:
    """Injects faults into a subject one after the other, and remembers them."""

    folder: Path
    ledger: Path
    rng: random.Random
    done: list[Fault] = field(default_factory=list)
    servers: dict[str, Callable[[str], None]] = field(default_factory=dict)

    def inject(self, seconds: float, wait: Callable[[float], object]) -> Fault:
        """Inject one fault for so long, and return it."""
        kind = self.rng.choice(KINDS)
        since = datetime.now(UTC)
        with self._on(kind) as what:
            wait(seconds)
        fault = Fault(kind, what, since, datetime.now(UTC))
        self.done.append(fault)
        return fault

    @contextmanager
    def _on(self, kind: str) -> Iterator[str]:
        if kind in {FEED, RECEIVER}:
            name = self.rng.choice([one for one in self.servers if (one == FEED) == (kind == FEED)])
            how = self.rng.choice(FAILING[kind])
            self.servers[name](how)
            try:
                yield f"{name} {how}"
            finally:
                self.servers[name]("")
        elif kind == LOCK:
            with self._locked():
                yield ""
        elif kind == JUNK:
            (self.folder / JUNK).touch()
            yield ""
        else:
            wrong = str(self.rng.choice(WRONG)) if kind == CLOCK else ""
            (self.folder / kind).write_text(wrong)
            try:
                yield wrong
            finally:
                (self.folder / kind).unlink()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the ledger's write lock, as another process that hangs would."""
        database = sqlite3.connect(self.ledger, isolation_level=None, timeout=30)
        try:
            database.execute("BEGIN IMMEDIATE")
            yield
        finally:
            if database.in_transaction:
                database.execute("ROLLBACK")
            database.close()

    def killed(self) -> None:
        """Remember a SIGKILL."""
        self.done.append(Fault(KILL, "", datetime.now(UTC), datetime.now(UTC)))

    def count(self) -> dict[str, int]:
        """Return how many faults of each kind there were."""
        kinds = [fault.kind for fault in self.done]
        return {kind: kinds.count(kind) for kind in sorted({*kinds})}

    def explains(self, kind: str, opened_at: datetime) -> bool:
        """Say whether a fault of `kind` lies before an incident, as far as the clock was right."""
        jumps = [timedelta(seconds=float(f.what)) for f in self.done if f.kind == CLOCK]
        return any(
            fault.since - timedelta(seconds=5) <= opened_at - wrong <= fault.until + ECHO
            for fault in self.done
            if fault.kind == kind
            for wrong in (timedelta(0), *jumps)
        )
