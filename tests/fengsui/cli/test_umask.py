"""What the program writes is for the eyes of its own account alone."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

from tests.fengsui import stories
from tests.fengsui.pipeline.test_run import eventually, story_lines

SETTINGS = """
language = "en"
state = "made/state"
model = "linear"
[[brands]]
name = "云朵茶饮"
[[sources]]
kind = "folder"
name = "inbox"
path = "inbox"
poll_seconds = 0.1
settle_seconds = 0
[[sources]]
kind = "webhook"
name = "push"
secret_env = "PUSH_SECRET"
port = 0
path = "made/spool"
"""


def fengsui(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a command whose parent lets everybody read and write what it makes."""
    return subprocess.Popen(
        [sys.executable, "-m", "fengsui", *arguments],
        cwd=folder,
        env=os.environ | {"PUSH_SECRET": "a-secret-of-the-test"},
        umask=0,
    )


def test_what_is_written_is_private(tmp_path: Path) -> None:
    """After run, backup and export every file has the mode 0600 and every folder 0700."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "fengsui.toml").write_text(SETTINGS, encoding="utf-8")
    lines = story_lines(stories.CRISIS, stories.CRISIS.replace(hour=4))
    (tmp_path / "inbox" / "posts.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "inbox" / "junk.bin").write_bytes(b"\0\1\2" * 100)
    made = tmp_path / "made"
    process = fengsui(tmp_path, "run")
    try:
        eventually(
            lambda: process.poll() is not None or (made / "state/heartbeat.json").exists(), 60
        )
        eventually(lambda: process.poll() is not None or (made / "spool/.alive").exists())
        eventually(lambda: process.poll() is not None or (tmp_path / "inbox/refused").exists())
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert fengsui(tmp_path, "backup", "made/copy").wait(timeout=60) == 0
    paths = [made, *made.rglob("*"), *(tmp_path / "inbox" / "refused").rglob("*")]
    modes = {str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode) for path in paths}
    open_ = {name: oct(mode) for name, mode in modes.items() if mode & 0o077}
    assert open_ == {}
    assert {"made/state/ledger.sqlite3", "made/state/mentions.sqlite3"} <= modes.keys()
