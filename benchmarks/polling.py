"""Compare a poll of 50 keywords with the pace that its host allows, in one process.

The local site of the tests, a process of its own, answers the licensed search; what is read goes
into the stores. The bound is the time that the pace alone takes for as many requests; `ratio` is
bound / time: 1 where nothing but the pace is waited for. (The mobile search asks each 2 s at most.)
"""

import multiprocessing
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.measure import Row, show
from fengsui.ingest import poll
from fengsui.services import Services
from fengsui.settings.application import Settings
from listeners.client.client import JITTER
from listeners.settings import SourceSettings
from listeners.sources.weibo_official import WeiboSearchSource
from tests.listeners.faults import Faults
from tests.listeners.made_posts import made_posts
from tests.listeners.weibo_site import Site

KEYWORDS = tuple(f"品牌{chr(0x4E00 + number)}" for number in range(50))
POSTS = 2_000
EVERY = 0.5
SPAN = timedelta(minutes=30)


def run() -> list[Row]:
    """Poll once."""
    os.environ["WEIBO_TOKEN"] = "a-token"  # noqa: S105 - not one
    ours, sites = multiprocessing.Pipe()
    serving = multiprocessing.get_context("spawn").Process(target=serve, args=(sites,), daemon=True)
    serving.start()
    url = ours.recv()
    try:
        return [polled(search(url), ours)]
    finally:
        serving.terminate()
        serving.join()


def serve(pipe: Connection) -> None:
    """Be the site; tell its address, then how often it was asked, each time one wants to know."""
    now = datetime.now(UTC)
    posts = made_posts(KEYWORDS, POSTS, now - SPAN, now, seed=5)
    with Site(posts, lambda: datetime.now(UTC), Faults(5, now, now)) as site:
        pipe.send(site.url)
        while True:
            pipe.recv()
            pipe.send(sum(site.asked.values()))


def search(url: str) -> WeiboSearchSource:
    """Return the licensed search of the site."""
    return WeiboSearchSource(
        kind="weibo_search", name="licensed search", keywords=KEYWORDS, base_url=url,
        token_env="WEIBO_TOKEN",  # noqa: S106 - the name of a variable
        accept_terms="微博开放平台开发者协议", request_seconds=EVERY,
    )  # fmt: skip


def polled(source: SourceSettings, site: Connection) -> Row:
    """Read the last half hour of a source, in which each keyword has some forty posts."""
    with tempfile.TemporaryDirectory() as folder:
        read = source.model_copy(update={"poll_seconds": SPAN.total_seconds()})
        with Services(Settings(state=Path(folder), sources=(read,))) as services:
            site.send("asked")
            before = site.recv()
            wall, cpu = time.perf_counter(), time.process_time()
            kept = poll.poll(services, source.name, datetime.now(UTC)).kept
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            site.send("asked")
            asked = site.recv() - before
    # On average half of what is added to a pause so that nobody sees a beat.
    bound = (asked - 1) * EVERY * (1 + JITTER / 2)
    return Row(
        f"a poll of {len(KEYWORDS)} keywords, {source.name}",
        f"{wall:.2f} s",
        f"pace with its jitter {bound:.2f} s",
        bound / wall,
        f"{asked} requests, {kept} posts, {1e3 * cpu / asked:.1f} ms of CPU a request",
    )


if __name__ == "__main__":
    show(run())
