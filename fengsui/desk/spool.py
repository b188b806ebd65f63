"""What people did while the store was away: kept in files, and done on its return, in order.

Each action is a file of its own, written to disk before the person gets an answer. A file goes when
its action was decided on; a process that dies in between does it again, which changes nothing.
"""

import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from records import Action
from store.encoding import decoder, encode

log = logging.getLogger(__name__)

FOLDER: Final = "desk"
_WAITING: Final = ".waiting"
_DAMAGED: Final = ".damaged"
# No action is longer: each of its texts is bounded.
_LONGEST: Final = 1_000_000
_action = decoder(Action)


class Spool:
    """A folder of actions that wait; only its owner can read it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, action: Action) -> None:
        """Write an action to disk; the same one again changes nothing.

        Raises:
            OSError: it could not be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = hashlib.blake2b(action.key.encode(errors="replace"), digest_size=16).hexdigest()
        if any(path.name.endswith(f"-{name}{_WAITING}") for path in self._files()):
            return
        unfinished = self._folder / f".{name}.{os.getpid()}.tmp"
        with open(unfinished, "wb", opener=_private) as file:
            file.write(encode(action))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._folder / f"{self._next():020d}-{name}{_WAITING}")
        # The name is in the folder, and is lost with it in a power cut.
        _sync(self._folder)

    def waiting(self) -> Iterator[Action]:
        """Yield what waits, in the order in which it was kept."""
        for path in self._files():
            if (action := self._read(path)) is not None:
                yield action

    def apply(self, act: Callable[[Action], None]) -> int:
        """Do what waits, in order, and return how much; what `act` raises stops it there."""
        done = 0
        for path in self._files():
            if (action := self._read(path)) is None:
                continue
            act(action)
            path.unlink(missing_ok=True)
            done += 1
        return done

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_WAITING}"))

    def _next(self) -> int:
        """Return a place after all that waits, also where the clock was put back."""
        files = self._files()
        last = int(files[-1].name.partition("-")[0]) if files else 0
        return max(time.time_ns(), last + 1)

    def _read(self, path: Path) -> Action | None:
        """Return the action of a file; one that cannot be read is put aside."""
        try:
            with path.open("rb") as file:
                return _action(file.read(_LONGEST))
        except FileNotFoundError:
            return None  # another process has done it
        except msgspec.DecodeError:
            log.exception("%s cannot be read and is put aside", path.name)
            path.rename(path.with_suffix(_DAMAGED))
            return None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
