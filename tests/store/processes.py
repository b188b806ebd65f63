"""What the processes of test_processes do; a spawned process imports it by name."""

from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

from store.sqlite.store import SqliteMentionStore
from tests.store.making import BRAND, DAY, MINUTE, NOON, mention, post

POSTS = 300
BATCH = 30


def write(path: Path, first: int, barrier: Barrier) -> None:
    """Write and annotate posts from number `first` on, in batches, all in the same few minutes."""
    with SqliteMentionStore(path) as store:
        barrier.wait()
        for start in range(first, first + POSTS, BATCH):
            numbers = range(start, start + BATCH)
            store.upsert_posts(post(n, at=NOON + n % 5 * MINUTE, author="同一人") for n in numbers)
            waiting = store.pending(2 * BATCH)
            store.annotate(waiting, [mention(item.post) for item in waiting])


def write_for_ever(path: Path, started: Path) -> None:
    """Write and annotate until killed; make the file `started` after the first batch."""
    first = 0
    with SqliteMentionStore(path) as store:
        while True:
            numbers = range(first, first + BATCH)
            store.upsert_posts(post(n, at=NOON + n % 7 * MINUTE) for n in numbers)
            waiting = store.pending(BATCH)
            store.annotate(waiting, [mention(item.post) for item in waiting])
            started.touch()
            first += BATCH


def read(path: Path, barrier: Barrier) -> None:
    """Read while others write: a mention is counted from the moment that it can be seen."""
    with SqliteMentionStore(path) as store:
        barrier.wait()
        volume = 0
        while volume < 2 * POSTS:
            totals = store.totals()
            counted = sum(point.volume for point in store.points(BRAND, DAY, timedelta(minutes=5)))
            assert counted >= max(volume, totals["mentions"])
            volume = counted
