"""The ledger is away: no incident can be written, so people learn it without one.

The log has it at once. Where the settings name an emergency receiver, it gets a message directly,
at most once an hour, also across processes that start and fail again and again.
"""

import logging
import os
import tempfile
import threading
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

from rich.console import Console

from alerts.messages.message import Message
from alerts.notify.protocol import Notifier, NotifyError
from alerts.settings import notifier_of
from fengsui.settings.application import Settings
from fengsui.wording.words import say
from records import Level
from records.time import BEIJING, HOUR

log = logging.getLogger(__name__)

MARK: Final = "emergency"


class Emergency:
    """Tells of a ledger that is away, and that it is back; needs no ledger itself."""

    def __init__(self, settings: Settings, notifier: Notifier | None = None) -> None:
        self._settings = settings
        self._notifier = notifier
        self._notified_at: datetime | None = None
        self._away = False

    def away(self, error: BaseException, now: datetime, *, waits: bool = False) -> bool:
        """Log that the ledger is away and tell the emergency receiver; return whether it did.

        With `waits` it returns when the receiver has answered.
        """
        self._away = True
        log.critical("the ledger is away: no incident can be written (%s)", type(error).__name__)
        if self._was_notified(now) or not self._send(
            "away", type(error).__name__, now, waits=waits
        ):
            return False
        self._remember(now)
        return True

    def back(self, now: datetime, *, waits: bool = False) -> None:
        """Tell that the ledger is back, where a message went out that it is away."""
        if not self._away:
            return
        self._away = False
        log.warning("the ledger is back")
        if self._notified_at is not None:
            self._notified_at = None
            self._send("back", "", now, waits=waits)

    def _send(self, word: str, why: str, now: datetime, *, waits: bool = False) -> bool:
        name = self._settings.emergency_receiver
        chosen = [one for one in self._settings.receivers if one.name == name]
        if not chosen:
            return False
        language = chosen[0].language
        at = f"{now.astimezone(BEIJING):%m-%d %H:%M}"
        message = Message(
            language=language,
            title=say(language, f"emergency.{word}", at=at),
            level=Level.RED,
            recovered=word == "back",
            summary=(say(language, f"emergency.{word}_means", why=why),),
        )
        notifier = self._notifier or notifier_of(chosen[0], Console(stderr=True))
        key = f"emergency/{word}/{now:%Y%m%dT%H%M%SZ}"
        # In a thread of its own: the loop does not wait for its 15 seconds.
        thread = threading.Thread(
            target=_deliver, args=(notifier, message, key), name="emergency", daemon=False
        )
        thread.start()
        if waits:
            thread.join()
        return True

    def _was_notified(self, now: datetime) -> bool:
        times = [self._notified_at, *map(_time_of, self._marks())]
        return any(at is not None and abs(now - at) < HOUR for at in times)

    def _remember(self, now: datetime) -> None:
        self._notified_at = now
        for path in self._marks():
            try:
                path.touch(mode=0o600)
                os.utime(path, (now.timestamp(), now.timestamp()))
            except OSError as error:
                log.info("%s cannot be marked: %s", path, error)
            else:
                return

    def _marks(self) -> tuple[Path, Path]:
        """Return where the time of the last message stands: a full disk may hold only the second.

        The time is that of an empty file, so that nothing is written to a path of others.
        """
        state = self._settings.state.resolve()
        digest = blake2b(str(state).encode(), digest_size=8).hexdigest()
        return state / MARK, Path(tempfile.gettempdir()) / f"fengsui-{MARK}-{digest}"


def _time_of(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, BEIJING)
    except OSError:
        return None


def _deliver(notifier: Notifier, message: Message, key: str) -> None:
    try:
        notifier.send(message, key, None)
    except NotifyError as error:
        log.error("the emergency receiver took nothing: %s", error)  # noqa: TRY400 - one line
