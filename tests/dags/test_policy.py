"""Rules that every DAG file keeps."""

import ast
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from listeners.settings import SourceSettings
from tests.dags.desk import DAGS

FILES = sorted(DAGS.glob("*.py"))
IDS = [file.stem for file in FILES]
EXPECTED = {
    "backfill_posts",
    "collect_posts",
    "daily_brief",
    "detect_crises",
    "hot_alert",
    "maintain_model",
    "maintain_store",
    "recheck_posts",
    "respond_crisis",
    "score_posts",
    "weekly_pain_points",
}
# What a parser must never load: the application, its models, databases and the network.
HEAVY = (
    "fengsui", "nlp", "alerts", "store", "listeners", "records", "dashboards",
    "numpy", "scipy", "jieba", "rjieba", "slack_sdk", "matplotlib", "elasticsearch", "psycopg",
    "onnxruntime", "transformers",
)  # fmt: skip
HAN = re.compile(r"[\u4e00-\u9fff]")

# SQLAlchemy and some of its own models Airflow's SDK loads by itself, before any file is parsed.
PARSE = """
import sys, runpy, socket
import airflow.sdk, airflow.triggers.base, airflow.providers.standard.operators.hitl
def refuse(*_): raise OSError("no network while a DAG file is parsed")
socket.socket.connect = refuse
before = set(sys.modules)
runpy.run_path(sys.argv[1])
import json; print(json.dumps(sorted(set(sys.modules) - before)))
"""


@pytest.fixture(scope="module")
def dags(airflow_database: None) -> dict[str, Any]:  # noqa: ARG001 - it has to be there
    """Return the DAGs of the folder, none of which failed to be imported."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(DAGS))
    assert bag.import_errors == {}
    return dict(bag.dags)


def test_every_dag_is_there(dags: dict[str, Any]) -> None:
    """The folder imports without an error and holds the DAGs of the documents, each in its file."""
    assert set(dags) == EXPECTED == set(IDS)
    assert {dag_id: Path(dag.fileloc).stem for dag_id, dag in dags.items()} == {
        dag_id: dag_id for dag_id in EXPECTED
    }


@pytest.mark.parametrize("dag_id", sorted(EXPECTED))
def test_dag_keeps_the_policy(dags: dict[str, Any], dag_id: str) -> None:
    """Each DAG has an owner, tags, bounds on its runs, no catch-up, and docs in two languages."""
    dag = dags[dag_id]
    assert dag.catchup is False
    assert 1 <= dag.max_active_runs <= 4
    assert dag.dagrun_timeout <= timedelta(days=2)
    assert {"fengsui"} < set(dag.tags)
    # People find it by Chinese words; one that times out or gets stuck tells so.
    assert HAN.search(dag.dag_display_name)
    assert dag.dag_display_name != dag.dag_id
    assert len(HAN.findall(dag.description)) > 8
    assert dag.has_on_failure_callback
    assert dag.owner == "fengsui"
    english, _, chinese = dag.doc_md.strip("#\n ").partition("###")
    assert not HAN.search(english)
    assert len(HAN.findall(chinese)) > 20


@pytest.mark.parametrize("dag_id", sorted(EXPECTED))
def test_task_keeps_the_policy(dags: dict[str, Any], dag_id: str) -> None:
    """Each task has a pool that exists, a bound on its time, retries, and tells of its failure."""
    from fengsui_airflow.pools import POOLS

    for task in dags[dag_id].tasks:
        assert task.pool in POOLS, task.task_id
        waits = getattr(task, "response_timeout", None)
        assert waits or task.execution_timeout, task.task_id
        # Asking a person twice is no retry; and `poll` raises its own incident about a source.
        assert waits or task.retries >= 1, task.task_id
        told = task.has_on_failure_callback or task.task_id.startswith("fetch_")
        assert told, task.task_id


def test_late_detection_is_noticed_without_a_worker(dags: dict[str, Any]) -> None:
    """What detects has a deadline, which the triggerer watches, and no other DAG has one."""
    for dag_id, dag in dags.items():
        late = dag.deadline or []
        assert bool(late) is (dag_id in {"detect_crises", "hot_alert"}), dag_id
        for alert in late:
            assert alert.interval == timedelta(minutes=5)
            assert alert.callback.path == "fengsui_airflow.callbacks.tell_late"
            assert alert.callback.kwargs == {"name": dag_id}


def test_form_asks_for_nothing_that_may_be_left_out(dags: dict[str, Any]) -> None:
    """Every value may be null in the form, and a time has a calendar: the task asks for it."""
    forms = {
        "backfill_posts": {"since", "until", "source"},
        "respond_crisis": {"incident"},
        "maintain_model": {"candidate"},
    }
    for dag_id, names in forms.items():
        params = dags[dag_id].params
        assert set(params) == names
        for name in names:
            schema = params.get_param(name).schema
            assert "null" in schema["type"]
            assert (schema.get("format") == "date-time") is (name in {"since", "until"})


def test_sources_are_chosen_from_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form lists the sources of the settings; of a file that is no settings it lists none."""
    from fengsui_airflow.choices import source_param

    path = tmp_path / "fengsui.toml"
    monkeypatch.setenv("FENGSUI_CONFIG", str(path))
    assert "enum" not in source_param("source").schema
    for broken in ("sources = 3", "[[sources]]\nname = 7", "not toml", "sources = [1]"):
        path.write_text(broken, encoding="utf-8")
        assert "enum" not in source_param("source").schema
    text = '[[sources]]\nname = "微博"\n[[sources]]\nname = "a"\n[[sources]]\nkind = "x"\n'
    path.write_text(text, encoding="utf-8")
    assert source_param("source").schema["enum"] == [None, "a", "微博"]


@pytest.mark.parametrize("dag_id", ["collect_posts", "backfill_posts"])
def test_each_platform_is_a_group(dags: dict[str, Any], dag_id: str) -> None:
    """The tasks of a platform stand in a group with a Chinese name and keep their own ids."""
    groups = dags[dag_id].task_group.get_task_group_dict()
    for platform in {kind.platform for kind in get_args(SourceSettings)}:
        group = groups[platform]
        assert HAN.search(group.group_display_name)
        assert set(group.children) == {f"sources_{platform}", f"fetch_{platform}"}
        # It loads no part of the application, also when it succeeds.
        assert not group.children[f"sources_{platform}"].has_on_success_callback


@pytest.mark.parametrize("dag_id", ["collect_posts", "backfill_posts"])
def test_each_platform_has_its_pool(dags: dict[str, Any], dag_id: str) -> None:
    """Every source that the settings know is read by a task in the pool of its platform."""
    names = {kind.platform for kind in get_args(SourceSettings)}
    wanted = {f"fetch_{name}": f"crawl_{name}" for name in names}
    pools = {task.task_id: task.pool for task in dags[dag_id].tasks}
    assert {name: pool for name, pool in pools.items() if name.startswith("fetch_")} == wanted


def test_scoring_has_one_slot(dags: dict[str, Any]) -> None:
    """Whatever scores does it in the pool `model`, which has one slot."""
    from fengsui_airflow.pools import POOLS

    scoring = {"score_posts.score", "hot_alert.collect_to_alert", "backfill_posts.judge"}
    pools = {f"{d.dag_id}.{t.task_id}": t.pool for d in dags.values() for t in d.tasks}
    assert {name: pools[name] for name in scoring} == dict.fromkeys(scoring, "model")
    assert POOLS["model"][0] == 1


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_dag_file_is_thin(file: Path) -> None:
    """A DAG file has at most 60 lines, and takes from Airflow nothing but its SDK."""
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert all(name == "airflow.sdk" for name in names if name.split(".")[0] == "airflow")


def test_parsing_loads_nothing_heavy() -> None:
    """Parsing all DAG files loads no part of the application, no database and no network."""
    folder = ";".join(f"runpy.run_path({str(file)!r})" for file in FILES)
    script = PARSE.replace("runpy.run_path(sys.argv[1])", folder)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**_environment(), "PYTHONPATH": str(DAGS)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert "fengsui_airflow.defaults" in loaded
    assert [name for name in loaded if name.split(".")[0] in HEAVY] == []
    assert [name for name in loaded if name.startswith("sqlalchemy.dialects")] == []


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)


def test_no_file_bears_a_package_name() -> None:
    """`dags/` is on the path: none of its files hides a package that something else imports."""
    from importlib.metadata import packages_distributions

    taken = {*packages_distributions(), *sys.stdlib_module_names} - {"fengsui_airflow", *IDS}
    here = {path.stem for path in DAGS.iterdir() if not path.name.startswith((".", "__"))}
    assert here & taken == set()


def test_pools_can_be_imported(capsys: pytest.CaptureFixture[str]) -> None:
    """What `python -m fengsui_airflow.pools` prints is what `airflow pools import` takes."""
    from fengsui_airflow.pools import POOLS, main

    main()
    printed = json.loads(capsys.readouterr().out)
    assert printed.keys() == POOLS.keys()
    assert all({"slots", "description"} < pool.keys() for pool in printed.values())
