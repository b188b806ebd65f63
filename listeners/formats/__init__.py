"""The shapes that files and answers have, each recognised by its content."""

from typing import Final

from listeners.formats import (
    heimao_export,
    jsonl,
    mediacrawler,
    recorded,
    weibo_crawler,
    weibo_search,
    weibo_snapshots,
    weibo_spider,
)
from listeners.formats.format import Format, Head

# The first that recognises a beginning takes it, so what asks for more stands first.
FORMATS: Final[tuple[Format, ...]] = (
    jsonl.FORMAT,
    *recorded.FORMATS,
    weibo_snapshots.FORMAT,
    weibo_spider.FORMAT,
    weibo_crawler.FORMAT,
    weibo_search.FORMAT,
    *mediacrawler.FORMATS,
    heimao_export.FORMAT,
)


def recognise(head: Head) -> Format | None:
    """Return the format of what begins with `head`, None where it is none that we know."""
    return next((known for known in FORMATS if known.recognises(head)), None)
