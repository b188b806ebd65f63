"""What a store of posts, mentions and counts looks like to the rest."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, Self

from records import Mention, Point, Post, Window


class Upserted(NamedTuple):
    """How many of the posts were new to the store, and how many it had under the same key."""

    kept: int
    duplicate: int


class Pending(NamedTuple):
    """A post whose newest text waits to be annotated; `revision` grows with every change."""

    revision: int
    post: Post


class Snapshot(NamedTuple):
    """The counts that a post had when it was fetched at `at`; None where unknown."""

    at: datetime
    reposts: int | None
    comments: int | None
    likes: int | None


class Sketch(NamedTuple):
    """The near-duplicate sketch of an earlier mention."""

    post_key: str
    brand: str
    author: str
    published_at: datetime
    signature: bytes


@dataclass(frozen=True, slots=True)
class Cited:
    """A mention with its post."""

    mention: Mention
    post: Post


class Maintenance(Protocol):
    """What a store without servers of its own is looked after by."""

    def repair_counts(self, since: datetime) -> int:
        """Count every minute from `since` on again that disagrees; return how many did."""
        ...

    def reindex(self) -> None:
        """Check what is stored and make its indices anew.

        Raises:
            StoreCorrupt: it is damaged.
        """
        ...


class MentionStore(Protocol):
    """Posts, mentions and counts. Every write is idempotent; several processes write at once."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *exception: object) -> None: ...

    @property
    def place(self) -> str:
        """Where it is: a file, or the addresses of servers, without any secret."""
        ...

    @property
    def maintenance(self) -> Maintenance | None:
        """What repairs its counts and its indices, None where its servers do.

        Such servers drop whole months; elsewhere posts leave one by one (`expire`).
        """
        ...

    @property
    def feeds_kibana(self) -> bool:
        """Whether it has indices for what Kibana shows of the counts and the ledger."""
        ...

    def upsert_posts(self, posts: Iterable[Post]) -> Upserted:
        """Write posts under their keys, in one transaction.

        A copy fetched later than the stored one replaces it and adds to the post's history where
        its counts differ; an older copy only adds to the history. A changed text makes the post
        pending again.
        """
        ...

    def pending(self, limit: int, window: Window | None = None) -> list[Pending]:
        """Return posts that wait to be annotated, oldest revision first (published in `window`)."""
        ...

    def waiting(self) -> int:
        """Return how many posts wait to be annotated."""
        ...

    def annotate(self, pending: Sequence[Pending], mentions: Sequence[Mention]) -> None:
        """Replace the mentions of the pending posts, roll up the counts and mark the posts done.

        One transaction. A post that has changed since it was read stays pending.
        """
        ...

    def reopen(self, window: Window) -> int:
        """Make the posts published in `window` pending again and return how many there are."""
        ...

    def reopen_posts(self, keys: Sequence[str]) -> int:
        """Make the posts with these keys pending again and return how many there are."""
        ...

    def points(self, brand: str, window: Window, step: timedelta) -> list[Point]:
        """Return the ticks of `window` with mentions, oldest first; ticks start at whole steps.

        Steps are whole minutes. `authors` of a tick longer than a minute adds up its minutes.
        """
        ...

    def changed(self, since: int) -> tuple[dict[str, datetime], int]:
        """Return what changed after revision `since`, and the newest revision of the counts.

        Each brand comes with the earliest minute whose counts changed.
        """
        ...

    def cited(
        self, brand: str, window: Window, limit: int | None = None, *, discount: str = ""
    ) -> Iterator[Cited]:
        """Yield the organic mentions published in `window` with their posts, oldest first.

        With `discount`, yield those that were discounted for this reason instead. A post that was
        deleted at its source is not cited any more.
        """
        ...

    def headlines(self, window: Window, brand: str | None = None) -> list[Cited]:
        """Return the organic mentions in headlines published in `window`, oldest first.

        Those of one instant by post key, then brand. Of all brands, or of one.
        """
        ...

    def search(
        self,
        query: str,
        *,
        brand: str | None = None,
        window: Window | None = None,
        organic: bool = False,
        limit: int | None = None,
    ) -> Iterator[Cited]:
        """Yield the mentions whose text fits `query` (see store/query.py) with their posts.

        The newest first, those of one instant by post key, then brand. With `organic` only organic
        ones.

        Raises:
            QueryError: the query cannot be understood; before anything is read.
        """
        ...

    def authors(self, brand: str, window: Window) -> int:
        """Return how many distinct authors have an organic mention in `window`."""
        ...

    def sketches(self, since: datetime) -> Iterator[Sketch]:
        """Yield sketches of mentions from `since` on, in the order of their first annotation."""
        ...

    def mentions_of(self, posts: Sequence[str]) -> list[Mention]:
        """Return the mentions that the posts with these keys have at present, in no set order."""
        ...

    def newest(self) -> datetime | None:
        """Return when the newest mention was published, None where there is none."""
        ...

    def history(self, post_key: str) -> list[Snapshot]:
        """Return the counts of a post over time, oldest first."""
        ...

    def posts(self, keys: Sequence[str]) -> list[Post]:
        """Return the posts with these keys that are there, in no set order."""
        ...

    def keys_of_author(self, author: str) -> list[str]:
        """Return the keys of all posts of `author`, in order. It reads every post."""
        ...

    def fetched_before(
        self, source: str, window: Window, before: datetime, limit: int
    ) -> list[str]:
        """Return keys of posts of `source` published in `window` and last fetched before `before`.

        Those fetched the longest time ago come first; posts that were deleted are left out.
        """
        ...

    def forget(self, keys: Sequence[str]) -> int:
        """Delete the posts with these keys, their mentions and history; return how many posts.

        What was counted of them may stay counted.
        """
        ...

    def expire(self, before: datetime) -> int:
        """Delete the posts published before `before` and their mentions; return how many posts.

        Counts that stand apart from the mentions stay.
        """
        ...

    def totals(self) -> dict[str, int]:
        """Return the numbers of posts, mentions, organic mentions and duplicates in the store."""
        ...
