"""What the processes of test_elasticsearch_processes do; a spawned process imports it by name."""

from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

from store.elasticsearch.store import ElasticsearchMentionStore
from tests.store.elasticsearch.making import settings_for
from tests.store.making import BRAND, DAY, MINUTE, NOON, mention, post

POSTS = 120
BATCH = 20


def write(url: str, prefix: str, first: int, barrier: Barrier) -> None:
    """Write and annotate posts, half of them those of the other process, in the same minutes."""
    with ElasticsearchMentionStore(settings_for(url, prefix)) as store:
        barrier.wait()
        for start in range(first, first + POSTS, BATCH):
            numbers = range(start, start + BATCH)
            store.upsert_posts(
                post(n, at=NOON + n % 5 * MINUTE, author="同一人", likes=first + n) for n in numbers
            )
            waiting = store.pending(2 * BATCH)
            store.annotate(waiting, [mention(item.post) for item in waiting])


def write_for_ever(url: str, prefix: str, started: Path) -> None:
    """Write and annotate until killed; make the file `started` after the first batch."""
    first = 0
    with ElasticsearchMentionStore(settings_for(url, prefix)) as store:
        while True:
            numbers = range(first, first + BATCH)
            store.upsert_posts(post(n, at=NOON + n % 7 * MINUTE) for n in numbers)
            waiting = store.pending(BATCH)
            store.annotate(waiting, [mention(item.post) for item in waiting])
            started.touch()
            first += BATCH


def follow(url: str, prefix: str, barrier: Barrier) -> None:
    """Read the journal while others write: each entry's counts are there when it is."""
    with ElasticsearchMentionStore(settings_for(url, prefix)) as store:
        barrier.wait()
        entry = volume = 0
        while volume < POSTS + POSTS // 2:
            _, newest = store.changed(entry)
            assert newest >= entry
            points = store.points(BRAND, DAY, timedelta(minutes=5))
            counted = sum(point.volume for point in points)
            assert counted >= volume
            entry, volume = newest, counted
