"""Several processes write to one Elasticsearch at once, and one of them is killed."""

import os
import signal
import time
from pathlib import Path

from store.elasticsearch.store import ElasticsearchMentionStore
from tests.servers.fixtures import elasticsearch_9, elasticsearch_prefix, elasticsearch_url
from tests.store.elasticsearch import writers as processes
from tests.store.elasticsearch.making import settings_for
from tests.store.making import BRAND, DAY, MINUTE, annotate_all
from tests.store.test_processes import SPAWN, together

__all__ = ["elasticsearch_9", "elasticsearch_prefix", "elasticsearch_url"]


def assert_counted_once(store: ElasticsearchMentionStore, posts: int) -> None:
    """Demand one mention for each of `posts` posts, in the counts as well."""
    annotate_all(store)
    volumes = sum(point.volume for point in store.points(BRAND, DAY, MINUTE))
    assert store.totals() | {"volume": volumes} == {
        "posts": posts,
        "mentions": posts,
        "organic": posts,
        "duplicates": 0,
        "volume": posts,
    }


def test_two_writers_and_a_reader(elasticsearch_url: str, elasticsearch_prefix: str) -> None:
    """Two processes write into the same minutes, half the same posts; no copy is lost or doubled.

    A third follows the journal, whose entries have no gap.
    """
    at = (elasticsearch_url, elasticsearch_prefix)
    barrier = SPAWN.Barrier(3)
    together(
        (processes.write, (*at, 0, barrier)),
        (processes.write, (*at, processes.POSTS // 2, barrier)),
        (processes.follow, (*at, barrier)),
    )
    with ElasticsearchMentionStore(settings_for(*at)) as store:
        assert_counted_once(store, processes.POSTS + processes.POSTS // 2)
        assert [point.authors for point in store.points(BRAND, DAY, MINUTE)] == [1] * 5
        shared = range(processes.POSTS // 2, processes.POSTS)
        likes = {cited.post.id: cited.post.likes for cited in store.cited(BRAND, DAY)}
        assert [likes[str(n)] for n in shared] == [n + processes.POSTS // 2 for n in shared]
        entries = [number for number, _ in store._journal.since(0)]
        assert entries == list(range(1, len(entries) + 1))


def test_killed_writer_leaves_work_to_repeat(
    elasticsearch_url: str, elasticsearch_prefix: str, tmp_path: Path
) -> None:
    """A writer killed at any moment leaves pending posts, never a count that stays wrong."""
    at, started = (elasticsearch_url, elasticsearch_prefix), tmp_path / "started"
    for pause in (0.0, 0.04, 0.11):
        started.unlink(missing_ok=True)
        process = SPAWN.Process(target=processes.write_for_ever, args=(*at, started))
        process.start()
        while not started.exists():
            assert process.is_alive()
            time.sleep(0.002)
        time.sleep(pause)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(10)
        assert process.exitcode == -signal.SIGKILL
    with ElasticsearchMentionStore(settings_for(*at)) as store:
        assert_counted_once(store, store.totals()["posts"])
