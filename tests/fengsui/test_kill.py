"""A process that is killed at any point and started again ends where an unbroken one ends."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.alerts.slack_server import TOKEN, SlackServer
from tests.fengsui import stories
from tests.fengsui.contents import contents

# After the story's own time: a message's stamp must not lie before the alert it brings.
AFTER = (stories.CRISIS.timestamp()) + 1_000_000


KILLS = 6


def start(state: Path, file: Path, url: str) -> subprocess.Popen[bytes]:
    """Start a replay in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fengsui.killable", str(state), str(file), url],
        env=os.environ | {"SLACK_BOT_TOKEN": TOKEN},
    )


def reached(state: Path) -> str | None:
    """Return where detection in `state` has come to."""
    path = state / "ledger.sqlite3"
    if not path.exists():
        return None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as ledger:
        try:
            row = ledger.execute("SELECT value FROM cursors WHERE name = 'detect'").fetchone()
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


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_and_started_again_ends_the_same(tmp_path: Path, seed: int) -> None:
    """SIGKILL at random moments: the same databases in the end, every alert told exactly once."""
    file = stories.write(tmp_path / "story.jsonl")
    rng = random.Random(seed)
    with SlackServer(epoch=AFTER) as unbroken:
        assert start(tmp_path / "unbroken", file, unbroken.url).wait(timeout=100) == 0
    state = tmp_path / "killed"
    kills = 0
    with SlackServer(epoch=AFTER) as server:
        for turn in range(KILLS):
            before, calls = reached(state), len(server.calls)
            process = start(state, file, server.url)
            # By turns: somewhere in the quiet days or the crisis, and around a message's sending.
            moments = (lambda b=before: reached(state) != b, lambda c=calls: len(server.calls) > c)
            kills += killed(process, moments[turn % 2], rng.uniform(0.0, (0.6, 0.03)[turn % 2]))
        assert start(state, file, server.url).wait(timeout=100) == 0
    assert kills >= 2
    assert len(unbroken.keys()) >= 3
    assert server.keys() == unbroken.keys()
    assert contents(state) == contents(tmp_path / "unbroken")
