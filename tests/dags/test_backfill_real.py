"""Seven real days backfilled through the scheduler while live runs go on."""

import csv
import lzma
import time
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from records import Mention, Window
from tests.dags.distributed.cluster import MINUTELY, Cluster
from tests.dags.one_run import one_run, stored
from tests.servers.fixtures import require_elasticsearch

pytestmark = [pytest.mark.distributed, pytest.mark.timeout(1200, method="thread")]

STREAM = Path(__file__).parents[3] / "shared/data/checked_stream_to_2020-04.csv.xz"
FIRST, LAST = "2020-02-07", "2020-02-14"  # eight of the busiest days
SUBJECT = '[[brands]]\nname = "口罩"\naliases = ["医院"]'
DAY = timedelta(days=1)
PARTS = 24  # in which the live day comes
RUNS = "dags/backfill_posts/dagRuns"


def real_posts(end: datetime) -> list[dict[str, Any]]:
    """Return the posts of the eight days that name the subject, moved so that they end at `end`."""
    if not STREAM.exists():
        pytest.skip(f"no real stream to read: {STREAM.name} is not in ../shared/data")
    found = []
    with lzma.open(STREAM, "rt", encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            if FIRST <= row["time"][:10] <= LAST and (
                "口罩" in row["text"] or "医院" in row["text"]
            ):
                found.append((number, row))
    beijing = ZoneInfo("Asia/Shanghai")
    midnight = datetime.fromisoformat(LAST).replace(tzinfo=beijing) + DAY
    return [
        {
            "source": "weibo",
            "id": str(number),
            "url": f"https://weibo.example/{number}",
            "text": row["text"],
            "author": row["user_no"],
            "published_at": (
                datetime.fromisoformat(row["time"]).replace(tzinfo=beijing) - midnight + end
            ).isoformat(),
        }
        for number, row in found
    ]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Return a running cluster that listens for the subject, its mentions in Elasticsearch."""
    require_elasticsearch()
    dags = [*MINUTELY, "hot_alert", "backfill_posts"]
    with Cluster(tmp_path, SUBJECT, workers=2, dags=dags, elasticsearch=True) as cluster:
        yield cluster


def test_real_days_backfilled_beside_live_runs(cluster: Cluster) -> None:
    """The counts of a week read and scored next to a live day are those of one run over all."""
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    posts = real_posts(end)
    border = end - DAY
    posts.sort(key=lambda one: str(one["published_at"]))
    past = [one for one in posts if datetime.fromisoformat(one["published_at"]) < border]
    today = posts[len(past) :]
    assert len(past) > 4_000
    assert len(today) > 300
    parts = [today[number::PARTS] for number in range(PARTS)]
    cluster.say(parts.pop(), "live")
    cluster.say(past, "past")
    span = {"since": (end - 8 * DAY).isoformat(), "until": border.isoformat(), "source": "posts"}
    started = cluster.ask("POST", RUNS, {"logical_date": None, "conf": span})
    assert started.status_code == httpx.codes.OK, started.text
    run = f"{RUNS}/{started.json()['dag_run_id']}"
    deadline = time.monotonic() + 600
    while (state := cluster.ask("GET", run).json()["state"]) not in {"success", "failed"}:
        assert time.monotonic() < deadline, state
        if parts:
            cluster.say(parts.pop(), "live")
        time.sleep(2)
    assert state == "success"
    assert not parts, "it was over before the live day was"
    with cluster.services() as services:
        while services.store.totals()["posts"] < len(posts) or services.store.pending(1):
            assert time.monotonic() < deadline, "something is not judged"
            time.sleep(1)
        keys = [f"weibo:{one['id']}" for one in posts]
        window = Window(end - 9 * DAY, end + DAY)
        found = stored(services, keys, window)
    assert len(found["mentions"]) == len(posts)
    expected = one_run(cluster, keys, window)
    assert not [*unlike(found["mentions"], expected["mentions"])]
    assert found == expected


def unlike(mine: list[Mention], theirs: list[Mention]) -> Iterator[str]:
    """Yield what mentions differ in, so that a failure says more than that they do."""
    for one, other in zip(mine, theirs, strict=True):
        for field in fields(one):
            here, there = getattr(one, field.name), getattr(other, field.name)
            if here != there:
                yield f"{one.post_key} {one.published_at}: {field.name} {here} is not {there}"
