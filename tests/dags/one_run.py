"""What one unbroken process makes of the posts that a cluster was given."""

import json
from datetime import timedelta
from typing import Any

from fengsui.pipeline import steps
from fengsui.pipeline.import_file import import_file
from fengsui.services import Services
from fengsui.settings.application import Settings
from records import Window
from tests.dags.distributed.cluster import Cluster

MINUTE = timedelta(minutes=1)


def stored(services: Services, keys: list[str], window: Window) -> dict[str, list[Any]]:
    """Return what was judged of the posts, what was counted by the minute, and the cases."""
    mentions = services.store.mentions_of(keys)
    return {
        "mentions": sorted(mentions, key=lambda one: (one.post_key, one.brand)),
        "points": [
            point
            for brand in services.settings.brands
            for point in services.store.points(brand.name, window, MINUTE)
        ],
        "cases": sorted(case.posts for case in services.ledger.cases()),
    }


def one_run(cluster: Cluster, keys: list[str], window: Window) -> dict[str, list[Any]]:
    """Return the same of one process that reads the posts in order and judges them, in SQLite."""
    texts = [file.read_text(encoding="utf-8") for file in (cluster.folder / "inbox").iterdir()]
    lines = [line for text in texts for line in text.splitlines()]
    lines.sort(key=lambda line: str(json.loads(line)["published_at"]))
    file = cluster.folder / "in-order.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    alone = Settings(state=cluster.folder / "alone", brands=cluster.settings().brands)
    with Services(alone) as services:
        import_file(services, file)
        steps.annotate(services)
        return stored(services, keys, window)
