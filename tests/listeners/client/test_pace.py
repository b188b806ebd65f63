"""One pace for all processes: what arrives at a host from several of them."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PROCESSES, TIMES, SECONDS = 3, 4, 0.25
RESOLUTION = 0.01  # of the clock


@pytest.fixture
def host() -> Iterator[tuple[str, list[float]]]:
    """A host on this machine, and when it was asked."""
    arrivals: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            arrivals.append(time.time())
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/list", arrivals
    server.shutdown()
    thread.join()
    server.server_close()


def test_processes_keep_one_pace(host: tuple[str, list[float]], tmp_path: Path) -> None:
    """Processes that share a ledger ask a host together no more often than one may alone."""
    url, arrivals = host
    command = [
        sys.executable,
        "-m",
        "tests.listeners.pacing",
        str(tmp_path / "ledger.sqlite3"),
        url,
    ]
    askers = [
        subprocess.Popen([*command, str(TIMES), str(SECONDS)], stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    printed = [asker.communicate(timeout=60)[0] for asker in askers]
    assert [asker.returncode for asker in askers] == [0] * PROCESSES
    assert len(arrivals) == PROCESSES * TIMES
    # The first turn is not before the first asker began. A slow machine comes late to a turn, never
    # early.
    first = min(float(text) for text in printed)
    for turn, at in enumerate(sorted(arrivals)):
        assert at >= first + turn * SECONDS - RESOLUTION
