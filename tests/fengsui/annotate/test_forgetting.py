"""An annotator that is dropped, because a batch failed, leaves the memory."""

import gc
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fengsui.pipeline import steps
from fengsui.services import Services
from nlp.dedup.index import _Entry
from records import Post, PostKind
from tests.fengsui import stories

NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)
MENTIONS = 50


def post(number: int) -> Post:
    at = NOON + timedelta(seconds=number)
    text = f"云朵茶饮{number}号店的奶茶里有虫子，要求退款"
    return Post("weibo", str(number), "", PostKind.POST, f"u{number}", text, at, at)


def test_dropped_annotators_are_freed(tmp_path: Path) -> None:
    """However often a batch fails, only the last annotator's memory of earlier mentions is left."""
    with Services(stories.settings(tmp_path, model="linear")) as services:
        services.store.upsert_posts(map(post, range(MENTIONS)))
        steps.annotate(services)
        for _ in range(3):
            services.forget_annotators()
            services.annotator(NOON + timedelta(hours=1))
        gc.unfreeze()
        kept = sum(isinstance(one, _Entry) for one in gc.get_objects())
    assert kept == MENTIONS
