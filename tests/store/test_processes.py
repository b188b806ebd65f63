"""Several processes at once, and one that is killed."""

import multiprocessing
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from store.errors import StoreBusy
from store.ledger.ledger import Ledger
from store.sqlite.store import SqliteMentionStore
from tests.store import processes
from tests.store.ledger import writers
from tests.store.making import BRAND, DAY, MINUTE

SPAWN = multiprocessing.get_context("spawn")

# Cells whose counts are not those of their mentions, and cells without a row.
DIFFERENT = """
SELECT brand, minute, volume, organic, negative, complaints, reach, authors FROM points
WHERE volume > 0
EXCEPT SELECT brand, published_at / 60000000, count(*), sum(organic), sum(negative),
    sum(complaint), sum(reach), count(DISTINCT iif(organic, author, NULL))
FROM mentions GROUP BY 1, 2
UNION ALL
SELECT brand, published_at / 60000000, 0, 0, 0, 0, 0, 0 FROM mentions
WHERE (brand, published_at / 60000000) NOT IN (SELECT brand, minute FROM points)
"""


def together(*work: tuple[Callable[..., None], tuple[Any, ...]]) -> None:
    """Run functions in processes of their own and demand that each ends well."""
    running = [SPAWN.Process(target=function, args=values) for function, values in work]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
    assert [process.exitcode for process in running] == [0] * len(running)


def assert_consistent(path: Path) -> None:
    """Demand that every count is that of its mentions and that the file is whole."""
    database = sqlite3.connect(path)
    assert database.execute(DIFFERENT).fetchall() == []
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_two_writers_and_a_reader(tmp_path: Path) -> None:
    """Two processes write into the same minutes while a third reads; nothing is lost."""
    path, barrier = tmp_path / "mentions.sqlite3", SPAWN.Barrier(3)
    together(
        (processes.write, (path, 0, barrier)),
        (processes.write, (path, processes.POSTS, barrier)),
        (processes.read, (path, barrier)),
    )
    assert_consistent(path)
    with SqliteMentionStore(path) as store:
        assert store.totals()["mentions"] == 2 * processes.POSTS
        assert [point.authors for point in store.points(BRAND, DAY, MINUTE)] == [1] * 5


def test_killed_writer_leaves_whole_transactions(tmp_path: Path) -> None:
    """A writer killed at any moment leaves counts that equal its mentions, and a store to use."""
    path, started = tmp_path / "mentions.sqlite3", tmp_path / "started"
    for pause in (0.0, 0.013, 0.031):
        started.unlink(missing_ok=True)
        process = SPAWN.Process(target=processes.write_for_ever, args=(path, started))
        process.start()
        while not started.exists():
            assert process.is_alive()
            time.sleep(0.002)
        time.sleep(pause)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(10)
        assert process.exitcode == -signal.SIGKILL
        assert_consistent(path)
    with SqliteMentionStore(path) as store:
        totals = store.totals()
        assert totals["mentions"] == totals["posts"] - len(store.pending(10_000)) > 0


def test_all_may_open_first(tmp_path: Path, url: str) -> None:
    """Processes that open a new store and a new ledger at the same moment all succeed."""
    barrier = SPAWN.Barrier(3)
    together(*[(writers.open_both, (tmp_path, url, barrier))] * 3)


def test_each_notification_has_one_sender(tmp_path: Path, url: str) -> None:
    """Of several senders that see the same outbox, one gets each notification."""
    taken, barrier = tmp_path / "taken", SPAWN.Barrier(3)
    taken.mkdir()
    writers.offer(url, 40)
    together(*[(writers.claim, (url, barrier, taken))] * 3)
    receivers = [path.name.split()[0] for path in taken.iterdir()]
    assert sorted(receivers) == sorted(f"r{number}" for number in range(40))


def test_what_several_change_at_once_loses_nothing(url: str) -> None:
    """Cases that grow and spans that join hold what every process has added to them."""
    barrier = SPAWN.Barrier(3)
    together(*[(writers.grow, (url, name, barrier)) for name in ("a", "b", "c")])
    with Ledger(url) as ledger:
        (grown,) = ledger.cases()
        wanted = {f"{name}:{n}" for name in ("a", "b", "c") for n in range(writers.TIMES)}
        assert set(grown.posts) == wanted
        with ledger._reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM spans")) == 1


def test_killed_process_leaves_the_ledger_to_others(url: str, tmp_path: Path) -> None:
    """A process killed in the middle of a transaction keeps no lock and leaves no part of it."""
    started = tmp_path / "started"
    process = SPAWN.Process(target=writers.stop_halfway, args=(url, started))
    process.start()
    while not started.exists():
        assert process.is_alive()
        time.sleep(0.002)
    with Ledger(url, patience=timedelta(milliseconds=50)) as ledger:
        with pytest.raises(StoreBusy):
            ledger.set_cursor("collect", "waits")
        process.kill()
        process.join(10)
        # A server notices a lost connection a little later than the file system a lost process.
        with Ledger(url) as patient:
            patient.set_cursor("collect", "goes on")
        assert ledger.cursor("collect") == "goes on"
        assert ledger.cases() == []
