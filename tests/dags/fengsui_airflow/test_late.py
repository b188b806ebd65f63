"""Airflow's own scheduler and triggerer: a late run is an incident while it still goes on."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fengsui_airflow.local.processes import START_SECONDS
from records import IncidentKind
from tests.alerts.notify.slack_server import blocks_of, text_of
from tests.dags.desk import BRAND
from tests.dags.distributed.cluster import Cluster
from tests.servers.postgresql import Postgresql
from tests.servers.redis import RedisServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900, method="thread")]

DAG = '''"""A run that takes longer than it may."""

import time

from airflow.sdk import DAG, task

from fengsui_airflow.defaults import notify_when_late

with DAG("dawdles", schedule=None, deadline=notify_when_late("dawdles", minutes=0.05)):

    @task
    def dawdle() -> None:
        time.sleep(300)

    dawdle()
'''


class Dawdling(Cluster):
    """An Airflow that has one DAG, which is always late."""

    def _environment(self, server: Postgresql, broker: RedisServer | None) -> dict[str, str]:
        folder = self.folder / "dags"
        folder.mkdir()
        (folder / "dawdles.py").write_text(DAG, encoding="utf-8")
        return super()._environment(server, broker) | {"AIRFLOW__CORE__DAGS_FOLDER": str(folder)}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Return a running Airflow on PostgreSQL."""
    brand = f'[[brands]]\nname = "{BRAND}"\n'
    with Dawdling(tmp_path, brand, dags=["dawdles"]) as cluster:
        yield cluster


def test_late_run_is_an_incident_while_it_goes_on(cluster: Cluster) -> None:
    """The deadline passes, the triggerer opens an incident, Slack says so: no task has ended."""
    answer = cluster.ask("POST", "dags/dawdles/dagRuns", {"logical_date": None, "conf": {}})
    assert answer.status_code == httpx.codes.OK, answer.text
    deadline = time.monotonic() + START_SECONDS
    while not cluster.slack.messages:
        assert time.monotonic() < deadline, "nobody was told"
        time.sleep(1)
    run = f"dags/dawdles/dagRuns/{answer.json()['dag_run_id']}"
    assert cluster.ask("GET", run).json()["state"] in {"queued", "running"}
    said = "\n".join(map(text_of, blocks_of(cluster.slack.messages[0])))
    assert "dawdles" in said
    with cluster.services() as services:
        (incident,) = services.ledger.open_incidents()
    assert (incident.kind, incident.subject) == (IncidentKind.PIPELINE, "dawdles")
