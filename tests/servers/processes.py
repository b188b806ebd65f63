"""How a server's process is started without privileges, found ready and ended."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

# Nothing on this machine belongs to it, and PostgreSQL refuses to run as root.
_NOBODY = ("nobody", "nogroup")


class NotReady(Exception):
    """A server did not come up; the message ends with what it last wrote."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def private_folder(name: str) -> Path:
    """Return a new folder that the process of `unprivileged` may use."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    hand_over(folder)
    return folder


def hand_over(folder: Path) -> None:
    """Give the folder and all that is in it to whom `unprivileged` runs as."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, *_NOBODY)


def unprivileged(command: Sequence[str]) -> list[str]:
    """Return the command that runs `command`, as nobody where this process is root.

    The kernel kills it when the process that started it dies, however that dies.
    """
    user, group = _NOBODY
    drop = [f"--reuid={user}", f"--regid={group}", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", "--pdeathsig", "KILL", *drop, "--", *command]


def start(command: Sequence[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own in `folder`; what it says goes to `log`."""
    with log.open("ab") as said:
        return subprocess.Popen(
            unprivileged(command),
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def until_ready(
    process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path, seconds: float = 30
) -> None:
    """Wait until `ready`.

    Raises:
        NotReady: the process ended, or `seconds` have passed.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise NotReady(f"{process.args!r} did not come up:\n{said}")
        time.sleep(0.02)


def missing(what: str, package: str) -> None:
    """Skip the test that needs `what`; fail it where FENGSUI_NO_SKIP=1 demands that all run."""
    reason = f"{what} is not installed here: apt-get install {package}"
    if os.environ.get("FENGSUI_NO_SKIP") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
