"""Airflow's processes on this machine: nothing of them stays, nothing listens to others."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import httpx
import psutil
import pytest

from fengsui_airflow.local import processes, standalone
from fengsui_airflow.local.processes import Airflow, alive, environment, family
from tests.servers.processes import free_port

# Ignores every request to end, and starts another in a session of its own that does so too.
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(sys.argv[1], "w").close()
time.sleep(100)
"""


def start_stubborn(ready: Path) -> "subprocess.Popen[bytes]":
    """Start a family of processes that do not want to end."""
    command = [sys.executable, "-c", STUBBORN, str(ready)]
    process = subprocess.Popen(command, start_new_session=True)
    while not ready.exists():
        time.sleep(0.01)
    return process


def test_end_leaves_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process has started ends with it, also in other sessions and against its will."""
    monkeypatch.setattr(processes, "END_SECONDS", 0.2)
    airflow = Airflow(tmp_path, environment(tmp_path, free_port()))
    process = start_stubborn(tmp_path / "ready")
    airflow._running["stubborn"] = process
    everybody = family([process.pid])
    assert len(everybody) == 3
    airflow.end()
    assert not alive(everybody)


def test_family_is_nobody_else(tmp_path: Path) -> None:
    """A sibling process, started by the same one, is no member of a family."""
    one, other = start_stubborn(tmp_path / "one"), start_stubborn(tmp_path / "other")
    try:
        assert not family([one.pid]) & family([other.pid])
        assert os.getpid() not in {member.pid for member in family([one.pid, other.pid])}
    finally:
        for process in (one, other):
            processes._kill(family([process.pid]))
            process.wait()


def test_home_of_another_is_left_alone(tmp_path: Path) -> None:
    """A folder that was not made here is refused and keeps what it holds."""
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(SystemExit, match="left as it is"):
        standalone.main(["--home", str(tmp_path)])
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.distributed
@pytest.mark.timeout(600, method="thread")
def test_ctrl_c_ends_everything(tmp_path: Path) -> None:
    """`make airflow` is ready to click, listens on 127.0.0.1 alone, and ends with Ctrl-C."""
    log = tmp_path / "log"
    command = [sys.executable, "-m", "fengsui_airflow.local.standalone"]
    command += ["--home", str(tmp_path / "home"), "--port", str(free_port())]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            env=os.environ | {"PYTHONPATH": f"{processes.DAGS}:{os.environ.get('PYTHONPATH', '')}"},
            stdout=out,
            stderr=out,
        )
    try:
        deadline = time.monotonic() + 400
        while (ready := re.search(r"(http://127\S+)\s+(\w+) / (\S+)", log.read_text())) is None:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.5)
        url, user, password = ready.groups()
        answer = httpx.post(
            f"{url}/auth/token", json={"username": user, "password": password}, timeout=60
        )
        assert answer.status_code == httpx.codes.CREATED
        everybody = family([process.pid])
        assert len(everybody) > 5
        assert listening(everybody) <= {"127.0.0.1"}
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert not alive(everybody)
    finally:
        processes._kill(family([process.pid]))
        process.wait()


def listening(processes: Iterable[psutil.Process]) -> set[str]:
    """Return the addresses at which any of the processes listens."""
    return {
        socket.laddr.ip
        for process in processes
        for socket in process.net_connections("tcp")
        if socket.status == psutil.CONN_LISTEN
    }


def test_second_start_is_refused(tmp_path: Path) -> None:
    """While one runs in a home a second is refused, and takes nothing away; then it may start."""
    home = tmp_path / "airflow"
    home.mkdir()
    kept = home / "airflow.db"
    kept.touch()
    with (
        standalone._taken(home),
        pytest.raises(SystemExit, match=f"process {os.getpid()}.*--home"),
    ):
        standalone.main(["--home", str(home)])
    assert kept.exists()
    with standalone._taken(home):
        assert kept.exists()
