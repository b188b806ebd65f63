"""Reading a window page by page until it is complete, or saying what of it was not seen."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
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
# A list whose passes each find what the one before had missed is given up after so many.
PASSES: Final = 4
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
        return [post.published_at for post in self.listed]

    @property
    def listed(self) -> list[Post]:
        """Its posts that have a place of their own, in the order of the list."""
        posts = [entry for entry in self.entries if isinstance(entry, Post)]
        brought = {post.parent for post in posts}
        return [post for post in posts if post.key not in brought]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of its posts."""
        return frozenset(entry.key for entry in self.entries if isinstance(entry, Post))


def rejected(source: str, fault: Fault, reading: Reading, place: int) -> Rejected:
    """Return what is kept of the entry at `place` (from 1) of a page, which nobody could read."""
    origin, raw = public(reading.origin), fault.raw[:GREATEST_RAW]
    return Rejected(source, origin, place, fault.reason, raw, reading.seen_at)


@dataclass(slots=True)
class _Pass:
    """One reading of a list, page by page, and whether another is needed.

    A post that is deleted meanwhile lets the list move up, so that another one moves from a page
    that was not yet read onto one that was, and is not shown. What the next read sees again is
    safe; in `once`, the time that it does not reach back to, the list is read until a pass finds
    nothing that is not `known`.
    """

    once: Window
    known: set[str]
    oldest: datetime
    is_first: bool = field(init=False)
    unsure: bool = False

    def __post_init__(self) -> None:
        self.is_first = not self.known

    def take(self, page: Page, number: int) -> Iterator[Entry]:
        """Yield the entries of page `number`, and note what they say."""
        self.oldest = min([self.oldest, *page.times])
        new = {post.key for post in page.listed if post.published_at in self.once} - self.known
        # Page 1 is one look: nothing can have moved past it.
        self.unsure |= bool(new) and (number > 1 or not self.is_first)
        self.known |= new
        yield from page.entries


def _once(window: Window, overlap: timedelta) -> Window:
    """Return the part of `window` that no other read sees."""
    return Window(window.since, max(window.since, window.until - overlap))


def newest_first(
    part: str,
    window: Window,
    overlap: timedelta,
    most_pages: int,
    page_of: Callable[[int], Page],
) -> Iterator[Item]:
    """Yield the pages of a list that has the newest first, until it reaches back far enough.

    It is read from `overlap` before the window, for what came late or was edited, and reported as
    covered from there, when it has settled (`_Pass`). Where the list ends at its page limit, what
    lies before its oldest entry is reported as not seen, the overlap too: it was read before, but
    what came late to it was not.

    Raises:
        ListenerError: a page could not be read.
    """
    span, once, known = _reaching_back(window, overlap), _once(window, overlap), set[str]()
    for _ in range(PASSES):
        one = _Pass(once, known, window.until)
        ended = yield from _down(one, span.since, most_pages, page_of)
        if not one.unsure:
            break
    seen = span.since if ended else min(max(one.oldest, span.since), span.until)
    yield from _cut_off(part, span, max(seen, once.until) if one.unsure else seen,
                        Refusal.OUT_OF_TIME if one.unsure else Refusal.PAGE_LIMIT)  # fmt: skip


def _down(
    one: _Pass, since: datetime, most_pages: int, page_of: Callable[[int], Page]
) -> Generator[Entry, None, bool]:
    """Yield the pages from the newest to `since`; return whether the list reaches back so far."""
    before = frozenset[str]()
    for number in range(1, most_pages + 1):
        page = page_of(number)
        yield from one.take(page, number)
        bound = since + min(page.skew, timedelta(0))
        # Sites end a list at a page of their own and call it complete: that proves nothing.
        if (not page.more and number < most_pages) or _is_past(page.times, bound):
            return True
        # A list that repeats itself has no more to give, whatever it says.
        if page.keys and page.keys <= before:
            break
        before = page.keys
    return False


def _reaching_back(window: Window, overlap: timedelta) -> Window:
    return Window(window.since - overlap, window.until)


def _is_past(times: Sequence[datetime], bound: datetime) -> bool:
    if not times or times[-1] >= bound:
        return False
    in_order = all(later >= earlier for later, earlier in pairwise(times))
    return in_order or max(times) < bound


def _cut_off(
    part: str, span: Window, seen: datetime, why: Refusal = Refusal.PAGE_LIMIT
) -> Iterator[CoverageMarker]:
    """Yield that `span` was not seen before `seen`, because of `why`, and was from then on."""
    if seen > span.since:
        yield CoverageMarker(part, Window(span.since, seen), ok=False, why=why)
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

    It is read from `overlap` before the window, for what came late or was edited. The oldest half
    comes first, and each is reported as covered when it is complete and has settled (`_Pass`). A
    window of at most `smallest` that still does not fit is read as far as it goes; what is left of
    it is reported as not seen.

    Raises:
        ListenerError: a page could not be read.
    """
    left, once = [_reaching_back(window, overlap)], _once(window, overlap)
    known, passes = set[str](), 0
    while left:
        span = left.pop()
        first = page_of(span, 1)
        is_small = span.until - span.since <= smallest
        if first.more and not is_small and _is_over(first, most_pages):
            left += _halves(span, smallest)
            continue
        one = _Pass(once, known, span.until)
        is_whole = yield from _whole(one, first, most_pages, partial(page_of, span))
        passes += 1
        if one.unsure and passes < PASSES and (is_whole or is_small):
            left.append(span)
            continue
        known, passes = set(), 0
        if not is_whole and not is_small:
            left += _halves(span, smallest)
        elif one.unsure:
            yield CoverageMarker(part, span, ok=False, why=Refusal.OUT_OF_TIME)
        else:
            seen = span.since if is_whole else min(max(one.oldest, span.since), span.until)
            yield from _cut_off(part, span, seen)


def _is_over(first: Page, most_pages: int) -> bool:
    """Return whether the numbers of the first page say that the list has too many pages."""
    size = len(first.keys)
    return first.total is not None and size > 0 and first.total > size * most_pages


def _whole(
    one: _Pass, first: Page, most_pages: int, page_of: Callable[[int], Page]
) -> Generator[Entry, None, bool]:
    """Yield the pages of a list from the first on; return whether the last one was reached."""
    last = first
    yield from one.take(first, 1)
    for number in range(2, most_pages + 1):
        if not last.more:
            break
        last = page_of(number)
        yield from one.take(last, number)
    return not last.more


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
