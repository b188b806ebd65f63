"""What is cut off from power: messages go out, pushes are taken and stored. Argument: FOLDER.

Each mark says that somebody outside now relies on what was done.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from fengsui.ingest.collect import collect
from fengsui.services import Services
from fengsui.settings.application import Settings
from listeners.context import ReadContext
from listeners.push.spool import Spool, SpoolListener
from listeners.sources.webhook import parse
from records import Notification, NotificationState, Receipt, Window
from records.alert import PreparedMessage
from store import pragmas
from tests.fengsui import stories
from tests.power.trace import MARK

NOW: Final = datetime(2026, 3, 20, 4, tzinfo=UTC)
TURNS: Final = 3
# Where it is set, SQLite syncs as little as it says: the test must see what is lost then.
SYNCHRONOUS: Final = "SOAK_SYNCHRONOUS"


def mark(text: str) -> None:
    """Say to those outside that something is done."""
    os.write(1, MARK + text.encode() + b"\n")


def body_of(turn: int) -> bytes:
    """Return the body of a push: two posts."""
    line = (
        '{{"source": "push", "id": "{0}", "text": "云朵茶饮", "published_at": "2026-03-20T03:00Z"}}'
    )
    return "\n".join(line.format(2 * turn + one) for one in range(2)).encode()


def main() -> None:
    """Do it all, some times over."""
    folder = Path(sys.argv[1])
    settings: Settings = stories.settings(folder / "state")
    if mode := os.environ.get(SYNCHRONOUS):
        _weaken(mode)
    with Services(settings) as services:
        mark("opened")
        listener = SpoolListener(
            "push", folder / "spool", ReadContext(clock=lambda: datetime.now(UTC)), parse
        )
        spool = Spool(folder / "spool")
        spool.pulse()
        for turn in range(TURNS):
            _send(services, turn)
            spool.put(body_of(turn))
            mark(f"answered {turn}")
            now = datetime.now(UTC)
            collect(services, listener, Window(now - timedelta(minutes=1), now))


def _send(services: Services, turn: int) -> None:
    message = PreparedMessage(f"brief-{turn}", "{}")
    waiting = Notification(None, "desk", NotificationState.PENDING, NOW, prepared=message)
    services.ledger.enqueue(waiting)
    mark(f"queued {turn}")
    (claimed,) = services.ledger.claim_all([waiting], NOW + timedelta(minutes=1))
    mark(f"claimed {turn}")
    receipt = Receipt("desk", str(turn), str(turn))
    done = Notification(
        None, "desk", NotificationState.SENT, NOW, claimed.attempts, None, receipt, "", "", message
    )
    services.ledger.record_all([done])
    mark(f"recorded {turn}")


def _weaken(mode: str) -> None:
    """Let SQLite sync less than the program asks for."""
    settings = (one.replace("FULL", mode) for one in pragmas._SETTINGS)
    pragmas._SETTINGS = tuple(settings)  # type: ignore[assignment]


if __name__ == "__main__":
    main()
