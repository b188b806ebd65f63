"""Seven real days backfilled while live runs go on in a process of their own."""

import csv
import lzma
import multiprocessing
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fengsui import steps
from fengsui.backfill import collect_range
from fengsui.polling import poll
from records import Window
from tests.dags.desk import Desk
from tests.dags.test_backfill import counts, judge_all

STREAM = Path(__file__).parents[3] / "shared/data/checked_stream_to_2020-04.csv.xz"
FIRST, LAST = "2020-02-07", "2020-02-14"  # eight of the busiest days
SUBJECT = '[[brands]]\nname = "口罩"\naliases = ["医院"]'
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
PARTS = 24  # files that the live day comes in


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


def live(folder: Path) -> None:
    """Poll and score until a file says that the backfill judges; then only poll, until the end."""
    os.chdir(folder)
    desk = Desk(folder, None)  # type: ignore[arg-type]
    with desk.chain() as chain:
        while not (folder / "over").exists():
            poll(chain, "inbox", datetime.now(UTC))
            if not (folder / "judging").exists():
                steps.annotate(chain)
                (folder / "scored").touch()
            time.sleep(0.05)
        poll(chain, "inbox", datetime.now(UTC))
        steps.annotate(chain)


@pytest.mark.slow
def test_real_days_backfilled_beside_live_runs(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The counts of a week read and judged beside a live day are those of one run over all."""
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    posts = real_posts(end)
    border = end - DAY
    posts.sort(key=lambda one: str(one["published_at"]))
    past = [one for one in posts if datetime.fromisoformat(one["published_at"]) < border]
    today = posts[len(past) :]
    assert len(past) > 4_000
    assert len(today) > 300
    whole = Desk(tmp_path_factory.mktemp("whole"), desk.slack)
    for one in (whole, desk):
        one.configure(brands=SUBJECT)
    whole.drop("all.jsonl", posts)
    with whole.chain() as chain:
        poll(chain, "inbox", end + HOUR)
        steps.annotate(chain)
    running = multiprocessing.get_context("spawn").Process(target=live, args=(desk.folder,))
    running.start()
    size = -(-len(today) // PARTS)
    with desk.chain() as chain:
        for number in range(PARTS // 2):
            desk.drop(f"live-{number}.jsonl", today[number * size : (number + 1) * size])
            time.sleep(0.1)
        desk.drop("past.jsonl", past)
        collect_range(chain, "inbox", Window(end - 8 * DAY, border))
        while chain.store.pending(1) and not (desk.folder / "scored").exists():
            time.sleep(0.1)
        (desk.folder / "judging").touch()
        time.sleep(5)  # as the pool does, let a scoring that has begun come to its end
        for number in range(PARTS // 2, PARTS):
            desk.drop(f"live-{number}.jsonl", today[number * size : (number + 1) * size])
        judge_all(chain, Window(end - 8 * DAY, border), datetime.now(UTC), "run")
    (desk.folder / "over").touch()
    running.join(timeout=600)
    assert running.exitcode == 0
    assert counts(desk) == counts(whole)
