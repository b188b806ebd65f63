"""Compare the SQLite store with the obvious one: written row by row, counted when asked.

Both sides keep posts, mentions and counts a minute in WAL. The peer commits every post and adds to
its counts, so that a repeat would count twice; the store recounts and keeps its promise.
"""

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from benchmarks.measure import Row, show
from records import Mention, Post, PostKind, Sentiment, Window
from store.sqlite.store import SqliteMentionStore

POSTS = 10_000
BATCH = 500
TIME_LINE_MENTIONS = 5_000_000
SEARCHED_POSTS = 200_000
ROUNDS = 5
BRANDS = 100
SPAN = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 29, tzinfo=UTC))
STEP = timedelta(minutes=5)
_WORDS = "云朵茶饮今天喝出异物找客服两个小时没有人理要求退款还被拒绝真的很生气大家避雷求扩散"

_PEER_SCHEMA = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
CREATE TABLE post (key PRIMARY KEY, author, text, published_at, reposts, comments, likes);
CREATE TABLE mention (post, brand, sentiment, text, PRIMARY KEY (post, brand));
CREATE TABLE point (brand, minute, n, negative, PRIMARY KEY (brand, minute));
"""

# What a dashboard without a roll-up asks the table of mentions.
_RAW = """
SELECT published_at / 300000000 AS tick, count(*), sum(organic), sum(negative), sum(complaint),
    sum(reach), count(DISTINCT iif(organic, author, NULL))
FROM mentions WHERE brand = ? AND published_at >= ? AND published_at < ? GROUP BY tick
"""

# What one would ask without an index of the words.
_LIKE = """
SELECT body FROM mentions
WHERE body ->> 'text' LIKE '%找客服%' AND body ->> 'text' LIKE '%退款%'
ORDER BY published_at DESC LIMIT 20
"""


def made(number: int, seed: int = 7) -> Iterator[tuple[Post, Mention]]:
    """Yield posts spread over the span, each with a mention; few brands have most of them."""
    rng = random.Random(seed)
    brands = [f"品牌{rank}" for rank in range(1, BRANDS + 1)]
    weights = [1 / rank for rank in range(1, BRANDS + 1)]
    gap = (SPAN.until - SPAN.since) / number
    for place in range(number):
        post = Post(
            source="weibo",
            id=str(4_900_000_000_000_000 + place),
            url=f"https://weibo.example/{place}",
            kind=PostKind.POST,
            author=str(rng.randrange(number)),
            text="".join(rng.choices(_WORDS, k=66)),
            published_at=SPAN.since + place * gap,
            fetched_at=SPAN.until,
            followers=rng.randrange(1_000),
            reposts=rng.randrange(9),
        )
        yield post, _mention(post, rng.choices(brands, weights)[0])


def _mention(post: Post, brand: str) -> Mention:
    return Mention(
        post_key=post.key,
        brand=brand,
        published_at=post.published_at,
        author=post.author,
        text=post.text,
        sentiment=Sentiment.NEGATIVE,
        confidence=0.9,
        scorer="benchmark",
        keywords=("异物", "退款"),
        reach=post.followers or 0,
        signature=b"\x5a" * 128,
    )


def write_ours(path: Path, pairs: Sequence[tuple[Post, Mention]]) -> None:
    """Upsert, read what is pending, annotate and roll up, in batches."""
    with SqliteMentionStore(path) as store:
        for start in range(0, len(pairs), BATCH):
            batch = pairs[start : start + BATCH]
            store.upsert_posts(post for post, _ in batch)
            store.annotate(store.pending(BATCH), [mention for _, mention in batch])


def write_row_by_row(path: Path, pairs: Sequence[tuple[Post, Mention]]) -> None:
    """Write each post with its mention and its count, and commit."""
    database = sqlite3.connect(path)
    database.executescript(_PEER_SCHEMA)
    for post, mention in pairs:
        at = post.published_at.isoformat()
        counts = (post.reposts, post.comments, post.likes)
        database.execute(
            "INSERT OR REPLACE INTO post VALUES (?, ?, ?, ?, ?, ?, ?)",
            (post.key, post.author, post.text, at, *counts),
        )
        database.execute(
            "INSERT OR REPLACE INTO mention VALUES (?, ?, ?, ?)",
            (mention.post_key, mention.brand, mention.sentiment, mention.text),
        )
        database.execute(
            "INSERT INTO point VALUES (?, ?, 1, 1) ON CONFLICT DO UPDATE SET"
            " n = n + 1, negative = negative + 1",
            (mention.brand, at[:16]),
        )
        database.commit()
    database.close()


def medians(
    ours: Callable[[], object], alternative: Callable[[], object]
) -> tuple[float, float, float]:
    """Return the median ratio of CPU time, alternative over ours run in turn, with its seconds."""
    rounds = []
    for _ in range(ROUNDS):
        mine, other = cpu_seconds(ours), cpu_seconds(alternative)
        rounds.append((other / mine, mine, other))
    return sorted(rounds)[ROUNDS // 2]


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def writing(folder: Path) -> Row:
    """Measure posts with mentions and counts going in."""
    pairs, number = list(made(POSTS)), count()
    ratio, mine, other = medians(
        lambda: write_ours(folder / f"{next(number)}.sqlite3", pairs),
        lambda: write_row_by_row(folder / f"{next(number)}.sqlite3", pairs),
    )
    return Row(
        part="store: posts, mentions, counts",
        ours="SqliteMentionStore, batches of 500",
        alternative="SQLite row by row",
        ratio=ratio,
        detail=f"{POSTS / mine:,.0f} against {POSTS / other:,.0f} posts/s",
    )


# Millions of mentions by way of the store would take an hour: what counts read of them is written
# at once, and rolled up by one statement with the same result.
_FILL = """
INSERT INTO mentions (post, brand, published_at, organic, negative, complaint, copy, reach, author,
    body) VALUES (?, ?, ?, 1, ?, 0, 0, ?, ?, '')
"""
_ROLL_UP = """
INSERT INTO points SELECT brand, published_at / 60000000 AS minute, count(*), sum(organic),
    sum(negative), sum(complaint), sum(reach), count(DISTINCT author), 1
FROM mentions GROUP BY brand, minute
"""


def fill(path: Path, mentions: int) -> None:
    """Write the columns of so many mentions, spread over the span, and their counts."""
    rng = random.Random(7)
    brands = rng.choices(
        [f"品牌{rank}" for rank in range(1, BRANDS + 1)],
        [1 / rank for rank in range(1, BRANDS + 1)],
        k=mentions,
    )
    first, last = (int(at.timestamp()) * 1_000_000 for at in (SPAN.since, SPAN.until))
    with SqliteMentionStore(path):  # makes the schema
        pass
    database = sqlite3.connect(path)
    database.execute("PRAGMA foreign_keys = OFF")
    database.executemany(
        _FILL,
        (
            (
                place,
                brand,
                first + (last - first) * place // mentions,
                place % 3 == 0,
                place % 1_000,
                str(rng.randrange(mentions)),
            )
            for place, brand in enumerate(brands)
        ),
    )
    database.execute(_ROLL_UP)
    database.commit()
    database.close()


def reading(folder: Path, mentions: int) -> list[Row]:
    """Measure 28 days and the newest half hour of the greatest brand."""
    path, brand = folder / "line.sqlite3", "品牌1"
    fill(path, mentions)
    newest = Window(SPAN.until - timedelta(minutes=30), SPAN.until)
    rows = []
    with SqliteMentionStore(path) as store:
        database = sqlite3.connect(path)
        for part, window in (("28 days", SPAN), ("newest 30 minutes", newest)):
            bounds = [int(at.timestamp()) * 1_000_000 for at in (window.since, window.until)]
            ratio, mine, other = medians(
                partial(store.points, brand, window, STEP),
                partial(fetched, database, (brand, *bounds)),
            )
            rows.append(
                Row(
                    part=f"store: time line, {part}",
                    ours="points, rolled up",
                    alternative="GROUP BY on the covering index",
                    ratio=ratio,
                    detail=f"{mine * 1e3:.2f} against {other * 1e3:.2f} ms, {mentions:,} mentions",
                )
            )
        database.close()
    return rows


def searching(folder: Path, posts: int) -> Row:
    """Measure the newest mentions that hold two words."""
    path, query = folder / "search.sqlite3", "找客服 AND 退款"
    write_ours(path, list(made(posts)))
    with SqliteMentionStore(path) as store:
        database = sqlite3.connect(path)
        ratio, mine, other = medians(
            lambda: list(store.search(query, limit=20)),
            lambda: database.execute(_LIKE).fetchall(),
        )
        database.close()
    return Row(
        part="store: search, two words that few hold",
        ours="search, FTS5 over characters",
        alternative="LIKE on the texts",
        ratio=ratio,
        detail=f"{mine * 1e3:.2f} against {other * 1e3:.2f} ms, {posts:,} mentions",
    )


def fetched(database: sqlite3.Connection, values: tuple[str | int, ...]) -> list[tuple[int, ...]]:
    """Count a brand's ticks from its mentions."""
    return database.execute(_RAW, values).fetchall()


def run(mentions: int = TIME_LINE_MENTIONS, searched: int = SEARCHED_POSTS) -> list[Row]:
    """Measure writing, reading and searching."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            writing(folder),
            *reading(folder, mentions),
            searching(folder, searched),
        ]


if __name__ == "__main__":
    show(run())
