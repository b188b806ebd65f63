"""The table that public crawlers of 黑猫投诉 write: the list of complaints, as anybody sees it."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from listeners.formats.format import Format, Reading, Unreadable
from listeners.formats.heimao.answers import SOURCE
from listeners.formats.marks import marks
from listeners.parsing import fields
from listeners.parsing.times import has_clock
from records import Post, PostKind

_NUMBER: Final = re.compile(r"/complaint/(?:view/)?(\d{6,20})")
LABELS: Final = (("投诉对象", "object"), ("投诉要求", "demands"))


def parse(row: Mapping[str, str], reading: Reading) -> Iterator[Post]:
    """Yield the complaint of a row, whose number stands in its address.

    Raises:
        Unreadable: it has no number or no time.
    """
    url = row.get("href", "").strip()
    match = _NUMBER.search(url[:500])
    if match is None:
        raise Unreadable("no id" if not url else f"unreadable id: {fields.shortened(url)}")
    written = row.get("date", "").strip()
    try:
        at = reading.time(written)
    except ValueError:
        reason = f"unreadable time: {fields.shortened(written)}" if written else "no time"
        raise Unreadable(reason) from None
    notes = [] if has_clock(written) else ["published_at: the time of day is unknown"]
    parts = [row.get("title", ""), row.get("summary", "")]
    parts += [f"{label}：{row[name]}" for label, name in LABELS if row.get(name)]
    yield Post(
        source=SOURCE,
        id=match[1],
        url=url
        if url.startswith("https://")
        else f"https://tousu.sina.com.cn/complaint/view/{match[1]}/",
        kind=PostKind.COMPLAINT,
        author="",
        text=fields.words_or_note("\n".join(part for part in parts if part), notes),
        published_at=at,
        fetched_at=reading.fetched(at),
        notes=tuple(notes),
    )


MARKS: Final = marks(
    "date", "title|summary", "href", "object|demands", usual="summary,object,demands"
)
FORMAT: Final = Format("黑猫 public crawl CSV", SOURCE, MARKS.match, parse)
