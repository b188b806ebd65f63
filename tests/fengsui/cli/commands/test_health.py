"""`run --health` and `status`: what they refuse, say, and leave as it is."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.fengsui.commands import Shell


def test_health_is_for_this_machine(fengsui: Shell) -> None:
    """An address that other machines reach is refused unless that was asked for."""
    fengsui.settings()
    ran = fengsui("run", "--health", "0.0.0.0:8421")
    assert ran.code == 2
    assert "--health-exposed" in ran.err
    assert "127.0.0.1:8421" in fengsui("run", "--health", "anywhere").err


def test_status_says_how_far_all_has_come(fengsui: Shell) -> None:
    """The same figures as JSON and as a table, before anything ran."""
    fengsui.settings('[[sources]]\nkind = "folder"\nname = "exports"\npath = "inbox"\n')
    answer = fengsui("status", "--json").answer
    assert (answer["run"], answer["pending_posts"], answer["last_detection"]) == (None, 0, None)
    assert [one["name"] for one in answer["sources"]] == ["exports"]
    said = fengsui("status")
    assert said.code == 0
    assert "exports" in said.out
    assert "never read" in said.out
    assert "no heartbeat" in said.out


@pytest.mark.parametrize("language", ["zh", "en"])
def test_status_shows_what_fails(fengsui: Shell, language: str) -> None:
    """What failed in the last turn of a run stands in the status, in both languages."""
    fengsui.settings(f'language = "{language}"\n')
    state = fengsui.folder / "state"
    state.mkdir()
    beat = {"count": 3, "at": "2026-06-21T12:00:00+00:00", "failing": ["run.detect"], "errors": 2}
    (state / "heartbeat.json").write_text(json.dumps(beat), encoding="utf-8")
    assert "run.detect" in fengsui("status").out
    assert fengsui("status", "--json").answer["run"]["errors"] == 2


def test_run_serves_its_health_and_logs_json(tmp_path: Path) -> None:
    """A whole run is asked as probes ask it; all that it says is JSON, and it ends with 0."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "fengsui.toml").write_text(
        'language = "en"\n[[brands]]\nname = "a"\n[[sources]]\nkind = "folder"\n'
        'name = "inbox"\npath = "inbox"\npoll_seconds = 0.1\n',
        encoding="utf-8",
    )
    port = 20_000 + os.getpid() % 20_000
    command = [
        sys.executable, "-m", "fengsui", "run", "--config", str(tmp_path / "fengsui.toml"),
        "--health", f"127.0.0.1:{port}", "--log-format", "json",
    ]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=8) as answer:
                    assert answer.status == 200
                    break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=8) as answer:
            assert b"fengsui_up 1.0" in answer.read()
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        said = [json.loads(line) for line in process.stderr.read().splitlines()]
        assert process.wait(timeout=30) == 0
    assert said[-1]["message"] == "Stopped; everything is stored."
