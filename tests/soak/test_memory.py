"""What a stream of one brand's posts leaves in memory."""

import gc
import random
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.pipeline import steps
from fengsui.services import Services
from fengsui.settings.application import Settings
from records import Post, PostKind
from tests.fengsui import stories

POSTS = 500
NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)
# Of few characters: what is read of jieba's dictionary (70 MB at most) is read at once.
LETTERS = "的了是在有和就不人都一上也很到说要去你会着没看好自家里店杯点买喝问钱退赔"
# Bounds so small that each is reached before the measurement begins.
BOUNDS = {
    "fengsui.annotate.threads.KEPT": 500,
    "nlp.text.keywords._REMEMBERED": 2_000,
    "store.tokens._REMEMBERED": 2_000,
}


def posts(rng: random.Random, first: int) -> list[Post]:
    """Return posts no two of which are alike, by as many authors, a tenth of a second apart."""
    made = []
    for number in range(first, first + POSTS):
        words = "".join(rng.choices(LETTERS, k=30))
        text = rng.choice(stories.ANGRY + stories.CALM).format(place=words[:3], drink=words[3:6])
        made.append(
            Post(
                source="weibo",
                id=str(number),
                url="",
                kind=PostKind.POST,
                author=f"user-{number}",
                text=f"{text}{words}",
                published_at=NOON + timedelta(seconds=number / 10),
                fetched_at=NOON + timedelta(seconds=number / 10),
            )
        )
    return made


@pytest.mark.slow
def test_stream_of_one_brand_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each post of a brand leaves less than 100 bytes in memory, when all memories are full."""
    for name, bound in BOUNDS.items():
        monkeypatch.setattr(name, bound)
    settings = stories.settings(tmp_path, model="linear")
    kept = settings.annotation.model_copy(update={"copies_kept": 1_000})
    settings = settings.model_copy(update={"annotation": kept})
    before, after = grown(settings)
    assert max(after) - max(before) < 100 * POSTS * len(after)


def grown(settings: Settings) -> tuple[list[int], list[int]]:
    """Annotate batches; return the bytes taken after each of those that fill up, and the others."""
    rng, sizes = random.Random(5), []
    with Services(settings) as services:
        tracemalloc.start()
        try:
            for batch in range(20):
                services.store.upsert_posts(posts(rng, batch * POSTS))
                steps.annotate(services)
                gc.collect()
                sizes.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
    return sizes[4:12], sizes[12:]
