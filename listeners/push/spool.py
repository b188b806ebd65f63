"""What was pushed to us and waits to be read: whole files in a folder, written before the answer.

Who receives and who reads may be two processes. A file goes when what it holds has been stored.
"""

import hashlib
import os
from collections.abc import Callable, Hashable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from listeners.context import ReadContext
from listeners.errors import ListenerError, RetryLater
from listeners.formats.format import Reading
from listeners.pagination import Entry
from listeners.protocol import CoverageMarker, Item, Refusal, WatchPace
from listeners.refusals import SOON
from records import Rejected, Window

WAITING: Final = ".waiting"
ALIVE: Final = ".alive"
# How often a receiver reports that it is alive, and the silence after which it is gone.
PULSE: Final = timedelta(seconds=10)
GONE_AFTER: Final = timedelta(seconds=60)


class Spool:
    """A folder of what waits; only its owner can read it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, payload: bytes) -> bool:
        """Write `payload` to disk and return whether it was new.

        Raises:
            OSError: it could not be written.
        """
        self._make()
        name = hashlib.blake2b(payload, digest_size=16).hexdigest()
        path = self._folder / f"{name}{WAITING}"
        if path.exists():
            return False
        unfinished = self._folder / f".{name}.{os.getpid()}.tmp"
        with open(unfinished, "wb", opener=_private) as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        # The name is in the folder, and is lost with it in a power cut.
        _sync(self._folder)
        return True

    def waiting(self) -> list[Path]:
        """Return the files that wait, the oldest first."""
        files = [(path.stat().st_mtime_ns, path) for path in self._folder.glob(f"*{WAITING}")]
        return [path for _, path in sorted(files)]

    def pulse(self) -> None:
        """Report that a receiver is alive."""
        self._make()
        (self._folder / ALIVE).touch(mode=0o600)

    def _make(self) -> None:
        """Make the folder where there is none, so that it survives a power cut."""
        if not self._folder.exists():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _sync(self._folder.parent)

    def alive_at(self) -> datetime | None:
        """Return when a receiver last reported that it is alive."""
        try:
            return datetime.fromtimestamp((self._folder / ALIVE).stat().st_mtime, UTC)
        except FileNotFoundError:
            return None


def _sync(folder: Path) -> None:
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class SpoolListener:
    """Reads what waits. `parse` turns one payload into posts and rejected items."""

    def __init__(
        self,
        name: str,
        folder: Path,
        context: ReadContext,
        parse: Callable[[bytes, Reading], Iterator[Entry]],
    ) -> None:
        self._name = name
        self._spool = Spool(folder)
        self._context = context
        self._parse = parse

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._name

    @property
    def watch_pace(self) -> WatchPace:
        """As often as it is read; what waits is whole."""
        return WatchPace()

    def waiting(self, now: datetime) -> frozenset[Hashable]:  # noqa: ARG002  see `Watchable`
        """Return the names of what waits."""
        return frozenset(path.name for path in self._spool.waiting())

    def fetch(self, window: Window) -> Iterator[Item]:
        """Yield what waits; a file is deleted when what stood in it has been written down.

        One that cannot be read now waits on, and stops none behind it.

        Raises:
            ListenerError: a file could not be read now, or nobody receives, so that nothing can
                come.
        """
        files, later = list[Path](), list[ListenerError]()
        for path in self._spool.waiting():
            try:
                yield from self._entries(path)
                files.append(path)
            except ListenerError as error:
                later.append(error)
        alive = self._spool.alive_at()
        heard = alive is not None and self._context.clock() - alive < GONE_AFTER
        why = None if heard else Refusal.UNREACHABLE
        yield CoverageMarker("", window, ok=heard, why=why)
        for path in files:
            path.unlink(missing_ok=True)
        if not heard:
            what = f"{self._name}: nobody receives; `fengsui run` or `fengsui receive` does"
            raise RetryLater(what, SOON, Refusal.UNREACHABLE)
        if later:
            raise later[0]

    def _entries(self, path: Path) -> Iterator[Entry]:
        seen_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        payload, reading = path.read_bytes(), Reading(path.name, seen_at, seen_at)
        try:
            yield from self._parse(payload, reading)
        except ListenerError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, it must not stop what is behind
            raw, reason = payload[:2000].decode("utf-8", "replace"), type(error).__name__
            yield Rejected(self._name, path.name, 1, f"unreadable: {reason}", raw, seen_at)
