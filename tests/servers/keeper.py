"""Keeps a server for as long as another process lives: NAME PID ADDRESS_FILE.

The workers of a test run share a server. No worker may own it, since each ends at its own time; so
a process of its own does, and follows the run's first process into death, however that dies.
"""

import fcntl
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import pytest

from tests.servers.elasticsearch.server import ElasticsearchServer
from tests.servers.postgresql import PostgresqlServer
from tests.servers.processes import NotReady


class Kept(Protocol):
    """A server that can say in one line where it is and how one gets in."""

    @property
    def address(self) -> str:
        """That line."""
        ...


SERVERS: Final[dict[str, Callable[[], AbstractContextManager[Kept]]]] = {
    "postgresql": PostgresqlServer,
    "elasticsearch": ElasticsearchServer,
    "elasticsearch-8": partial(ElasticsearchServer, version="8"),
    "elasticsearch-secured": partial(ElasticsearchServer, security=True, tls=True),
}


def kept_address(name: str, factory: pytest.TempPathFactory) -> str:
    """Return the address of the run's server; the first who asks has it started.

    Raises:
        NotReady: it did not come up.
    """
    folder, run = factory.getbasetemp(), os.getpid()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # The workers' common folder; their parent is the run.
        folder, run = folder.parent, os.getppid()
    address = folder / f"{name}.address"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not address.exists():
            _keep(name, run, address)
    return address.read_text(encoding="ascii")


def _keep(name: str, run: int, address: Path) -> None:
    said = address.with_suffix(".error")
    with said.open("wb") as errors:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.keeper", name, str(run), str(address)],
            stdin=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    while not address.exists():
        if keeper.poll() is not None:
            raise NotReady(f"the keeper of {name} ended: {said.read_text(errors='replace')}")
        time.sleep(0.02)
    # It outlives this process and is nobody's to wait for.
    keeper.returncode = 0


def main() -> None:
    """Start the server, write where it is, and end it when process PID has ended."""
    name, pid, file = sys.argv[1:4]
    path = Path(file)
    watched = os.pidfd_open(int(pid))
    with SERVERS[name]() as server:
        unfinished = path.with_suffix(".part")
        unfinished.write_text(server.address, encoding="ascii")
        unfinished.rename(path)
        select.select([watched], [], [])


if __name__ == "__main__":
    main()
