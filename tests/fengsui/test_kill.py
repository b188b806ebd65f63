"""A process that is killed at any point and started again ends where an unbroken one ends."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.alerts.slack_server import TOKEN, SlackServer
from tests.fengsui import stories
from tests.fengsui.contents import contents

# After the story's own time: a message's stamp must not lie before the alert it brings.
AFTER = (stories.CRISIS.timestamp()) + 1_000_000


def start(state: Path, file: Path, url: str) -> subprocess.Popen[bytes]:
    """Start a replay in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fengsui.killable", str(state), str(file), url],
        env=os.environ | {"SLACK_BOT_TOKEN": TOKEN},
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_and_started_again_ends_the_same(tmp_path: Path, seed: int) -> None:
    """SIGKILL at random moments: the same databases in the end, every alert told exactly once."""
    file = stories.write(tmp_path / "story.jsonl")
    rng = random.Random(seed)
    with SlackServer(epoch=AFTER) as unbroken:
        began = time.monotonic()
        assert start(tmp_path / "unbroken", file, unbroken.url).wait(timeout=100) == 0
        length = time.monotonic() - began
    with SlackServer(epoch=AFTER) as server:
        kills = 0
        while True:
            process = start(tmp_path / "killed", file, server.url)
            try:
                # Part of these fall into the start-up, part into the crisis.
                process.wait(timeout=length * rng.uniform(0.15, 0.6) if kills < 6 else 100)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
                continue
            assert process.returncode == 0
            break
    assert kills > 0
    assert len(unbroken.keys()) >= 3
    assert server.keys() == unbroken.keys()
    assert contents(tmp_path / "killed") == contents(tmp_path / "unbroken")
