"""What two runs must agree on: everything that was written but the times of writing it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from fengsui.chain import ledger_url
from store.ledger import Ledger


def contents(state: Path) -> dict[str, Any]:
    """Return the posts, mentions, counts, incidents, cases and notifications in `state`."""
    with closing(sqlite3.connect(state / "mentions.sqlite3")) as database:
        stored = {
            name: sorted(database.execute(query).fetchall())
            for name, query in {
                "posts": "SELECT key, published_at, fetched_at, pending FROM posts",
                "mentions": "SELECT posts.key, brand, organic, negative, complaint, mentions.body"
                " FROM mentions JOIN posts ON posts.id = mentions.post",
                "points": "SELECT brand, minute, volume, organic, negative, complaints, reach,"
                " authors FROM points WHERE volume > 0",
            }.items()
        }
    with Ledger(ledger_url(state)) as ledger:
        return stored | {
            "incidents": ledger.incidents(),
            "cases": ledger.cases(),
            "notifications": sorted((n.key, n.state, n.alert) for n in ledger.notifications()),
            "quarantine": ledger.quarantine_reasons(),
        }
