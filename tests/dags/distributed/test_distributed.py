"""Two Celery workers, PostgreSQL, Redis, Elasticsearch: a killed worker costs time and no more."""

import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from fengsui.demo.playing import play
from records import Window
from tests.dags.distributed.cluster import Cluster
from tests.dags.one_run import one_run, stored
from tests.servers.fixtures import require_elasticsearch

pytestmark = [pytest.mark.distributed, pytest.mark.timeout(900, method="thread")]

# Stories with other people and posts, so that scoring takes long enough to be killed in.
SEEDS = (7, 8)
# More than there are posts.
ALL = 100_000


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Return a running cluster with the sample's brands, its mentions in Elasticsearch."""
    require_elasticsearch()
    brands = resources.files("fengsui.demo").joinpath("brands.toml").read_text("utf-8")
    with Cluster(tmp_path, brands, workers=2, elasticsearch=True) as cluster:
        yield cluster


def until(ready: Callable[[], object], seconds: float, pause: float = 0.05) -> float:
    """Wait until `ready` and return how long that took."""
    started = time.monotonic()
    while not ready():
        assert time.monotonic() - started < seconds, "it did not come"
        time.sleep(pause)
    return time.monotonic() - started


def test_killed_worker_loses_and_doubles_nothing(cluster: Cluster) -> None:
    """SIGKILL in the middle of scoring: in the end everything is judged, each post once.

    What was judged and counted in Elasticsearch is what one process makes of the posts in SQLite.
    """
    start = datetime.now(UTC) - timedelta(days=1)
    story = [line for seed in SEEDS for line in play(start, seed=seed).past]
    story.sort(key=lambda line: line.visible_at)
    # Under fresh ids, since two stories share some.
    posts = [line.item | {"id": f"{number}"} for number, line in enumerate(story)]
    total = len(posts)
    with cluster.services() as services:
        cluster.say(posts)
        until(lambda: services.store.totals()["mentions"] > 0, 300)
        worker = cluster.worker_of("score_posts")
        assert worker is not None, "no worker was judging"
        cluster.airflow.kill(worker)
        killed = time.monotonic()
        # Mentions are written before their posts are marked: some may have one and wait still.
        waiting = len(services.store.pending(ALL))
        assert waiting, "it was not in the middle"
        until(lambda: services.store.totals()["posts"] == total, 300, 0.2)
        until(lambda: not services.store.pending(1), 300, 0.2)
        took = time.monotonic() - killed
        sys.stdout.write(f"{total} posts, killed with {waiting} left; judged {took:.1f} s later\n")
        keys = [f"weibo:{one['id']}" for one in posts]
        window = Window(start - timedelta(days=60), datetime.now(UTC))
        found = stored(services, keys, window)
    expected = one_run(cluster, keys, window)
    assert len(expected["mentions"]) > total / 2
    assert found == expected
    told = cluster.slack.keys()
    assert len(told) == len(set(told))
