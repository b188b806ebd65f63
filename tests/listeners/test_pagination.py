"""A list that is read page by page while its posts come and go."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import takewhile

import pytest

from listeners.pagination import PASSES, Page, newest_first, split_by_time
from listeners.protocol import CoverageMarker, Item, Refusal
from records import Post, Window
from tests.store.making import NOON, post

SIZE = 10
OVERLAP = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


class Listed:
    """A list of one post a minute before noon, ten a page.

    `deletes` says which go at a question, counted from 1, before its answer. With `restless` one
    comes, half an hour old, whenever page 1 is asked for.
    """

    def __init__(
        self,
        number: int,
        deletes: Callable[[int], set[int]] = lambda _: set(),
        *,
        restless: bool = False,
    ) -> None:
        self.posts = [post(place, at=NOON - place * MINUTE) for place in range(number)]
        self.asked: list[int] = []
        self._deletes = deletes
        self._restless = restless

    def page_of(self, number: int) -> Page:
        """Return a page of all posts."""
        return self.page_in(Window(NOON - timedelta(days=1), NOON + MINUTE), number)

    def page_in(self, span: Window, number: int) -> Page:
        """Return a page of the posts in `span`."""
        self.asked.append(number)
        gone = {f"weibo:{place}" for place in self._deletes(len(self.asked))}
        self.posts = [one for one in self.posts if one.key not in gone]
        if self._restless and number == 1:
            self.posts.insert(30, post(1000 + len(self.asked), at=NOON - 30 * MINUTE))
        found = [one for one in self.posts if span.since <= one.published_at <= span.until]
        shown = found[SIZE * (number - 1) : SIZE * number]
        return Page(shown, more=len(found) > SIZE * number, total=len(found))


def reads(listed: Listed, how: str, since: datetime, until: datetime = NOON) -> list[Item]:
    """Return what a read of the list yields."""
    window = Window(since, until)
    items: Iterator[Item] = (
        newest_first("a", window, OVERLAP, 20, listed.page_of)
        if how == "newest first"
        else split_by_time("a", window, OVERLAP, 20, listed.page_in)
    )
    return list(items)


def before_marker(items: list[Item]) -> set[str]:
    """Return the keys of the posts before the first CoverageMarker."""
    posts = takewhile(lambda item: isinstance(item, Post), items)
    return {item.key for item in posts if isinstance(item, Post)}


BOTH = pytest.mark.parametrize("how", ["newest first", "split by time"])


@BOTH
@pytest.mark.parametrize("at", [2, 3, 4])
def test_deletion_between_pages_loses_no_other_post(how: str, at: int) -> None:
    """A deletion moves a post onto a page that was read; it is seen before its time is covered."""
    listed = Listed(40, lambda asked: {3} if asked == at else set())
    items = reads(listed, how, NOON - timedelta(hours=2))
    assert {one.key for one in listed.posts} <= before_marker(items)
    assert all(item.ok for item in items if isinstance(item, CoverageMarker))


@BOTH
def test_what_the_next_read_sees_again_is_asked_for_once(how: str) -> None:
    """A read no longer than the overlap asks each page once: the next goes over it again."""
    listed = Listed(15)
    reads(listed, how, NOON - timedelta(minutes=5))
    assert listed.asked == [1, 2]


@BOTH
def test_one_page_is_asked_for_once(how: str) -> None:
    """What stands on one page cannot move between two, however old it is."""
    listed = Listed(8)
    reads(listed, how, NOON - timedelta(hours=2))
    assert listed.asked == [1]


@BOTH
def test_list_that_never_settles_is_on_record_as_not_seen(how: str) -> None:
    """Where each pass finds what the one before had missed, the span is on record as unread."""
    listed = Listed(110, restless=True)
    items = reads(listed, how, NOON - timedelta(hours=2))
    unseen = [item for item in items if isinstance(item, CoverageMarker) and not item.ok]
    assert [item.why for item in unseen] == [Refusal.OUT_OF_TIME]
    assert unseen[0].window.since <= NOON - timedelta(hours=2)
    assert unseen[0].window.until >= NOON - OVERLAP
    assert listed.asked.count(1) == PASSES
