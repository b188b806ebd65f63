"""The shapes that files and answers have, each recognised by its content."""

from typing import Final

from listeners.formats import jsonl, recorded
from listeners.formats.format import Format, Head
from listeners.formats.heimao import export
from listeners.formats.marks import Recognition, recognise_among
from listeners.formats.mediacrawler import export as mediacrawler
from listeners.formats.weibo import crawler, database, documents, search, snapshots, spider

FORMATS: Final[tuple[Format, ...]] = (
    jsonl.FORMAT,
    *recorded.FORMATS,
    snapshots.FORMAT,
    spider.FORMAT,
    crawler.FORMAT,
    search.FORMAT,
    *database.FORMATS,
    *documents.FORMATS,
    *mediacrawler.FORMATS,
    export.FORMAT,
)


def recognise(head: Head) -> Recognition:
    """Return the format of what begins with `head`, or what it is close to."""
    return recognise_among(FORMATS, head)
