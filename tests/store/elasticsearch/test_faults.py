"""A server, or a node of a cluster, is killed while posts are written: nothing is lost."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from store.elasticsearch.settings import ElasticsearchSettings
from store.elasticsearch.store import ElasticsearchMentionStore
from tests.servers.elasticsearch.cluster import ElasticsearchCluster
from tests.servers.elasticsearch.server import ElasticsearchServer
from tests.servers.fixtures import Elasticsearch, require_elasticsearch
from tests.store.making import BRAND, DAY, MINUTE, NOON, mention, post

WRITERS = 3
BATCH = 25
PREFIX = "fengsui"
# One answer to a search holds at most 10,000 ids, and all are compared.
MOST = 9_000


@dataclass(slots=True)
class Load:
    """Writers that write and annotate new posts until `stop` is set."""

    settings: ElasticsearchSettings
    stop: threading.Event = field(default_factory=threading.Event)
    written: list[list[str]] = field(default_factory=lambda: [[] for _ in range(WRITERS)])
    futures: list[Future[None]] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        """How many posts the store has acknowledged."""
        return sum(map(len, self.written))

    def write(self, number: int) -> None:
        """Write batch after batch; the posts of each writer are its own."""
        own = self.written[number]
        with ElasticsearchMentionStore(self.settings) as store:
            while not self.stop.is_set() and self.acknowledged < MOST:
                first = len(own)
                posts = [
                    post(n * WRITERS + number, at=NOON + n % 60 * MINUTE)
                    for n in range(first, first + BATCH)
                ]
                store.upsert_posts(posts)
                own += [made.key for made in posts]
                waiting = store.pending(BATCH)
                store.annotate(waiting, [mention(item.post) for item in waiting])

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait for `reached`; a writer that has failed is an error at once."""
        while not reached():
            for future in self.futures:
                if future.done():
                    future.result()
            time.sleep(0.01)

    def more(self, posts: int) -> None:
        """Wait until so many further posts have been acknowledged to every writer."""
        goals = [len(own) + posts // WRITERS for own in self.written]
        self.until(
            lambda: all(len(own) >= goal for own, goal in zip(self.written, goals, strict=True))
        )


@contextmanager
def load(settings: ElasticsearchSettings) -> Iterator[Load]:
    """Write in threads; at the end every writer has ended without an error."""
    with ElasticsearchMentionStore(settings):
        pass
    made = Load(settings)
    with ThreadPoolExecutor(WRITERS) as pool:
        made.futures = [pool.submit(made.write, number) for number in range(WRITERS)]
        try:
            yield made
        finally:
            made.stop.set()
    for future in made.futures:
        future.result()


def assert_nothing_lost(written: Load, server: Elasticsearch) -> None:
    """Compare each id that was acknowledged with those that are there; no more, no less."""
    keys = {key for own in written.written for key in own}
    assert 0 < len(keys) == written.acknowledged
    with ElasticsearchMentionStore(written.settings) as store:
        while waiting := store.pending(1_000):
            store.annotate(waiting, [mention(item.post) for item in waiting])
        assert ids(server, "posts") == keys
        assert ids(server, "mentions") == {f"{key}|{BRAND}" for key in keys}
        assert {made.post_key for made in store.mentions_of(sorted(keys))} == keys
        assert sum(point.volume for point in store.points(BRAND, DAY, MINUTE)) == len(keys)
        entries = ids(server, "changes")
        assert entries == {str(number) for number in range(1, len(entries) + 1)}


def ids(server: Elasticsearch, kind: str) -> set[str]:
    """Return the ids of all documents of a kind."""
    assert server.call("POST", f"/{PREFIX}-{kind}/_refresh")[0] == 200
    status, found = server.call("GET", f"/{PREFIX}-{kind}/_search?size=10000&_source=false")
    assert (status, found["_shards"]["failed"]) == (200, 0)
    listed = [hit["_id"] for hit in found["hits"]["hits"]]
    assert len(set(listed)) == len(listed) == found["hits"]["total"]["value"]
    return set(listed)


@pytest.mark.timeout(900)
def test_killed_server_loses_nothing() -> None:
    """A server killed under load and started again has every acknowledged post, counted once.

    The writers notice nothing but the time that it takes.
    """
    require_elasticsearch()
    with ElasticsearchServer() as server:
        settings = ElasticsearchSettings(
            urls=(server.url,), prefix=PREFIX, replicas=0, patience_seconds=600
        )
        with load(settings) as written:
            written.more(10 * BATCH)
            server.kill()
            server.start()
            written.more(10 * BATCH)
        assert_nothing_lost(written, Elasticsearch(server.url))


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_cluster_goes_on_without_a_node() -> None:
    """Of three nodes one is killed under load: writes go on without it, and nothing is lost.

    It is the elected master, so that another has to be elected first.
    """
    require_elasticsearch()
    with ElasticsearchCluster(nodes=3) as cluster:
        settings = ElasticsearchSettings(
            urls=tuple(cluster.urls), prefix=PREFIX, replicas=1, patience_seconds=600
        )
        with load(settings) as written:
            written.more(10 * BATCH)
            wait_for(Elasticsearch(cluster.urls[0]), "green", nodes=3)
            _, masters = Elasticsearch(cluster.urls[0]).call("GET", "/_cat/master?format=json")
            master = cluster.node(masters[0]["node"])
            master.kill()
            written.more(10 * BATCH)
            left = next(node for node in cluster.nodes if node is not master)
            assert not master.processes
        assert_nothing_lost(written, Elasticsearch(left.url))
        wait_for(Elasticsearch(left.url), "green", nodes=2)

        master.start()

        wait_for(Elasticsearch(left.url), "green", nodes=3)
        assert_nothing_lost(written, Elasticsearch(master.url))


def wait_for(server: Elasticsearch, health: str, nodes: int) -> None:
    """Wait until the cluster has so many nodes and that health."""
    path = f"/_cluster/health?wait_for_status={health}&wait_for_nodes={nodes}&timeout=50s"
    for _ in range(6):
        status, found = server.call("GET", path)
        if status == 200 and not found["timed_out"]:
            return
    pytest.fail(f"the cluster is not {health} with {nodes} nodes: {found}")
