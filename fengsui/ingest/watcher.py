"""Watches one source for anything new, without storing it: who is woken reads it properly."""

import logging
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import Final

from listeners.errors import ListenerError, Refused, RetryLater
from listeners.protocol import Watchable, WatchPace
from listeners.settings import SourceSettings, listener_of

log = logging.getLogger(__name__)

LONGEST_PAUSE: Final = timedelta(minutes=30)


class SourceWatcher:
    """Looks at one source; `pause` is how long to wait before the next look."""

    def __init__(self, source: SourceSettings) -> None:
        self.name = source.name
        listener = listener_of(source)
        self._watched = listener if isinstance(listener, Watchable) else None
        pace = self._watched.watch_pace if self._watched is not None else WatchPace()
        poll = timedelta(seconds=source.poll_seconds)
        self._own_pause = poll if pace.every is None else min(poll, pace.every)
        self._settles = pace.settles
        self.pause = self._own_pause
        self._known: frozenset[Hashable] | None = None
        self._settles_at: datetime | None = None
        self._failures = 0

    def look(self, now: datetime) -> bool:
        """Return whether something is there that was not at the last look, or has now settled.

        The first look finds nothing new: what is there already is the schedule's to read. A source
        that cannot be read has nothing new, and is looked at less and less often: that it is lost
        is noticed where it is read.
        """
        self.pause = self._own_pause
        try:
            new = self._look(now)
        except ListenerError as error:
            self._failures += 1
            asked = error.after if isinstance(error, RetryLater) else timedelta(0)
            doubled = self._own_pause * 2 ** min(self._failures, 12)
            least = LONGEST_PAUSE if isinstance(error, Refused) else timedelta(0)
            self.pause = max(asked, least, min(doubled, LONGEST_PAUSE))
            log.info("%s cannot be watched: %s; again in %s", self.name, error, self.pause)
            return False
        self._failures = 0
        return new

    def _look(self, now: datetime) -> bool:
        if self._watched is None:
            self.pause = LONGEST_PAUSE
            return False
        waiting = self._watched.waiting(now)
        known, self._known = self._known, waiting
        if known is not None and waiting - known:
            # What is still being written is read to its end once it has settled.
            self._settles_at = now + self._settles if self._settles else None
            return True
        if self._settles_at is not None and now >= self._settles_at:
            self._settles_at = None
            return True
        return False


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
