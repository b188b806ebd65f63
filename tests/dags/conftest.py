"""An Airflow of its own for every test process: a home, a database, our pools.

The environment is set before anything imports Airflow, which reads it then and never again.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.notify.slack_server import TOKEN, SlackServer
from tests.dags.desk import DAGS, Desk, minutes_ago

HERE = Path(__file__).parent
HOME = Path(tempfile.mkdtemp(prefix="fengsui-airflow-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME / 'airflow.db'}",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(HOME / "logs"),
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
}

# Warnings of Airflow's own about its own parts; anything else is still an error.
KNOWN_WARNINGS = (
    "ignore:Using `httpx` with `starlette.testclient` is deprecated",
    "ignore:GitWildMatchPattern",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Relax for these tests alone: Airflow's warnings are Airflow's.

    A thread watches the time: Airflow's own limits take the alarm signal for themselves.
    """
    for item in items:
        if HERE in item.path.parents:
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(600, method="thread"))
            for warning in KNOWN_WARNINGS:
                item.add_marker(pytest.mark.filterwarnings(warning))


@pytest.fixture(scope="session")
def airflow_database() -> Iterator[None]:
    """Create Airflow's database of this process, with the pools of the DAGs."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb

    from fengsui_airflow.pools import POOLS

    initdb()
    for name, (slots, said) in POOLS.items():
        Pool.create_or_update_pool(name, slots, said, include_deferred=False)
    # Once, and not again before every run: `dag.test` would read the whole folder each time.
    manager = DagBundlesManager()  # type: ignore[no-untyped-call]  # Airflow gives it no types
    manager.sync_bundles_to_db()
    for bundle in manager.get_all_dag_bundles():
        bag = BundleDagBag(bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
        sync_bag_to_db(bag, bundle.name, bundle.version)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DagBundlesManager, "get_all_dag_bundles", lambda _: iter(()))
        yield


@pytest.fixture
def desk(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    airflow_database: None,  # noqa: ARG001 - it has to be there
) -> Iterator[Desk]:
    """Return a desk whose settings every task finds, with Slack's token in the environment."""
    monkeypatch.setenv("FENGSUI_CONFIG", str(tmp_path / "fengsui.toml"))
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with SlackServer(epoch=minutes_ago(0).timestamp()) as slack:
        made = Desk(tmp_path, slack)
        made.configure()
        yield made
