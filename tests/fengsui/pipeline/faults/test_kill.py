"""A process that is killed at any point and started again ends where an unbroken one ends."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.alerts.notify.slack_server import TOKEN, SlackServer
from tests.fengsui import stories
from tests.fengsui.contents import contents
from tests.fengsui.killable import LEDGER
from tests.servers.postgresql import Postgresql

# After the story's own time: a message's stamp must not lie before the alert it brings.
AFTER = (stories.CRISIS.timestamp()) + 1_000_000

KILLS = 6
REACHED = "SELECT value FROM cursors WHERE name = 'detect'"


def start(state: Path, file: Path, url: str, ledger: str = "") -> subprocess.Popen[bytes]:
    """Start a replay in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fengsui.killable", str(state), str(file), url],
        env=os.environ | {"SLACK_BOT_TOKEN": TOKEN, LEDGER: ledger},
    )


def reached(state: Path) -> str | None:
    """Return where detection in `state` has come to."""
    path = state / "ledger.sqlite3"
    if not path.exists():
        return None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as ledger:
        try:
            row = ledger.execute(REACHED).fetchone()
        except sqlite3.OperationalError:
            return None
    return row[0] if row else None


def killed(process: subprocess.Popen[bytes], moment: Callable[[], bool], delay: float) -> bool:
    """Kill the process `delay` seconds after `moment` has come; False if it ended before."""
    while process.poll() is None:
        if moment():
            time.sleep(delay)
            process.kill()
            return process.wait() != 0
        time.sleep(0.005)
    assert process.returncode == 0
    return False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run keeps its state: a folder, and a ledger elsewhere or none."""

    state: Path
    ledger: str = ""

    def reached(self) -> str | None:
        """Return where detection has come to."""
        if not self.ledger:
            return reached(self.state)
        try:
            with psycopg.connect(self.ledger) as database:
                row = database.execute(REACHED).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
        return row[0] if row else None

    def start(self, file: Path, url: str) -> subprocess.Popen[bytes]:
        """Start the replay."""
        return start(self.state, file, url, self.ledger)

    def contents(self) -> dict[str, Any]:
        """Return what the run has written."""
        return contents(self.state, self.ledger)


def ends_the_same(file: Path, rng: random.Random, place: Place, unbroken: Place) -> None:
    """Kill a replay again and again, and demand that in the end it is as the unbroken one."""
    with SlackServer(epoch=AFTER) as quiet:
        assert unbroken.start(file, quiet.url).wait(timeout=250) == 0
    kills = 0
    with SlackServer(epoch=AFTER) as server:
        for turn in range(KILLS):
            before, calls = place.reached(), len(server.calls)
            process = place.start(file, server.url)
            # By turns: somewhere in the quiet days or the crisis, and around a message's sending.
            moments = (lambda b=before: place.reached() != b, lambda c=calls: len(server.calls) > c)
            kills += killed(process, moments[turn % 2], rng.uniform(0.0, (0.6, 0.03)[turn % 2]))
        assert place.start(file, server.url).wait(timeout=250) == 0
    assert kills >= 2
    assert len(quiet.keys()) >= 3
    assert server.keys() == quiet.keys()
    assert place.contents() == unbroken.contents()


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_and_started_again_ends_the_same(tmp_path: Path, seed: int) -> None:
    """SIGKILL at random moments: the same databases in the end, every alert sent exactly once."""
    file = stories.write(tmp_path / "story.jsonl")
    places = Place(tmp_path / "killed"), Place(tmp_path / "unbroken")
    ends_the_same(file, random.Random(seed), *places)


def test_killed_with_the_ledger_on_postgresql(tmp_path: Path, postgresql: Postgresql) -> None:
    """The same holds where the ledger is on a server, and its transactions end by themselves."""
    file = stories.write(tmp_path / "story.jsonl")
    killed, unbroken = (
        Place(tmp_path / name, postgresql.new_database()) for name in ("killed", "unbroken")
    )
    ends_the_same(file, random.Random(3), killed, unbroken)
