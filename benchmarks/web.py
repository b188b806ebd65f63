"""`python -m benchmarks.web [MENTIONS ...]`: how long the page takes to answer, by mentions kept.

Each page is asked for again and again, by several readers at once, through the whole application
without a network; what is cached for seconds is asked for as people do, who come at the same time.
The first answer, which loads counts and baselines, stands by itself.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

import httpx
from starlette.applications import Starlette

from benchmarks.store import BRANDS, SPAN, made
from dashboards.web.app import application
from fengsui.settings.application import Settings
from nlp.brands.matcher import BrandSettings
from records import Mention, Post, Window
from store.interface import Pending
from store.ledger.ledger import Ledger
from store.sqlite.store import SqliteMentionStore

SIZES: Final = (10_000, 100_000, 1_000_000)
PATHS: Final = ("/", "/incidents", "/brands/品牌1?days=7", "/search?q=退款", "/sources")
READERS: Final = 10
ROUNDS: Final = 5
BATCH: Final = 2_000
Made: TypeAlias = tuple[Post, Mention]
NOW: Final = SPAN.until - timedelta(minutes=7)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each page and number of mentions."""
    sizes = [int(one) for one in (sys.argv[1:] if arguments is None else arguments)] or SIZES
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            settings = filled(Path(folder), size)
            for path, first, seconds in asyncio.run(asked(settings)):
                line = (
                    f"{size:>9,} mentions, {BRANDS} brands  {path:24}"
                    f" first {first * 1000:6.0f} ms  median {at(seconds, 0.5):5.0f} ms"
                    f"  p95 {at(seconds, 0.95):5.0f} ms"
                )
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()


def at(seconds: Sequence[float], share: float) -> float:
    """Return the milliseconds that this share of the answers did not exceed."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))] * 1000


def filled(state: Path, size: int) -> Settings:
    """Return settings over stores with so many mentions."""
    brands = tuple(BrandSettings(name=f"品牌{rank}") for rank in range(1, BRANDS + 1))
    with SqliteMentionStore(state / "mentions.sqlite3") as store:
        for lot in _lots(made(size)):
            store.upsert_posts(post for post, _ in lot)
            mentions = {post.key: mention for post, mention in lot}
            waiting: list[Pending] = store.pending(BATCH)
            store.annotate(waiting, [mentions[one.post.key] for one in waiting])
    with Ledger(f"sqlite:///{state / 'ledger.sqlite3'}") as ledger:
        ledger.record_read("weibo", Window(SPAN.since, SPAN.until), ok=True)
    return Settings(state=state, brands=brands)


def _lots(rows: Iterable[Made]) -> Iterator[list[Made]]:
    rest = iter(rows)
    while lot := list(islice(rest, BATCH)):
        yield lot


async def asked(settings: Settings) -> list[tuple[str, float, list[float]]]:
    """Return, by page, how long the first answer took and those of many readers after it."""
    app = application(settings, lambda: NOW, hosts=("page",))
    found = []
    async with app.router.lifespan_context(app), _browser(app) as browser:
        for path in PATHS:
            first = await _one(browser, path)
            seconds: list[float] = []
            for _ in range(ROUNDS):
                # What was kept has aged by then: each round reads anew.
                await asyncio.sleep(2.1)
                many = (_one(browser, path) for _ in range(READERS))
                seconds += await asyncio.gather(*many)
            found.append((path, first, seconds))
    return found


def _browser(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page")


async def _one(browser: httpx.AsyncClient, path: str) -> float:
    began = time.perf_counter()
    answer = await browser.get(path)
    answer.raise_for_status()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
