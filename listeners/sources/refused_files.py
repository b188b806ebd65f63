"""What a watched folder refused: a mark for each file, so that no other process tries it again."""

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from listeners.formats import FORMATS
from listeners.formats.format import Format

log = logging.getLogger(__name__)

FOLDER: Final = "refused"
ENDING: Final = ".why"
# A file system takes names of 255 bytes; a longer one is cut and told apart by its digest.
_LONGEST_NAME: Final = 200
_LONGEST_MARK: Final = 10_000
# What the program can read changes with it.
_VERSION: Final = version("fengsui")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file does."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int = field(compare=False)

    @property
    def written_at(self) -> datetime:
        """When the file was last written."""
        return datetime.fromtimestamp(self.mtime_ns / 1e9, UTC)

    @property
    def changed_at(self) -> datetime:
        """When the file was last written, renamed or moved here, whichever is later."""
        return datetime.fromtimestamp(max(self.mtime_ns, self.ctime_ns) / 1e9, UTC)


class Refusals:
    """The marks in `refused/`: `<file>.why` holds the reason; the file itself stays where it is.

    A file that has changed is tried again, one whose mark somebody deletes, and each of them after
    an upgrade and once another profile is in the settings. A folder in which nothing can be written
    has no marks: there each process finds out anew.
    """

    def __init__(
        self, watched: Path, explain: Callable[[str], str], profiles: tuple[Format, ...] = ()
    ) -> None:
        self._watched = watched
        self._explain = explain
        names = [_VERSION, *(one.name for one in FORMATS), *(one.detail for one in profiles)]
        self._known = hashlib.blake2b("\n".join(names).encode(), digest_size=4).hexdigest()
        self.folder = watched / FOLDER

    def has(self, path: Path, stamp: Stamp) -> bool:
        """Return whether the file was refused as it is now."""
        try:
            with self._mark_of(path).open(encoding="utf-8") as file:
                return file.read(_LONGEST_MARK).rstrip().endswith(f"\n{self._line(stamp)}")
        except (OSError, UnicodeDecodeError):
            return False

    def keep(self, path: Path, stamp: Stamp, reason: str) -> None:
        """Mark a file as refused."""
        mark = self._mark_of(path)
        text = f"{self._name(path)}\n{self._explain(reason)}\n\n{self._line(stamp)}\n"
        try:
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.write_text(text, "utf-8", errors="replace")
        except OSError as error:
            log.warning("%s cannot be marked: %s", path.name, error.strerror)

    def forget(self, path: Path) -> None:
        """Take the mark away of a file that could be read."""
        with suppress(OSError):
            self._mark_of(path).unlink(missing_ok=True)

    def _line(self, stamp: Stamp) -> str:
        """Return what stands in a mark, to see whether the file is still the one refused."""
        return f"{stamp.size} {stamp.mtime_ns} {self._known}"

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._watched))

    def _mark_of(self, path: Path) -> Path:
        name = self._name(path)
        if len(name.encode(errors="replace")) > _LONGEST_NAME:
            digest = hashlib.blake2b(name.encode(errors="replace"), digest_size=6).hexdigest()
            return self.folder / f"{path.name[:40]}-{digest}{ENDING}"
        return self.folder / f"{name}{ENDING}"
