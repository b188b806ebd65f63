"""The shapes that files and answers have, each recognised by its content."""

from typing import Final

from listeners.formats import jsonl, mediacrawler, recorded
from listeners.formats.format import Format, Head
from listeners.formats.heimao import export
from listeners.formats.weibo import crawler, search, snapshots, spider

# The first that recognises a beginning takes it, so what asks for more stands first.
FORMATS: Final[tuple[Format, ...]] = (
    jsonl.FORMAT,
    *recorded.FORMATS,
    snapshots.FORMAT,
    spider.FORMAT,
    crawler.FORMAT,
    search.FORMAT,
    *mediacrawler.FORMATS,
    export.FORMAT,
)


def recognise(head: Head) -> Format | None:
    """Return the format of what begins with `head`, None where it is none that we know."""
    return next((known for known in FORMATS if known.recognises(head)), None)
