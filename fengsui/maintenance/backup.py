"""A copy of the embedded stores as of one moment, made while they are in use, and put back.

Posts, mentions and counts, the ledger, what was pushed and waits, the key of the pseudonyms and the
rest of the state folder. Servers (Elasticsearch, PostgreSQL) are copied with their own means.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from fengsui.settings.application import Settings
from listeners.push.server import PushedSource

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
_STATE: Final = "state"
_SPOOL: Final = "spool"
_DATABASE: Final = ".sqlite3"
# What belongs to a process that runs, or to a database that is copied by its own means.
_LEFT: Final = ("-wal", "-shm", "-journal", ".tmp", ".part", ".alive")
# Writers wait so long for the moment of the copy, and the copy for them.
_PATIENCE_SECONDS: Final = 60.0


class BackupError(Exception):
    """A copy cannot be made or put back; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: when it was made, its files and bytes, and what it does not hold."""

    made_at: datetime
    files: int
    size: int
    left_out: tuple[str, ...]


def backup(settings: Settings, folder: Path, now: datetime) -> Copied:
    """Copy the embedded stores into the new folder `folder`; it is there when it is complete.

    Raises:
        BackupError: the folder holds something, there is nothing to copy, or a file cannot be read.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} holds something already; name a new folder")
    if not settings.state.is_dir():
        raise BackupError(f"{settings.state} is not there: there is nothing to copy")
    unfinished = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    try:
        _copy(settings, unfinished)
        copied = _describe(settings, unfinished, now)
        if folder.exists():
            folder.rmdir()
        unfinished.rename(folder)
        _sync(folder.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{folder}: {error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return copied


def restore(settings: Settings, folder: Path, now: datetime, *, force: bool = False) -> Copied:
    """Put the copy in `folder` in the place of the state folder and of what was pushed.

    Every file is checked first. What is replaced is kept under a name with the time.

    Raises:
        BackupError: the copy is damaged or none, or there is state already and no `force`.
    """
    copied = verify(folder)
    places = dict(_places(settings, folder))
    taken = [place for place in places.values() if place.exists() and any(place.iterdir())]
    if taken and not force:
        said = ", ".join(map(str, taken))
        raise BackupError(f"{said} would be replaced; end what runs, then: --force")
    try:
        for source, place in places.items():
            _replace(source, place, f".before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    except OSError as error:
        raise BackupError(f"{folder}: {error}") from error
    return copied


def verify(folder: Path) -> Copied:
    """Return what the copy holds, once each of its files has the size and the sum that it had.

    Raises:
        BackupError: a file is missing, changed or not listed, or there is no list.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        listed: dict[str, Any] = manifest["files"]
        made_at = datetime.fromisoformat(manifest["made_at"])
        known = manifest["format"]
        left_out = tuple(map(str, manifest["left_out"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{folder} is no complete copy: {error}") from error
    if known != FORMAT:
        raise BackupError(f"{folder} has format {known}; this program reads {FORMAT}")
    found = {_name(folder, path): path for path in _files(folder)}
    found.pop(MANIFEST, None)
    if found.keys() != listed.keys():
        differ = sorted(found.keys() ^ listed.keys())
        raise BackupError(f"{folder} is damaged: {', '.join(differ[:3])}")
    for name, path in found.items():
        if _sum(path) != listed[name]["sha256"]:
            raise BackupError(f"{folder} is damaged: {name} has changed")
    size = sum(path.stat().st_size for path in found.values())
    return Copied(made_at, len(found), size, left_out)


def _copy(settings: Settings, folder: Path) -> None:
    """Copy everything as of one moment: writers wait for it, not for the copying of databases."""
    databases = sorted(settings.state.glob(f"*{_DATABASE}"))
    with ExitStack() as stack:
        with ExitStack() as moment:
            for path in databases:
                moment.enter_context(_nobody_writes(path))
            pinned = [(path, stack.enter_context(_as_of_now(path))) for path in databases]
            _copy_files(settings, folder)
        for path, snapshot in pinned:
            with closing(sqlite3.connect(folder / _STATE / path.name)) as target:
                snapshot.backup(target)
            (folder / _STATE / path.name).chmod(0o600)


def _copy_files(settings: Settings, folder: Path) -> None:
    spools = [source.path for source in settings.sources if isinstance(source, PushedSource)]
    (folder / _STATE).mkdir(mode=0o700)
    for path in _files(settings.state):
        if path.name.endswith((_DATABASE, *_LEFT)) or any(map(path.is_relative_to, spools)):
            continue
        _copy_file(path, folder / _STATE / path.relative_to(settings.state))
    for source in settings.sources:
        if isinstance(source, PushedSource):
            target = folder / _SPOOL / _spool_name(source.name)
            target.mkdir(parents=True, mode=0o700)
            for path in _files(source.path):
                if not path.name.endswith(_LEFT):
                    _copy_file(path, target / path.relative_to(source.path))


def _copy_file(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        shutil.copyfile(path, target)
    except FileNotFoundError:
        # It was read and stored meanwhile: its posts are in the store, which is copied later.
        return
    target.chmod(0o600)


@contextmanager
def _nobody_writes(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        yield
        held.execute("ROLLBACK")


@contextmanager
def _as_of_now(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that sees the database as it is now, whatever is written afterwards."""
    with closing(sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)) as pinned:
        pinned.execute("BEGIN")
        pinned.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield pinned


def _describe(settings: Settings, folder: Path, now: datetime) -> Copied:
    """Write the list of the files, each on disk before it."""
    files = {_name(folder, path): path for path in _files(folder)}
    for path in files.values():
        _sync(path)
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o700)
    left_out = []
    if settings.has_elasticsearch:
        left_out.append("posts, mentions and counts: Elasticsearch's own snapshots")
    if settings.ledger_url_env is not None:
        left_out.append("ledger: pg_dump")
    size = sum(path.stat().st_size for path in files.values())
    manifest = {
        "format": FORMAT,
        "made_at": now.astimezone(UTC).isoformat(),
        "left_out": left_out,
        "files": {
            name: {"size": path.stat().st_size, "sha256": _sum(path)}
            for name, path in sorted(files.items())
        },
    }
    listing = folder / MANIFEST
    listing.write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")
    listing.chmod(0o600)
    _sync(listing)
    return Copied(now, len(files), size, tuple(left_out))


def _places(settings: Settings, folder: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each folder of the copy with the place that it belongs to."""
    yield folder / _STATE, settings.state
    for source in settings.sources:
        held = folder / _SPOOL / _spool_name(source.name)
        if isinstance(source, PushedSource) and held.is_dir():
            yield held, source.path


def _replace(source: Path, place: Path, suffix: str) -> None:
    unfinished = place.with_name(f"{place.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(source, unfinished)
    unfinished.chmod(0o700)
    for path in _files(unfinished):
        _sync(path)
    if place.exists():
        place.rename(place.with_name(f"{place.name}{suffix}"))
    unfinished.rename(place)
    _sync(place.parent)


def _spool_name(source: str) -> str:
    """Return a name for the folder: names of sources are people's, and may be paths."""
    return hashlib.blake2b(source.encode(), digest_size=8).hexdigest()


def _files(folder: Path) -> list[Path]:
    """Return the files below `folder`; a link is none."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _name(folder: Path, path: Path) -> str:
    return str(PurePosixPath(path.relative_to(folder)))


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
