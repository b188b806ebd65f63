"""Airflow's own processes on this machine: started together, found ready, ended without a rest.

`airflow standalone` leaves some behind when it is ended, and its log servers listen to everybody.
Here nothing but the API server listens, on 127.0.0.1; it reads logs from the folder of all.
"""

import os
import secrets
import shutil
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx
import psutil

DAGS: Final = Path(__file__).resolve().parents[2]
COMPONENTS: Final = ("api-server", "dag-processor", "triggerer", "scheduler")
_COMMANDS: Final = {
    "api-server": ["api-server", "--host", "127.0.0.1"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
}
START_SECONDS: Final = 240.0
END_SECONDS: Final = 15.0
# What a post waits for most is the scheduler: these settings halve that and cost little.
TUNED: Final = {
    "AIRFLOW__CORE__PARALLELISM": "8",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "5",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
}


class AirflowDown(Exception):
    """A process of Airflow ended, or did not come up; the message ends with what it last said."""


def environment(home: Path, port: int, database: str = "") -> dict[str, str]:
    """Return what the processes of an Airflow in `home` need, on top of this process's own.

    Its API listens on `port`; `database` is an SQLAlchemy URL, a file in `home` where it is empty.
    """
    address = f"http://127.0.0.1:{port}"
    path = os.pathsep.join(filter(None, [str(DAGS), os.environ.get("PYTHONPATH", "")]))
    return {
        **os.environ,
        **TUNED,
        "AIRFLOW_HOME": str(home),
        "PYTHONPATH": path,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(DAGS / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database or f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
    }


class Airflow:
    """The processes of one Airflow; use it as a context manager.

    A database that is `prepared` has its tables and our pools already.

    Raises:
        AirflowDown: its database could not be made, or a process did not come up.
    """

    def __init__(
        self,
        home: Path,
        environment: Mapping[str, str],
        components: Sequence[str] = COMPONENTS,
        *,
        prepared: bool = False,
    ) -> None:
        self.home = home
        self._prepared = prepared
        self.components = components
        self.environment = dict(environment)
        self.url = self.environment["AIRFLOW__API__BASE_URL"]
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        try:
            if not self._prepared:
                self.command("db", "migrate")
                self._import_pools()
            for name in self.components:
                self.start(name, _COMMANDS[name])
            self._await()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def command(self, *arguments: str) -> str:
        """Run an `airflow` command to its end and return what it printed.

        Raises:
            AirflowDown: it failed.
        """
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "airflow", *arguments],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AirflowDown(f"airflow {' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout

    def start(self, name: str, arguments: Sequence[str]) -> int:
        """Start `airflow ARGUMENTS` under `name` in a session of its own; return its process id."""
        with self.log_of(name).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [*_dies_with_us(), sys.executable, "-m", "airflow", *arguments],
                env=self.environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running[name] = process
        return process.pid

    def log_of(self, name: str) -> Path:
        """Return the file that the process `name` writes to."""
        return self.home / f"{name}.log"

    def kill(self, name: str) -> None:
        """Kill the process `name` and everything that it has started, at once."""
        process = self._running.pop(name)
        _kill(family([process.pid]))
        process.wait()

    def check(self) -> None:
        """See that every process still runs.

        Raises:
            AirflowDown: one has ended.
        """
        for name, process in self._running.items():
            if process.poll() is not None:
                said = self.log_of(name).read_text(encoding="utf-8", errors="replace")[-2000:]
                raise AirflowDown(f"{name} ended with {process.returncode}:\n{said}")

    def end(self) -> None:
        """End every process, and what it has started, in order first and then by force."""
        roots = [process.pid for process in self._running.values()]
        all_of_them = family(roots)
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + END_SECONDS
        while alive(all_of_them) and time.monotonic() < deadline:
            time.sleep(0.1)
            for process in self._running.values():
                process.poll()
        _kill(all_of_them | family(roots))
        for process in self._running.values():
            process.wait()
        self._running.clear()

    def _import_pools(self) -> None:
        file = self.home / "pools.json"
        with file.open("wb") as out:
            printer = [sys.executable, "-m", "fengsui_airflow.pools"]
            subprocess.run(printer, env=self.environment, stdout=out, check=True)  # noqa: S603 - ours
        self.command("pools", "import", str(file))

    def _await(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_healthy():
            self.check()
            if time.monotonic() > deadline:
                raise AirflowDown(f"Airflow was not ready within {START_SECONDS:.0f} s")
            time.sleep(0.5)

    def _is_healthy(self) -> bool:
        try:
            answer = httpx.get(f"{self.url}/api/v2/monitor/health", timeout=5)
        except httpx.HTTPError:
            return False
        if answer.status_code != httpx.codes.OK:
            return False
        states = answer.json()
        parts = [name.replace("-", "_") for name in self.components if name != "api-server"]
        return all(states[part]["status"] == "healthy" for part in ("metadatabase", *parts))


def family(roots: Iterable[int]) -> set[psutil.Process]:
    """Return `roots`, what they have started at any depth, and who shares a session with them.

    A process is known by its id and the moment of its start: an id used anew is nobody of ours.
    """
    by_parent: defaultdict[int, list[psutil.Process]] = defaultdict(list)
    by_session: defaultdict[int, list[psutil.Process]] = defaultdict(list)
    running = {process.pid: process for process in psutil.process_iter() if _runs(process)}
    for pid, process in running.items():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            by_parent[process.ppid()].append(process)
            by_session[os.getsid(pid)].append(process)
    found: set[psutil.Process] = set()
    waiting = [running[pid] for pid in roots if pid in running]
    while waiting:
        process = waiting.pop()
        if process not in found:
            found.add(process)
            waiting += [*by_parent[process.pid], *by_session[process.pid]]
    return found


def alive(processes: Iterable[psutil.Process]) -> bool:
    """Return whether any of the processes still runs."""
    return any(_runs(process) for process in processes)


def _runs(process: psutil.Process) -> bool:
    """Return whether a process is there, and does not only wait to be buried."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _kill(processes: Iterable[psutil.Process]) -> None:
    """Kill the processes and wait until they are gone."""
    wanted = list(processes)
    while alive(wanted):
        for process in wanted:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        time.sleep(0.01)


def _dies_with_us() -> list[str]:
    """Return what lets a process be ended by the kernel when the one that started it dies."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []
