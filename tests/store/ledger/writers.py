"""What the ledger's processes of test_processes do; a spawned process imports it by name."""

import os
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

from records import Window
from store.ledger import schema
from store.ledger.database import upsert
from store.ledger.ledger import Ledger
from store.sqlite.store import SqliteMentionStore
from tests.store.making import MINUTE, NOON, case, incident, notification

# How often each process changes what the others change too.
TIMES = 30


def open_both(folder: Path, url: str, barrier: Barrier) -> None:
    """Open a store and a ledger that are not there yet, at the same moment as others."""
    barrier.wait()
    with SqliteMentionStore(folder / "mentions.sqlite3") as store:
        store.totals()
    with Ledger(url) as ledger:
        ledger.totals()


def claim(url: str, barrier: Barrier, taken: Path) -> None:
    """Claim every due notification that can be had, and leave a file for each."""
    with Ledger(url) as ledger:
        barrier.wait()
        for item in ledger.due(NOON):
            if ledger.claim(item, NOON + MINUTE):
                (taken / f"{item.receiver} {os.getpid()}").touch()


def offer(url: str, number: int) -> None:
    """Put notifications into the outbox."""
    told = [notification(incident(), receiver=f"r{place}") for place in range(number)]
    with Ledger(url) as ledger:
        ledger.record_detection([incident()], told)


def grow(url: str, name: str, barrier: Barrier) -> None:
    """Add posts to one case, and reads to one source, that other processes add to as well."""
    with Ledger(url) as ledger:
        barrier.wait()
        for number in range(TIMES):
            ledger.upsert_cases([case(1, posts=(f"{name}:{number}",))])
            since = NOON + number * MINUTE
            ledger.record_read("weibo", Window(since, since + MINUTE), ok=True)


def stop_halfway(url: str, started: Path) -> None:
    """Write, make the file `started`, and wait to be killed before the transaction ends."""
    with Ledger(url) as ledger, ledger._writing() as connection:
        upsert(connection, schema.cursors, [{"name": "collect", "value": "half"}], replace=True)
        started.touch()
        time.sleep(100)
