"""What two runs must agree on: everything that was written but the times of writing it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from fengsui.services import ledger_url
from fengsui.settings.application import Settings
from store.ledger.ledger import Ledger


def contents(state: Path, ledger: str = "") -> dict[str, Any]:
    """Return the posts, mentions, counts, incidents, cases and notifications in `state`.

    `ledger` is the URL of the ledger where that is elsewhere.
    """
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
    with Ledger(ledger or ledger_url(Settings(state=state))) as opened:
        return stored | {
            "incidents": opened.incidents(),
            "cases": opened.cases(),
            "notifications": sorted((n.key, n.state, n.alert) for n in opened.notifications()),
            "quarantine": opened.quarantine_reasons(),
        }
