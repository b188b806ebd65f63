"""A disk that loses its power: what was synced is there, of the rest anything may be.

A file's contents are there up to its last sync; of what was written since, any part, in any order,
whole or torn. A name is there when its folder was synced; of the names made, moved and taken away
since, those up to some moment (a journal keeps their order). ext4 and XFS promise more.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.power.trace import Event

SECTOR: Final = 512


@dataclass(slots=True, eq=False)
class _File:
    """What is surely there, and what was done since."""

    synced: bytearray = field(default_factory=bytearray)
    since: list[Event] = field(default_factory=list)

    def sync(self) -> None:
        for event in self.since:
            _apply(self.synced, event)
        self.since.clear()

    def after_a_cut(self, rng: random.Random, share: float) -> bytes:
        held = bytearray(self.synced)
        kept = [event for event in self.since if rng.random() < share]
        if 0 < share < 1:
            rng.shuffle(kept)
            kept = [_torn(event, rng) for event in kept]
        for event in kept:
            _apply(held, event)
        return bytes(held)


class Disk:
    """Takes events in; `cut` writes what a cut now may leave."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._names: dict[str, _File | None] = {}  # as the process sees them; None is a folder
        self._synced: dict[str, _File | None] = {}
        self._since: list[Event] = []
        self._meant: dict[int, _File | None] = {}

    def take(self, event: Event) -> None:
        """Do one thing."""
        if event.what == "sync":
            self._sync(event.path)
        elif event.what in {"write", "truncate"}:
            file = self._names.get(event.path)
            if file is None:
                raise ValueError(f"{event.path} was never made")
            file.since.append(event)
        elif event.what != "mark":
            if event.what in {"create", "mkdir"} and event.path in self._names:
                return
            _rename(self._names, event, _File() if event.what == "create" else None)
            self._meant[id(event)] = self._names.get(event.path)
            self._since.append(event)

    def _sync(self, path: str) -> None:
        file = self._names.get(path)
        if file is not None:
            file.sync()
            return
        here = [one for one in self._since if _folder(one.path) == path]
        for event in here:
            _rename(self._synced, event, self._meant[id(event)])
        self._since = [one for one in self._since if one not in here]

    def cut(self, folder: Path, rng: random.Random, share: float) -> None:
        """Write into `folder` what is left when of what was not synced this share is there."""
        names = dict(self._synced)
        for event in self._since[: round(len(self._since) * share * rng.uniform(0.5, 1))]:
            _rename(names, event, self._meant[id(event)])
        for path in sorted(names):
            file, there = names[path], folder / path.removeprefix(self._root).lstrip("/")
            if file is None:
                there.mkdir(parents=True, exist_ok=True)
            elif there.parent.is_dir():
                there.write_bytes(file.after_a_cut(rng, share))


def _folder(path: str) -> str:
    return path.rsplit("/", 1)[0]


def _rename(names: dict[str, _File | None], event: Event, made: _File | None) -> None:
    if event.what in {"create", "mkdir"}:
        names[event.path] = made
    elif event.what == "rename" and event.path in names:
        names[event.to] = names.pop(event.path)
    elif event.what == "link" and event.path in names:
        names[event.to] = names[event.path]
    elif event.what == "unlink":
        names.pop(event.path, None)


def _apply(held: bytearray, event: Event) -> None:
    if event.what == "truncate":
        del held[event.offset :]
        held.extend(b"\0" * (event.offset - len(held)))
        return
    held.extend(b"\0" * (event.offset - len(held)))
    held[event.offset : event.offset + len(event.data)] = event.data


def _torn(event: Event, rng: random.Random) -> Event:
    """Return a write of which only the first sectors arrived, by chance."""
    if event.what != "write" or len(event.data) <= SECTOR or rng.random() < 0.7:
        return event
    whole = rng.randrange(len(event.data) // SECTOR) * SECTOR
    return Event("write", event.path, event.offset, event.data[:whole])
