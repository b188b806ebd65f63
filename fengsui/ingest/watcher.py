"""Watches one source for anything new, without storing it: who is woken reads it properly."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from listeners.errors import ListenerError, Refused, RetryLater
from listeners.protocol import Listener
from listeners.push.spool import SpoolListener
from listeners.settings import FolderSource, SourceSettings, listener_of
from listeners.sources.feed import FeedListener
from listeners.sources.folder import FolderListener, Stamp
from records import Post, Window

log = logging.getLogger(__name__)

# A folder is looked at as often: it costs little, and nobody is asked.
FOLDER_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=30)


class SourceWatcher:
    """Looks at one source; `pause` is how long to wait before the next look."""

    def __init__(self, source: SourceSettings) -> None:
        self.name = source.name
        self._own_pause = timedelta(seconds=source.poll_seconds)
        self._settle = timedelta(0)
        if isinstance(source, FolderSource):
            self._own_pause = min(self._own_pause, FOLDER_PAUSE)
            # What is still being written is read to its end once it has settled.
            self._settle = timedelta(seconds=source.settle_seconds) + FOLDER_PAUSE / 2
        self.pause = self._own_pause
        self._listener: Listener = listener_of(source)
        self._known: frozenset[str] | None = None
        self._files: Mapping[Path, Stamp] | None = None
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
        if isinstance(self._listener, FolderListener):
            return self._look_into(self._listener, now)
        if isinstance(self._listener, SpoolListener):
            waiting = frozenset(self._listener.waiting())
            known, self._known = self._known, waiting
            return known is not None and bool(waiting - known)
        if not isinstance(self._listener, FeedListener):
            # Its host allows so many questions and no more: the schedule has them.
            self.pause = LONGEST_PAUSE
            return False
        # A feed sends what it has, whatever the window.
        window = Window(now - self._own_pause, now)
        keys = frozenset(
            item.key for item in self._listener.fetch(window) if isinstance(item, Post)
        )
        known, self._known = self._known, keys
        return known is not None and bool(keys - known)

    def _look_into(self, folder: FolderListener, now: datetime) -> bool:
        files = folder.stamps()
        known, self._files = self._files, files
        if known is not None and files != known and files.items() - known.items():
            self._settles_at = now + self._settle
            return True
        if self._settles_at is not None and now >= self._settles_at:
            self._settles_at = None
            return True
        return False


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
