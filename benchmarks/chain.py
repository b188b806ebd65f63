"""Compare the whole chain with one that is written from well-known parts.

Both read the same JSON Lines, every line of which names one of 1,000 aliases, and end with posts,
scored mentions and counts per brand and minute in SQLite. The peer is json + pydantic + re +
jieba.analyse + SnowNLP + SQLite row by row, as `sentiment` None without SnowNLP.

    python -m benchmarks.chain [MODEL]

Ours scores with the linear model, or with the one that MODEL means to `nlp.sentiment.registry`.
"""

import json
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path

import jieba.analyse
import pydantic
from snownlp import SnowNLP

from benchmarks.measure import Row, one_core, show
from benchmarks.texts import posts
from fengsui.pipeline import steps
from fengsui.services import Services
from fengsui.settings.application import Settings
from listeners.formats.read import read_file
from nlp.brands.matcher import BrandSettings
from nlp.sentiment.model import Score, SentimentModel
from nlp.sentiment.registry import LINEAR, load_model
from records import Post

ALIASES = [f"云{a}{b}{c}茶" for a, b, c in product("甲乙丙丁戊己庚辛壬癸", repeat=3)]
POSTS = 50_000
PEER_POSTS = 150
PEER_POSTS_UNSCORED = 1_500
ROUNDS = 3


class PeerPost(pydantic.BaseModel):
    """What the peer takes for a valid record."""

    source: str
    id: str
    text: str
    author: str
    published_at: datetime


class Unscored:
    """A model that scores nothing, to measure what the rest costs."""

    name = "none"

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return the same for every text."""
        return [Score(0.0, 1.0, 0.0)] * len(texts)


def write_posts(path: Path, count: int) -> None:
    """Write posts made of real Weibo texts, each with a brand in it."""
    texts, _ = posts(count)
    rng = random.Random(7)
    start = datetime(2026, 3, 2, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as out:
        for number, text in enumerate(texts):
            row = {
                "source": "weibo",
                "id": str(number),
                "text": f"{rng.choice(ALIASES)}，{text}",
                "author": str(rng.randrange(count // 3)),
                "published_at": (start + timedelta(seconds=number)).isoformat(),
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def peer(path: Path, database: Path, limit: int, *, sentiment: bool) -> None:
    """Run the first `limit` lines through the chain of well-known parts."""
    pattern = re.compile("|".join(map(re.escape, ALIASES)))
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE post (id TEXT PRIMARY KEY, text TEXT, at TEXT)")
    connection.execute(
        "CREATE TABLE mention (id TEXT, brand TEXT, negative REAL, words TEXT,"
        " PRIMARY KEY (id, brand))"
    )
    connection.execute(
        "CREATE TABLE point (brand TEXT, at TEXT, n INT, negative INT, PRIMARY KEY (brand, at))"
    )
    with path.open(encoding="utf-8") as lines:
        for _, line in zip(range(limit), lines, strict=False):
            post = PeerPost(**json.loads(line))
            words = jieba.analyse.extract_tags(post.text, topK=8)
            positive = SnowNLP(post.text).sentiments if sentiment else 0.5
            connection.execute(
                "INSERT OR REPLACE INTO post VALUES (?, ?, ?)",
                (post.id, post.text, post.published_at.isoformat()),
            )
            for brand in set(pattern.findall(post.text)):
                connection.execute(
                    "INSERT OR REPLACE INTO mention VALUES (?, ?, ?, ?)",
                    (post.id, brand, 1 - positive, " ".join(words)),
                )
                connection.execute(
                    "INSERT INTO point VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET"
                    " n = n + 1, negative = negative + excluded.negative",
                    (brand, post.published_at.isoformat()[:16], int(positive < 0.5)),
                )
            connection.commit()
    connection.close()


def ours(path: Path, folder: Path, model: SentimentModel) -> None:
    """Run all lines through collect and annotate."""
    settings = Settings(state=folder, brands=tuple(BrandSettings(name=alias) for alias in ALIASES))
    with Services(settings, model=model) as services:
        for batch in steps.batches(read_file(path, fetched_at=None), steps.BATCH):
            if any(not isinstance(item, Post) for item in batch):
                raise ValueError("the benchmark's own lines must be readable")
            steps.store_items(services, batch)
        steps.annotate(services)


def cpu_seconds(work: Callable[[], None]) -> float:
    """Return the CPU seconds that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


@one_core()
def run(setting: str = LINEAR) -> list[Row]:
    """Measure with and without sentiment; each ratio is the median of pairs run in turn."""
    jieba.initialize()
    model = load_model(setting)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = folder / "posts.jsonl"
        write_posts(lines, POSTS)
        return [_row(lines, folder, judge) for judge in (model, None)]


def _row(lines: Path, folder: Path, model: SentimentModel | None) -> Row:
    sentiment = model is not None
    limit = PEER_POSTS if sentiment else PEER_POSTS_UNSCORED
    pairs = []
    for turn in range(ROUNDS + 1):
        place = folder / f"{sentiment}-{turn}"
        own = cpu_seconds(partial(ours, lines, place, model or Unscored())) / POSTS
        database = place / "peer.sqlite3"
        other = cpu_seconds(partial(peer, lines, database, limit, sentiment=sentiment)) / limit
        pairs.append((other / own, own, other))
    # The first turn loads what is loaded on first use.
    ratio, own, other = sorted(pairs[1:])[ROUNDS // 2]
    scorer = "SnowNLP+" if sentiment else ""
    return Row(
        part="whole chain" if sentiment else "whole chain without sentiment",
        ours=f"fengsui, {model.name}" if model else "fengsui",
        alternative=f"json+pydantic+re+jieba.analyse+{scorer}SQLite",
        ratio=ratio,
        detail=f"{own * 1e6:.0f} µs against {other * 1e6:.0f} µs a post",
    )


if __name__ == "__main__":
    show(run(*sys.argv[1:2]))
