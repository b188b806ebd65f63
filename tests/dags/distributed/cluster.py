"""Airflow as in production, on this machine: its servers, workers, a source and a Slack."""

import json
import random
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil
import psycopg
import pytest

from fengsui.services import Services
from fengsui.settings.application import Settings, load
from fengsui_airflow.local.processes import START_SECONDS, Airflow, AirflowDown, environment, family
from tests.alerts.notify.slack_server import CHANNEL, TOKEN, SlackServer
from tests.servers.elasticsearch.server import ElasticsearchServer
from tests.servers.postgresql import Postgresql, PostgresqlServer
from tests.servers.processes import free_port
from tests.servers.redis import RedisServer

# From the source to the alert.
MINUTELY = ("collect_posts", "score_posts", "detect_crises")

SETTINGS = """state = "state"
ledger_url_env = "FENGSUI_LEDGER_URL"
{store}
[[sources]]
kind = "folder"
name = "posts"
path = "inbox"
poll_seconds = 1
settle_seconds = 0

[[receivers]]
kind = "slack"
name = "pr"
channel = "{channel}"
base_url = "{slack}"

[[routes]]
receivers = ["pr"]

{more}
"""

ELASTICSEARCH = """store = "elasticsearch"

[elasticsearch]
urls = ["{url}"]
replicas = 0
"""


class Cluster:
    """Use it as a context manager. With `workers` tasks go to so many Celery workers, else not.

    Of the DAGs only those named in `dags` run. With `elasticsearch` mentions are kept there, in a
    server of the cluster's own, else in SQLite.
    """

    def __init__(
        self,
        folder: Path,
        brands: str,
        *,
        workers: int = 0,
        dags: Sequence[str] = MINUTELY,
        elasticsearch: bool = False,
    ) -> None:
        self.folder = folder
        self.slack = SlackServer(epoch=datetime.now(UTC).timestamp())
        self._brands = brands
        self._workers = [f"worker-{number}" for number in range(workers)]
        self._dags = dags
        self._elasticsearch = elasticsearch
        self._pids: dict[str, int] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def prepare(self) -> None:
        """Do what has to be done before Airflow starts; to be filled in where history is wanted."""

    def _start(self) -> None:
        self._stack.enter_context(self.slack)
        server = self._stack.enter_context(PostgresqlServer())
        broker = self._stack.enter_context(RedisServer()) if self._workers else None
        self.config = self.folder / "fengsui.toml"
        (self.folder / "inbox").mkdir()
        store = ""
        if self._elasticsearch:
            search = self._stack.enter_context(ElasticsearchServer(heap="1g", quick=False))
            store = ELASTICSEARCH.format(url=search.url)
        text = SETTINGS.format(
            channel=CHANNEL, slack=self.slack.url, store=store, more=self._brands
        )
        self.config.write_text(text, encoding="utf-8")
        self.ledger = server.new_database()
        self.metadata = server.new_database()
        home = self.folder / "airflow"
        made = environment(home, free_port(), _with_driver(self.metadata))
        made |= self._environment(server, broker)
        self.airflow = Airflow(home, made)
        with self._lent():
            self.prepare()
        self._stack.enter_context(self.airflow)
        for name in self._workers:
            self.start_worker(name)
        for dag in self._dags:
            self.switch(dag, on=True)

    def _environment(self, server: Postgresql, broker: RedisServer | None) -> dict[str, str]:
        made = {
            "FENGSUI_CONFIG": str(self.config),
            "FENGSUI_LEDGER_URL": self.ledger,
            "SLACK_BOT_TOKEN": TOKEN,
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        }
        if broker is None:
            return made | {"AIRFLOW__CORE__EXECUTOR": "LocalExecutor"}
        results = re.sub("^postgresql", "db+postgresql", _with_driver(server.new_database()))
        return made | {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": broker.url,
            "AIRFLOW__CELERY__RESULT_BACKEND": results,
            "AIRFLOW__CELERY__WORKER_CONCURRENCY": "3",
            # What a killed worker had taken and not begun is given to another after this long; who
            # waits longer for a worker finds that its token has expired.
            "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "120",
            "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "10",
        }

    def start_worker(self, name: str) -> None:
        """Start a Celery worker."""
        arguments = ["celery", "worker", "--skip-serve-logs", "--celery-hostname", f"{name}@%h"]
        self._pids[name] = self.airflow.start(name, arguments)

    def switch(self, dag: str, *, on: bool) -> None:
        """Let a DAG run or pause, as soon as Airflow knows it.

        Raises:
            AirflowDown: it never did.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.airflow.check()
            answer = self.ask("PATCH", f"dags/{dag}", {"is_paused": not on})
            if answer.status_code == httpx.codes.OK:
                return
            time.sleep(1)
        raise AirflowDown(f"{dag} could not be switched")

    def ask(
        self, method: str, path: str, body: Any = None, *, known: bool = True
    ) -> httpx.Response:
        """Send a request to Airflow's REST API, logged in or (not `known`) as anybody."""
        headers = {"Authorization": f"Bearer {self._token()}"} if known else {}
        url = f"{self.airflow.url}/api/v2/{path}"
        return httpx.request(method, url, json=body, headers=headers, timeout=60)

    def _token(self) -> str:
        file = self.airflow.home / "passwords.json"
        [(user, password)] = json.loads(file.read_text(encoding="utf-8")).items()
        known = {"username": user, "password": password}
        answer = httpx.post(f"{self.airflow.url}/auth/token", json=known, timeout=60)
        return str(answer.json()["access_token"])

    def worker_of(self, dag: str) -> str | None:
        """Return the name of the worker in which a task of `dag` runs now."""
        query = "SELECT id FROM task_instance WHERE dag_id = %s AND state = 'running'"
        with psycopg.connect(self.metadata) as database:
            tasks = [str(row[0]) for row in database.execute(query, [dag])]
        for name, pid in self._pids.items():
            for child in family([pid]):
                if any(task in _title(child) for task in tasks):
                    return name
        return None

    def tries(self, dag: str) -> list[tuple[str, int]]:
        """Return state and number of tries of every task of `dag` so far."""
        query = "SELECT state, try_number FROM task_instance WHERE dag_id = %s ORDER BY start_date"
        with psycopg.connect(self.metadata) as database:
            return [(str(state), int(tries)) for state, tries in database.execute(query, [dag])]

    def settings(self) -> Settings:
        """Return the settings that the tasks read."""
        return load(self.config)

    def services(self) -> Services:
        """Return the stores as the tasks have them."""
        with self._lent():
            return Services(self.settings())

    @contextmanager
    def _lent(self) -> Iterator[None]:
        """Let this process's environment hold what the tasks' does."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FENGSUI_LEDGER_URL", self.ledger)
            patch.setenv("SLACK_BOT_TOKEN", TOKEN)
            yield

    def say(self, lines: Iterable[dict[str, Any]], name: str = "posts") -> None:
        """Let posts appear at the source, all at once."""
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        with (self.folder / "inbox" / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.write(text)


def complaint(brand: str, at: datetime, rng: random.Random) -> dict[str, Any]:
    """Return a complaint in our own form, by an author of its own and no copy of another."""
    own = "".join(rng.choices("的了是在有和就不人都一上也很到说要去你会着没看好自", k=60))
    return {
        "source": "weibo",
        "id": secrets.token_hex(8),
        "text": f"在{brand}的奶茶里喝出虫子，太恶心了，店员不处理，要求退款，我要投诉 {own}",
        "author": secrets.token_hex(6),
        "published_at": at.isoformat(),
    }


def _with_driver(url: str) -> str:
    return re.sub("^postgresql:", "postgresql+psycopg2:", url)


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
