"""Reading a window page by page until it is complete, or saying what of it was not seen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from listeners.client.response import public
from listeners.context import ReadContext
from listeners.errors import ListenerError
from listeners.formats.format import Fault, Reading
from listeners.formats.read import GREATEST_RAW
from listeners.protocol import CoverageMarker, Item, Refusal
from listeners.refusals import PASSING
from records import Post, Rejected, Window

SMALLEST: Final = timedelta(seconds=1)
Entry = Post | Rejected


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. `more` says that another follows; `total` how many there are in all.

    `skew` is by how much the source's clock is ahead of ours.
    """

    entries: Sequence[Entry]
    more: bool
    total: int | None = None
    skew: timedelta = timedelta(0)

    @property
    def times(self) -> list[datetime]:
        """When what is listed was published, in the order of the list.

        An original that comes along with its repost has no place of its own.
        """
        posts = [entry for entry in self.entries if isinstance(entry, Post)]
        brought = {post.parent for post in posts}
        return [post.published_at for post in posts if post.key not in brought]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of its posts."""
        return frozenset(entry.key for entry in self.entries if isinstance(entry, Post))


def rejected(source: str, fault: Fault, reading: Reading, place: int) -> Rejected:
    """Return what is kept of the entry at `place` (from 1) of a page, which nobody could read."""
    origin, raw = public(reading.origin), fault.raw[:GREATEST_RAW]
    return Rejected(source, origin, place, fault.reason, raw, reading.seen_at)


def newest_first(
    part: str,
    window: Window,
    overlap: timedelta,
    most_pages: int,
    page_of: Callable[[int], Page],
) -> Iterator[Item]:
    """Yield the pages of a list that has the newest first, until it reaches back far enough.

    Read it from `overlap` before the window, for what came late or was edited, and report it as
    covered from there. Where the list ends at its page limit, report what lies before its oldest
    entry as not seen, the overlap too: it was read before, but what came late to it was not.

    Raises:
        ListenerError: a page could not be read.
    """
    oldest, before = window.until, frozenset[str]()
    for number in range(1, most_pages + 1):
        page = page_of(number)
        yield from page.entries
        times = page.times
        oldest = min([oldest, *times])
        bound = window.since - overlap + min(page.skew, timedelta(0))
        # Sites end a list at a page of their own and call it complete: that proves nothing.
        ended = not page.more and number < most_pages
        if ended or _is_past(times, bound):
            yield CoverageMarker(part, _reaching_back(window, overlap))
            return
        # A list that repeats itself has no more to give, whatever it says.
        if page.keys and page.keys <= before:
            break
        before = page.keys
    yield from _cut_off(part, _reaching_back(window, overlap), oldest)


def _reaching_back(window: Window, overlap: timedelta) -> Window:
    return Window(window.since - overlap, window.until)


def _is_past(times: Sequence[datetime], bound: datetime) -> bool:
    if not times or times[-1] >= bound:
        return False
    in_order = all(later >= earlier for later, earlier in pairwise(times))
    return in_order or max(times) < bound


def _cut_off(part: str, span: Window, oldest: datetime) -> Iterator[CoverageMarker]:
    """Yield how much of `span` was not seen, and how much was."""
    seen = min(max(oldest, span.since), span.until)
    if seen > span.since:
        yield CoverageMarker(part, Window(span.since, seen), ok=False, why=Refusal.PAGE_LIMIT)
    yield CoverageMarker(part, Window(seen, span.until))


def split_by_time(
    part: str,
    window: Window,
    overlap: timedelta,
    most_pages: int,
    page_of: Callable[[Window, int], Page],
    *,
    smallest: timedelta = SMALLEST,
) -> Iterator[Item]:
    """Yield the pages of a list that takes a window, halved until each fits the page limit.

    Read it from `overlap` before the window, for what came late or was edited. The oldest half
    comes first; report each as covered when it is complete. Read a window of at most `smallest`
    that still does not fit as far as it goes, and report what is left of it as not seen.

    Raises:
        ListenerError: a page could not be read.
    """
    left = [_reaching_back(window, overlap)]
    while left:
        span = left.pop()
        first = page_of(span, 1)
        size = len(first.keys)
        is_small = span.until - span.since <= smallest
        too_many = first.total is not None and size > 0 and first.total > size * most_pages
        if too_many and first.more and not is_small:
            left += _halves(span, smallest)
            continue
        last, oldest = first, min([span.until, *first.times])
        yield from first.entries
        for number in range(2, most_pages + 1):
            if not last.more:
                break
            last = page_of(span, number)
            oldest = min([oldest, *last.times])
            yield from last.entries
        if last.more and not is_small:
            left += _halves(span, smallest)
            continue
        if last.more:
            yield from _cut_off(part, span, oldest)
        else:
            yield CoverageMarker(part, span)


def _halves(span: Window, smallest: timedelta) -> tuple[Window, Window]:
    """Return the later half, then the earlier one, cut at a whole multiple of `smallest`."""
    steps = max(1, (span.until - span.since) // smallest // 2)
    middle = span.since + steps * smallest
    return Window(middle, span.until), Window(span.since, middle)


def read_parts(
    source: str,
    parts: Sequence[str],
    window: Window,
    context: ReadContext,
    read: Callable[[str, Window], Iterator[Item]],
) -> Iterator[Item]:
    """Yield what the parts of a source have, the one first that was read the longest time ago.

    Read each from where its last read ended. Report a part for which no time is left as not seen;
    it comes first at the next read. A part whose error passes by itself holds up no other; any
    other error ends the read, and what was not read is reported.

    Raises:
        ListenerError: a refusal that concerns all parts, or every part has failed.
    """
    begins = {part: context.reached(source, part) or window.since for part in parts}
    order = sorted(parts, key=lambda part: begins[part])
    spans = {part: Window(min(begins[part], window.until), window.until) for part in order}
    deadline = context.clock() + context.budget
    passing: list[ListenerError] = []
    for place, part in enumerate(order):
        if place and context.clock() >= deadline:
            for one in order[place:]:
                yield CoverageMarker(one, spans[one], ok=False, why=Refusal.OUT_OF_TIME)
            return
        try:
            yield from read(part, spans[part])
        except ListenerError as error:
            goes_on = error.refusal in PASSING
            unread = [part] if goes_on else order[place:]
            for one in unread:
                yield CoverageMarker(one, spans[one], ok=False, why=error.refusal)
            if not goes_on:
                raise
            passing.append(error)
    if passing and len(passing) == len(order):
        raise passing[-1]
