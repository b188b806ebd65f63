"""What the ledger's processes of test_processes do; a spawned process imports it by name."""

import os
from multiprocessing.synchronize import Barrier
from pathlib import Path

from store.ledger import Ledger
from store.sqlite import SqliteMentionStore
from tests.store.making import MINUTE, NOON, incident, notification


def open_both(folder: Path, barrier: Barrier) -> None:
    """Open a store and a ledger that are not there yet, at the same moment as others."""
    barrier.wait()
    with SqliteMentionStore(folder / "mentions.sqlite3") as store:
        store.totals()
    with Ledger(f"sqlite:///{folder / 'ledger.sqlite3'}") as ledger:
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
        ledger.record_detection([incident()], told, {})
