"""An Elasticsearch server on a free port of 127.0.0.1: a real one, fetched once.

`python -m tests.servers.elasticsearch.server` runs one in the foreground, for a user who wants to
try; with `--fetch` it only sees to it that the programs are there.
"""

import argparse
import base64
import fcntl
import hashlib
import http.client
import itertools
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.certificates import write_certificates
from tests.servers.elasticsearch.files import DISTRIBUTIONS, fetched
from tests.servers.elasticsearch.java import NEEDED, java_home
from tests.servers.processes import (
    NotReady,
    free_port,
    hand_over,
    private_folder,
    start,
    until_ready,
)

USER = "fengsui-admin"
# The roles that are shipped; a server with security has them as one in production does.
ROLES = Path(__file__).parents[3] / "docker/elasticsearch/roles.yml"
# Several servers and many small indices share a small machine in a test.
_SETTINGS = {
    "network.host": "127.0.0.1",
    "node.store.allow_mmap": "false",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    "cluster.max_shards_per_node": "20000",
}
# They belong in a server that runs for weeks.
_LOGS_OF_THE_JVM = ("-Xlog:gc", "-XX:+HeapDumpOnOutOfMemoryError")
# Most of a start is compiling; a small heap needs no collector with threads of its own.
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
_THOROUGH = ("-XX:+UseG1GC",)


class ElasticsearchServer:
    """The server; use it as a context manager.

    `version` is "9" or "8". With `security` a password is asked for, `tls` adds certificates of an
    authority of its own (`ca`, a PEM file). `heap` is what the JVM takes ("512m"). `quick` starts
    in half the time, and works more slowly for as long as it runs: for tests, not for measuring.
    `folder` keeps data and logs; without it they go with the server. `settings` are further ones
    of elasticsearch.yml, a single node's being the default.

    Raises:
        NotReady: no Java, no archive, or it did not come up; the message ends with its log.
    """

    def __init__(
        self,
        *,
        version: str = "9",
        heap: str = "512m",
        security: bool = False,
        tls: bool = False,
        quick: bool = True,
        port: int | None = None,
        folder: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port or 0
        self.password = secrets.token_hex(16) if security else ""
        self.ca: Path | None = None
        self._tls = tls
        self._distribution = DISTRIBUTIONS[version]
        self._heap = heap
        self._quick = quick
        self._fixed_port = port is not None
        self._kept = folder
        self._settings = {"discovery.type": "single-node"} if settings is None else dict(settings)
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.prepared())
            for attempt in itertools.count():
                try:
                    self.start()
                    break
                except NotReady as error:
                    # Another may have taken the port in between.
                    if self._fixed_port or attempt == 2 or "BindHttpException" not in str(error):
                        raise
                    self.port = free_port()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @contextmanager
    def prepared(self) -> Iterator[Self]:
        """Make all that a start needs; stop what was started and clear up afterwards."""
        home = fetched(self._distribution)
        self._folder = self._kept or private_folder("elasticsearch")
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._fixed_port:
            self.port = free_port()
        try:
            self._configure(home, self._folder)
            yield self
        finally:
            self.stop()
            if self._kept is None:
                shutil.rmtree(self._folder)

    @property
    def url(self) -> str:
        """The address, without credentials."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """All that a client needs: URL, password and certificate file, a blank between them."""
        return f"{self.url} {self.password or '-'} {self.ca or '-'}"

    @property
    def log(self) -> Path:
        """The file of what the server said."""
        assert self._folder is not None
        return self._folder / "log"

    @property
    def processes(self) -> list[int]:
        """The ids of the server's processes that live."""
        return [] if self._process is None else _group(self._process.pid)

    def launch(self) -> None:
        """Start the processes on the server's data, after `kill` too, and wait for nothing."""
        assert self._folder is not None
        folder = self._folder
        environment = {
            "ES_JAVA_HOME": _java(),
            "ES_PATH_CONF": folder / "config",
            "ES_TMPDIR": folder / "temporary",
            "ES_JAVA_OPTS": f"-Xms{self._heap} -Xmx{self._heap}",
        }
        options = {
            **_SETTINGS,
            **self._settings,
            **self._security(),
            "http.port": str(self.port),
            "path.data": str(folder / "data"),
            "path.logs": str(folder / "logs"),
            "path.repo": str(folder / "snapshots"),
        }
        command = ["env", *(f"{name}={value}" for name, value in environment.items())]
        command += [str(fetched(self._distribution) / "bin/elasticsearch")]
        command += [part for pair in options.items() for part in ("-E", "=".join(pair))]
        self._process = start(command, folder, self.log)

    def start(self) -> None:
        """Start the server on its data, after `kill` too, and wait until it answers.

        Raises:
            NotReady: it did not come up.
        """
        self.launch()
        self.wait()

    def wait(self) -> None:
        """Wait until the server that was launched answers.

        Raises:
            NotReady: it ended, or has not answered for five minutes.
        """
        assert self._process is not None
        try:
            until_ready(self._process, self._answers, self.log, seconds=300)
        except NotReady:
            self.kill()
            raise

    def kill(self) -> None:
        """Kill every process of the server at once, as a failing machine would."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        while _group(self._process.pid):
            time.sleep(0.02)
        self._process = None

    def stop(self) -> None:
        """End the server in order; what does not end within half a minute is killed."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=30)
        self.kill()

    def _configure(self, home: Path, folder: Path) -> None:
        config = folder / "config"
        shutil.copytree(home / "config", config, dirs_exist_ok=True)
        jvm = config / "jvm.options"
        lines = jvm.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not line.startswith((*_LOGS_OF_THE_JVM, *_THOROUGH))]
        kept += _QUICK if self._quick else _THOROUGH
        jvm.write_text("\n".join(kept) + "\n", encoding="utf-8")
        if self.password:
            shutil.copy(ROLES, config / "roles.yml")
            (config / "users").write_text(f"{USER}:{_hashed(self.password)}\n", encoding="ascii")
            (config / "users_roles").write_text(f"superuser:{USER}\n", encoding="ascii")
        if self._tls:
            self.ca = write_certificates(config)
        (folder / "temporary").mkdir(exist_ok=True)
        hand_over(folder)

    def _security(self) -> dict[str, str]:
        if not self.password:
            return {"xpack.security.enabled": "false"}
        options = {
            "xpack.security.enabled": "true",
            "xpack.security.autoconfiguration.enabled": "false",
            "xpack.security.http.ssl.enabled": str(self._tls).lower(),
        }
        if self._tls:
            options["xpack.security.http.ssl.certificate"] = "server.pem"
            options["xpack.security.http.ssl.key"] = "server.key"
        return options

    def _answers(self) -> bool:
        connection = (
            http.client.HTTPSConnection(
                "127.0.0.1",
                self.port,
                timeout=5,
                context=ssl.create_default_context(cafile=self.ca),
            )
            if self._tls
            else http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        )
        token = base64.b64encode(f"{USER}:{self.password}".encode()).decode("ascii")
        headers = {"Authorization": f"Basic {token}"} if self.password else {}
        try:
            # Of data that was there before, all must be readable.
            path = "/_cluster/health?wait_for_status=yellow&timeout=1s"
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)
            return False
        finally:
            connection.close()


def _java() -> Path:
    java = java_home()
    if java is None:
        raise NotReady(f"Elasticsearch needs Java {NEEDED} or newer")
    return java


def _group(leader: int) -> list[int]:
    """Return the processes of the group that live; a killed one may wait long for its reaping."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The name, in parentheses, may hold anything.
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        state, group, threads = fields[0], int(fields[2]), int(fields[17])
        # A first thread that has ended says nothing of the others, which still hold the ports.
        if group == leader and (state != "Z" or threads > 1):
            found.append(int(entry.name))
    return found


def _hashed(password: str) -> str:
    """Return the password in the form that the server's file of users holds."""
    salt, rounds = secrets.token_bytes(32), 10_000
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds, dklen=32)
    coded = (base64.b64encode(part).decode("ascii") for part in (salt, digest))
    return f"{{PBKDF2}}{rounds}${'$'.join(coded)}"


_HINT = """\
Elasticsearch {version} answers at {url}; Ctrl-C ends it. Its data stay in {folder}.
For fengsui.toml:

store = "elasticsearch"

[elasticsearch]
urls = ["{url}"]
replicas = 0
"""


def main() -> None:
    """Run a server in the foreground until Ctrl-C, or fetch its programs."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers.elasticsearch.server")
    parser.add_argument("--port", type=int, default=9200)
    parser.add_argument("--heap", default="1g")
    parser.add_argument("--data", type=Path, default=Path(".cache/elasticsearch"))
    parser.add_argument("--fetch", action="store_true", help="fetch all versions and end")
    options = parser.parse_args()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        if options.fetch:
            _fetch()
        else:
            _serve(options.port, options.heap, options.data.resolve())
    except NotReady as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.stdout.write("\n")


def _fetch() -> None:
    if java_home() is None:
        # None of them could run, and the tests that need one say what is missing.
        return
    for distribution in DISTRIBUTIONS.values():
        fetched(distribution)


def _serve(port: int, heap: str, folder: Path) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise NotReady(f"127.0.0.1:{port} is taken; choose another with PORT=") from error
    with (
        _claimed(folder),
        ElasticsearchServer(port=port, heap=heap, folder=folder, quick=False) as server,
    ):
        version = DISTRIBUTIONS["9"].version
        sys.stdout.write(_HINT.format(version=version, url=server.url, folder=folder))
        sys.stdout.flush()
        while server.processes:
            time.sleep(1)
        said = server.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise NotReady(f"the server ended by itself:\n{said}")


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "in-use").open("w") as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotReady(f"another server runs on {folder}; choose another with DATA=") from error
        yield


if __name__ == "__main__":
    main()
