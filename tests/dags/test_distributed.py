"""Two Celery workers, PostgreSQL and Redis: a worker that is killed costs time and nothing else."""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from fengsui import steps
from fengsui.chain import Chain
from fengsui.cli.files import import_file
from fengsui.sample.playing import play
from fengsui.settings import Settings
from tests.dags.cluster import Cluster, demand_servers

pytestmark = [pytest.mark.distributed, pytest.mark.timeout(900, method="thread")]

# Stories with other people and posts, so that scoring takes long enough to be killed in.
SEEDS = (7, 8)
GOAL_SECONDS = 90.0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Return a running cluster with the sample's brands."""
    demand_servers(workers=True)
    brands = resources.files("fengsui.sample").joinpath("brands.toml").read_text("utf-8")
    with Cluster(tmp_path, brands, workers=2) as cluster:
        yield cluster


def stored(state: Path) -> dict[str, list[Any]]:
    """Return what was judged, and what was counted."""
    queries = {
        "mentions": "SELECT posts.key, brand, organic, negative, complaint, mentions.body"
        " FROM mentions JOIN posts ON posts.id = mentions.post",
        "points": "SELECT brand, minute, volume, organic, negative, complaints, reach, authors"
        " FROM points WHERE volume > 0",
        "waiting": "SELECT key FROM posts WHERE pending IS NOT NULL AND pending != 0",
    }
    with closing(sqlite3.connect(state / "mentions.sqlite3", timeout=30)) as database:
        return {name: sorted(database.execute(query)) for name, query in queries.items()}


def counted(state: Path, query: str) -> int:
    """Return a number from the store."""
    with closing(sqlite3.connect(state / "mentions.sqlite3", timeout=30)) as database:
        return int(database.execute(query).fetchone()[0])


def until(ready: Callable[[], Any], seconds: float, pause: float = 0.05) -> float:
    """Wait until `ready` and return how long that took."""
    started = time.monotonic()
    while not ready():
        assert time.monotonic() - started < seconds, "it did not come"
        time.sleep(pause)
    return time.monotonic() - started


def test_killed_worker_loses_and_doubles_nothing(cluster: Cluster, tmp_path: Path) -> None:
    """SIGKILL in the middle of scoring: within 90 s everything is judged, each post once."""
    start = datetime.now(UTC) - timedelta(days=1)
    story = [line for seed in SEEDS for line in play(start, seed=seed).past]
    story.sort(key=lambda line: line.visible_at)
    # Under fresh ids, since two stories share some.
    posts = [line.item | {"id": f"{number}"} for number, line in enumerate(story)]
    with cluster.chain():
        state = cluster.settings().state
    cluster.say(posts)
    total = len(posts)
    until(lambda: counted(state, "SELECT count(*) FROM mentions") > 0, 300, 0.01)
    worker = cluster.worker_of("score_posts")
    assert worker is not None, "no worker was judging"
    cluster.airflow.kill(worker)
    killed = time.monotonic()
    judged = counted(state, "SELECT count(*) FROM posts WHERE NOT pending")
    assert 0 < judged < total, "it was not in the middle"
    until(lambda: counted(state, "SELECT count(*) FROM posts WHERE NOT pending") == total, 300, 0.2)
    took = time.monotonic() - killed
    sys.stdout.write(f"{total} posts, killed after {judged}; all judged {took:.1f} s later\n")
    expected = reference(tmp_path / "reference", cluster, tmp_path / "inbox" / "posts.jsonl")
    found = stored(state)
    assert found["points"] == expected["points"]
    assert found["mentions"] == expected["mentions"]
    with cluster.chain() as chain:
        cases = [case.posts for case in chain.ledger.cases()]
    assert sorted(cases) == sorted(expected["cases"])
    keys = cluster.slack.keys()
    assert len(keys) == len(set(keys))
    assert took <= GOAL_SECONDS


def reference(state: Path, cluster: Cluster, file: Path) -> dict[str, list[Any]]:
    """Return what one unbroken process makes of the same posts."""
    settings = Settings(state=state, brands=cluster.settings().brands)
    with Chain(settings) as chain:
        import_file(chain, file)
        steps.annotate(chain)
        cases = [case.posts for case in chain.ledger.cases()]
    return stored(state) | {"cases": cases}
