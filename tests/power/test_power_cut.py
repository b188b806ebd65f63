"""Power is cut at every call that a real process made: what others rely on is there afterwards."""

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fengsui.privacy import KEY_FILE, fingerprint
from records.state import AUTHOR_KEY
from tests.power.disk import Disk
from tests.power.subject import SYNCHRONOUS, TURNS, body_of
from tests.power.trace import Event, traced
from tests.servers.processes import missing

ROOT = Path(__file__).parents[2]
# Of what was not synced this share is there: nothing, all, something.
SHARES = (0.0, 1.0, 0.5)


@dataclass(slots=True)
class Promised:
    """What those outside rely on at a moment."""

    marks: set[str] = field(default_factory=set)

    def broken(self, folder: Path) -> Iterator[str]:
        """Yield what a disk after the cut does not hold."""
        if not self.marks:
            return
        ledger, store = folder / "state" / "ledger.sqlite3", folder / "state" / "mentions.sqlite3"
        sent = _pairs(ledger, "SELECT key, state FROM notifications")
        posts = {key for (key,) in _rows(store, "SELECT key FROM posts")}
        made_with = _pairs(ledger, "SELECT name, value FROM cursors").get(AUTHOR_KEY.key())
        if made_with and not _is_key(folder / "state" / KEY_FILE, made_with):
            yield "authors are pseudonyms of a key that is lost"
        for mark in sorted(self.marks):
            what, _, turn = mark.partition(" ")
            state = sent.get(f"brief-{turn}>desk")
            if what in _STATES and state not in _STATES[what]:
                yield f"{mark}, and the ledger says {state}"
            if what == "answered" and not _is_kept(folder, int(turn), posts):
                yield f"{mark}, and it is neither stored nor waiting"


_STATES = {
    "queued": {"pending", "sending", "sent"},
    "claimed": {"sending", "sent"},
    "recorded": {"sent"},
}


def _rows(path: Path, query: str) -> list[Any]:
    """Return what a database holds, nothing where it is lost; what is there must be whole."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as database:
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        try:
            return database.execute(query).fetchall()
        except sqlite3.OperationalError:  # its tables were lost
            return []


def _pairs(path: Path, query: str) -> dict[str, str]:
    return dict(_rows(path, query))


def _is_key(file: Path, made_with: str) -> bool:
    return file.exists() and fingerprint(file.read_bytes().strip()) == made_with


def _is_kept(folder: Path, turn: int, posts: set[str]) -> bool:
    if {f"push:{2 * turn}", f"push:{2 * turn + 1}"} <= posts:
        return True
    return any(path.read_bytes() == body_of(turn) for path in folder.glob("spool/*.waiting"))


def events_of(folder: Path, **environment: str) -> list[Event]:
    """Run the subject in `folder` and return what it did."""
    if shutil.which("strace") is None:
        missing("strace", "strace")
    own = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    (folder / "root").mkdir()
    arguments = ["-m", "tests.power.subject", str(folder / "root")]
    return traced(arguments, own, folder / "root", folder / "trace.txt")


def violations(events: list[Event], folder: Path) -> Iterator[str]:
    """Cut at each call, leave more or less of what was not synced, and yield what is missing."""
    disk, promised, rng = Disk(folder / "root"), Promised(), random.Random(3)
    for number, event in enumerate(events):
        disk.take(event)
        if event.what == "mark":
            promised.marks.add(event.path)
        for share in SHARES:
            left = folder / "left"
            disk.cut(left, rng, share)
            for why in promised.broken(left):
                yield f"call {number} ({event.what} {Path(event.path).name}), {share}: {why}"
            shutil.rmtree(left, ignore_errors=True)


@pytest.mark.slow
def test_what_others_rely_on_survives_a_power_cut(tmp_path: Path) -> None:
    """A claim before its message, a SENT after it, and a push once answered survive every cut."""
    events = events_of(tmp_path)
    marks = [event.path for event in events if event.what == "mark"]
    assert len(marks) == 1 + 4 * TURNS
    assert list(violations(events, tmp_path)) == []


@pytest.mark.slow
def test_replay_sees_what_less_syncing_loses(tmp_path: Path) -> None:
    """The replay is no friend: where SQLite syncs less, it finds claims and posts that are gone."""
    events = events_of(tmp_path, **{SYNCHRONOUS: "NORMAL"})
    assert any("claimed" in found for found in violations(events, tmp_path))
