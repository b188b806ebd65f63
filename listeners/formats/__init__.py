"""The shapes that files and answers have, each recognised by its content."""

from typing import Final

from listeners.formats import headlines, json_feed, jsonl, recorded
from listeners.formats.format import Format, Head
from listeners.formats.heimao import crawl, export
from listeners.formats.marks import Recognition, recognise_among
from listeners.formats.mediacrawler import export as mediacrawler
from listeners.formats.tables import monitors
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
    crawl.FORMAT,
    json_feed.FORMAT,
    *headlines.FORMATS,
    headlines.TEXT,
    *monitors.FORMATS,
)


def recognise(head: Head, profiles: tuple[Format, ...] = ()) -> Recognition:
    """Return the format of what begins with `head`, or what it is close to; a profile first.

    Who names a column means it: a profile is close by one of its columns.
    """
    chosen = recognise_among(profiles, head, close=1)
    if chosen.format:
        return chosen
    found = recognise_among(FORMATS, head)
    return chosen if chosen.close and not found.format else found
