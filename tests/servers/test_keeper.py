"""The server that a run shares ends with the run, however that ends."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.servers.postgresql import Postgresql


def test_server_follows_the_run(tmp_path: Path) -> None:
    """When the watched process is killed, keeper and server are gone soon after."""
    address = tmp_path / "address"
    with subprocess.Popen(["sleep", "600"]) as run:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.keeper", "postgresql", str(run.pid), str(address)]
        )
        while not address.exists():
            assert keeper.poll() is None
            time.sleep(0.02)
        port, password = address.read_text(encoding="ascii").split()
        server = Postgresql(int(port), password)
        with psycopg.connect(server.url()):
            assert keeper.poll() is None
        run.kill()
    assert keeper.wait(60) == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url())
