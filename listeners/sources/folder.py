"""A watched folder: new files are read, growing ones are read on from where they ended."""

import io
import logging
import os
import stat
from collections.abc import Callable, Generator, Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO, Final, NoReturn

from listeners.errors import Refused
from listeners.formats.detect import Layout
from listeners.formats.format import Format, Reading
from listeners.formats.items import Items
from listeners.formats.read import UnknownFormat, layout_of_file, parse_items
from listeners.parsing.bytes import GREATEST_LINE, is_compressed, opened
from listeners.parsing.times import BEIJING
from listeners.protocol import WatchPace
from listeners.sources.refused_files import Refusals, Stamp
from records import Post, Rejected, Window

log = logging.getLogger(__name__)

# Names that editors, browsers and downloads give to a file that is not finished.
UNFINISHED: Final = (".tmp", ".part", ".partial", ".crdownload", ".download", ".swp", "~")
# So much before the mark is remembered, to see that the file is still the one that was read.
TRACE: Final = 256
# Posts of an export that lie further apart do not show that there were none in between.
GREATEST_GAP: Final = timedelta(days=1)
# Who watches a folder looks at it as often.
LOOK_EVERY: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the whole lines of a file have been read: `trace` stands right before `offset`."""

    offset: int
    position: int
    trace: bytes
    layout: Layout


@dataclass(frozen=True, slots=True)
class Place:
    """What a file looked like when it was last read, and whether it was read to its end."""

    stamp: Stamp
    done: bool
    mark: Mark | None = None


class _Outcome:
    """What came of a file: whether a post was in it, and why the first item was refused."""

    def __init__(self) -> None:
        self._kept = False
        self.reason = ""

    @property
    def has_nothing(self) -> bool:
        """Whether something was read, and all of it refused."""
        return bool(self.reason) and not self._kept

    def of(
        self, found: Generator[Post | Rejected, None, Mark | None]
    ) -> Generator[Post | Rejected, None, Mark | None]:
        """Yield what `found` does, and return what it returns."""
        while True:
            try:
                item = next(found)
            except StopIteration as ended:
                mark: Mark | None = ended.value
                return mark
            if isinstance(item, Post):
                self._kept = True
            elif not self.reason:
                self.reason = item.reason
            yield item


class FolderListener:
    """Reads what appears in a folder and in those below it.

    The places live in memory: after a restart everything is read again, which changes nothing,
    for posts are stored under their keys. A process that starts anew for every read gives the time
    of the last one, less the time that files take to settle, as `changed_since`: what neither was
    written nor came into the folder since then is left out.
    """

    def __init__(  # noqa: PLR0913  each is a setting of the source, or what it is read with
        self,
        name: str,
        path: Path,
        *,
        settle_seconds: float = 2,
        changed_since: datetime | None = None,
        zone: tzinfo = BEIJING,
        explain: Callable[[str], str] = str,
        profiles: tuple[Format, ...] = (),
        leave_out: tuple[str, ...] = (),
    ) -> None:
        self._name = name
        self._leave_out = leave_out
        self._path = path
        self._settle = timedelta(seconds=settle_seconds)
        self._changed_since = changed_since
        self._zone = zone
        self._refusals = Refusals(path, explain, profiles)
        self._profiles = profiles
        self._places: dict[Path, Place] = {}

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._name

    def fetch(self, window: Window) -> Iterator[Post | Rejected]:
        """Yield everything that was not there at the last fetch, the file first written first.

        Posts are not held to the window, for exports bring old posts late; its end is taken for
        the present. A file is fetched when it was written. One that is still being written is read
        up to its last whole line (an array or a compressed file: not at all) until it rests, that
        is, has not changed for `settle_seconds` or since the last fetch. A file of no known kind,
        or one that cannot be opened, is one rejected item, and again only when it changes, as is
        one of which nothing could be kept: what is wrong with it stands in the folder `refused`
        (see `Refusals`). A place moves on when its
        file has been taken in whole: fetching again after an error loses nothing.

        Raises:
            Refused: the folder is not there or cannot be listed.
        """
        files = self._files()
        for gone in self._places.keys() - {path for path, _ in files}:
            del self._places[gone]
        for path, stamp in files:
            place = self._places.get(path)
            if place is None and self._refusals.has(path, stamp):
                continue
            if place is None or place.stamp != stamp or not place.done:
                yield from self._read(path, stamp, place, window.until)

    @property
    def greatest_gap(self) -> timedelta:
        """A day: an export proves what was posted between its posts, not that years were silent."""
        return GREATEST_GAP

    @property
    def watch_pace(self) -> WatchPace:
        """Often: it costs little, and nobody is asked. A file that grows is complete later."""
        return WatchPace(LOOK_EVERY, self._settle + LOOK_EVERY / 2)

    def waiting(self, now: datetime) -> frozenset[Hashable]:  # noqa: ARG002  see `Watchable`
        """Return the files that are there, each with what it looks like.

        Raises:
            Refused: the folder is not there or cannot be listed.
        """
        return frozenset(self._files())

    def _files(self) -> list[tuple[Path, Stamp]]:
        """Return the files with what they look like, in the order in which they were written."""
        found: list[tuple[Path, Stamp]] = []
        moved: set[Path] = set()
        for folder, folders, names in os.walk(self._path, onerror=self._refuse):
            above = Path(folder)
            folders[:] = [one for one in folders if not self._is_left_out(above, one)]
            below = [above / name for name in folders]
            moved.update(one for one in below if above in moved or self._has_changed(one))
            for name in names:
                if self._is_no_export(name):
                    continue
                path = Path(folder, name)
                stamp = _stamp(path)
                if stamp and (above in moved or self._is_new(stamp.changed_at)):
                    found.append((path, stamp))
        return sorted(found, key=lambda file: (file[1].mtime_ns, file[0]))

    def _is_no_export(self, name: str) -> bool:
        if name.startswith(".") or name.lower().endswith(UNFINISHED):
            return True
        return any(fnmatch(name.lower(), pattern.lower()) for pattern in self._leave_out)

    def _is_left_out(self, above: Path, name: str) -> bool:
        return name.startswith(".") or above / name == self._refusals.folder

    def _has_changed(self, folder: Path) -> bool:
        """Return whether a folder below may have been moved here; that leaves its files as old."""
        try:
            return self._is_new(datetime.fromtimestamp(folder.stat().st_ctime, UTC))
        except OSError:
            return True

    def _is_new(self, changed_at: datetime) -> bool:
        return self._changed_since is None or changed_at >= self._changed_since

    def _refuse(self, error: OSError) -> NoReturn:
        raise Refused(f"the folder {error.filename} cannot be read: {error.strerror}") from error

    def _read(
        self, path: Path, stamp: Stamp, place: Place | None, now: datetime
    ) -> Iterator[Post | Rejected]:
        unchanged = place is not None and place.stamp == stamp
        rests = unchanged or now - stamp.written_at >= self._settle
        written_at = min(stamp.written_at, now)
        reading = Reading(str(path), written_at, written_at, self._zone)
        mark = place.mark if place else None
        try:
            if not rests and not _has_whole_line(path):
                self._places[path] = Place(stamp, done=False)
                return
            mark = mark if mark and _is_still_there(path, mark) else None
            outcome, is_whole = _Outcome(), mark is None
            found = _read_on(path, mark, reading, rests=rests, profiles=self._profiles)
            mark = yield from outcome.of(found)
            self._places[path] = Place(stamp, rests, mark)
            if rests and is_whole and outcome.has_nothing:
                self._refusals.keep(path, stamp, outcome.reason)
            else:
                self._refusals.forget(path)
        except UnknownFormat as error:
            self._places[path] = Place(stamp, done=rests)
            if rests and stamp.size:
                yield self._unread(reading, error.reason)
                self._refusals.keep(path, stamp, error.reason)
        except FileNotFoundError:
            return
        except OSError as error:
            self._places[path] = Place(stamp, done=True)
            yield self._unread(reading, f"cannot be read: {error.strerror}")
        except Exception as error:
            # Whatever a file does to a parser, it must not stop the files behind it.
            log.exception("%s could not be read", path.name)
            self._places[path] = Place(stamp, done=True)
            yield self._unread(reading, f"cannot be read: {type(error).__name__}")

    def _unread(self, reading: Reading, reason: str) -> Rejected:
        return Rejected(self._name, reading.origin, 1, reason, "", reading.seen_at)


def _stamp(path: Path) -> Stamp | None:
    """Return what `path` looks like, None where it is gone or no file of bytes."""
    try:
        status = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return Stamp(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _has_whole_line(path: Path) -> bool:
    with path.open("rb") as file:
        return file.readline(GREATEST_LINE).endswith(b"\n")


def _is_still_there(path: Path, mark: Mark) -> bool:
    """Return whether the file still holds what was read of it, so that reading can go on."""
    with path.open("rb") as file:
        file.seek(mark.offset - len(mark.trace))
        return file.read(len(mark.trace)) == mark.trace


def _read_on(
    path: Path,
    mark: Mark | None,
    reading: Reading,
    *,
    rests: bool,
    profiles: tuple[Format, ...] = (),
) -> Generator[Post | Rejected, None, Mark | None]:
    """Yield what is new in a file and return how far its whole lines have been read."""
    layout = mark.layout if mark else layout_of_file(path, profiles)
    if not layout.is_linewise or is_compressed(path):
        if rests:
            with opened(path) as stream:
                yield from parse_items(Items(stream, layout), reading)
        return None
    with path.open("rb") as file:
        file.seek(mark.offset if mark else layout.skip)
        items = Items(file, layout, position=mark.position if mark else 0, growing=True)
        yield from parse_items(items, reading)
        mark = _marked(file, items)
        if rests:
            yield from _last_lines(file, mark, reading)
    return mark


def _marked(file: BinaryIO, items: Items) -> Mark:
    offset = file.tell() - items.unfinished
    file.seek(max(0, offset - TRACE))
    return Mark(offset, items.position, file.read(min(offset, TRACE)), items.layout)


def _last_lines(file: BinaryIO, mark: Mark, reading: Reading) -> Iterator[Post | Rejected]:
    """Yield what the unfinished end holds; the mark stays before it, in case that it goes on."""
    file.seek(mark.offset)
    rest = file.read()
    if rest:
        layout = replace(mark.layout, skip=0)
        yield from parse_items(Items(io.BytesIO(rest), layout, position=mark.position), reading)
