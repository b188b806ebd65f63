"""The entries of hot lists that the store holds, and the signals that they are."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from alerts.days import day_begin, day_number
from alerts.evidence.hot_lists import PAST_DAYS, SPAN, Entry, appeared
from fengsui.services import Services
from records import Sentiment, Signal, Window
from records.time import DAY
from store.interface import Cited

TITLE_LIMIT: Final = 60
# A tick ends before what comes at its end.
_JUST: Final = timedelta(microseconds=1)


def listed(
    services: Services, since: datetime, now: datetime, *, is_first: bool = False
) -> Mapping[str, Sequence[Entry]]:
    """Return by brand the entries that can signal in ticks after `since`, oldest first.

    Where detection runs for the first time (`is_first`), what stands on a list already is news now.
    """
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    window = Window(since - services.tick - SPAN, now + timedelta(microseconds=1))
    for cited in services.store.headlines(window):
        entry = entry_of(cited)
        if is_first and entry.at < since:
            entry = replace(entry, at=since)
        found[cited.mention.brand].append(entry)
    return found


def entry_of(cited: Cited) -> Entry:
    """Return what is asked of a mention in a headline."""
    mention = cited.mention
    title = mention.text.strip("# ")[:TITLE_LIMIT]
    return Entry(mention.published_at, title, mention.sentiment is Sentiment.NEGATIVE)


def signals_of(
    services: Services,
    brand: str,
    entries: Sequence[Entry],
    since: datetime,
    story: datetime | None,
) -> Iterator[Signal]:
    """Yield the signals of the ticks after `since` in which a title of `entries` first appears.

    The past that they are held against ends before the day on which the `story` that they may go
    on with began, or they themselves.
    """
    ends = sorted({services.counts.tick_end(entry.at + _JUST) for entry in entries})
    for end in ends:
        if end <= since:
            continue
        recent = [entry for entry in entries if end - SPAN <= entry.at < end]
        began = day_begin(day_number(min(recent[0].at, story or end)))
        window = Window(began - PAST_DAYS * DAY, began)
        past = [entry_of(cited) for cited in services.store.headlines(window, brand)]
        known = services.store.points(brand, window, DAY)
        days = -((known[0].at - began) // DAY) if known else 0
        signal = appeared(brand, end, recent, past, days, services.settings.detection)
        if signal is not None:
            yield signal
