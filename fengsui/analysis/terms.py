"""New and rising terms in what people say, in the store or in files, against the time before."""

import heapq
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from listeners.formats.read import read_file
from nlp.brands.matcher import BrandMatcher, BrandSettings
from nlp.dedup.distinct import OwnText, distinct
from nlp.dedup.spam import advert_reason
from nlp.text.normalise import normalise
from nlp.topics.emerging import Term, find_emerging
from nlp.topics.new_words import NewWord, find_new_words
from records import Post, Window
from store.interface import MentionStore

PAST: Final = timedelta(days=28)
"""How far back the past goes that recent posts are held against."""

RECENT: Final = timedelta(days=1)
MOST: Final = 50_000
"""Posts of the recent time, and of the past, that are read: the newest ones."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is new in the posts of `window`.

    `recent` distinct texts were read, and `past` of the time before. `words` are those that the
    dictionary does not know, `terms` those that people use more than before.
    """

    window: Window
    recent: int
    past: int
    words: Sequence[NewWord]
    terms: Sequence[Term]


class _Said(NamedTuple):
    """A text and when it was published."""

    at: datetime
    own: OwnText


def terms_in_store(
    store: MentionStore, brand: BrandSettings, window: Window, past: timedelta = PAST
) -> Found:
    """Return what is new in a brand's organic mentions of `window`, against `past` before it."""
    recent = deque(_told(store, brand.name, window), MOST)
    before = deque(_told(store, brand.name, Window(window.since - past, window.since)), MOST)
    return _found(window, recent, before, brand.names)


def _told(store: MentionStore, brand: str, window: Window) -> Iterator[OwnText]:
    for cited in store.cited(brand, window):
        own = normalise(cited.post.text, cited.post.quoted).own
        yield OwnText(cited.mention.author, own)


def terms_in_files(
    files: Iterable[Path],
    brand: BrandSettings | None = None,
    window: Window | None = None,
    past: timedelta = PAST,
) -> Found | None:
    """Return what is new in the posts of files, of those that name `brand`; None without posts.

    Without `window` it is the last day of what the files hold. A post that stands in several files
    counts once; advertisements do not count.

    Raises:
        UnknownFormat: a file is of no known kind.
        OSError: a file cannot be opened.
    """
    posts = _read(files, None if brand is None else BrandMatcher([brand]))
    if window is not None:
        span = Window(window.since - past, window.until)
        posts = (post for post in posts if post.at in span)
    # Files come in any order: the newest posts are kept, oldest first.
    said = heapq.nlargest(2 * MOST, posts)[::-1]
    if not said:
        return None
    if window is None:
        end = said[-1].at + timedelta(seconds=1)
        window = Window(end - RECENT, end)
    before = Window(window.since - past, window.since)
    return _found(
        window,
        deque((post.own for post in said if post.at in window), MOST),
        deque((post.own for post in said if post.at in before), MOST),
        brand.names if brand else (),
    )


def _read(files: Iterable[Path], matcher: BrandMatcher | None) -> Iterator[_Said]:
    """Yield what the posts of files say, each post once, without advertisements."""
    seen: set[str] = set()
    for file in files:
        for post in read_file(file, fetched_at=None):
            if not isinstance(post, Post) or post.key in seen:
                continue
            seen.add(post.key)
            text = normalise(post.text, post.quoted)
            named = matcher is None or matcher.match(text)
            if text.own and named and not advert_reason(text):
                yield _Said(post.published_at, OwnText(post.author, text.own))


def _found(
    window: Window, recent: Iterable[OwnText], past: Iterable[OwnText], names: Collection[str]
) -> Found:
    """Look for what is new in `recent`; copies among it, and in the past, count once."""
    now, before = list(distinct(recent)), list(distinct(past))
    words = find_new_words(now, names)
    terms = find_emerging(now, before, [word.word for word in words], names)
    return Found(window, len(now), len(before), words, terms)
