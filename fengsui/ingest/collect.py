"""Collecting: from what a listener yields to the stores, and to the record of what was seen."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from fengsui.ingest.rejections import report_new
from fengsui.services import Services
from listeners.context import part_reached, set_part_reached
from listeners.errors import ListenerError
from listeners.protocol import CoverageMarker, Deletion, HoldsSpans, Item, Listener, Refusal
from records import Post, Rejected, Window

BATCH = 1000
# The note that listeners put on a repost whose original is not there any more.
ORIGINAL_GONE = "original: deleted"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Collected:
    """What came in: read = kept + duplicate + quarantined + left out.

    Left out is what people have asked us not to keep. `gone` counts the posts that were there and
    are deleted at their source now; they are not read.
    """

    kept: int = 0
    duplicate: int = 0
    quarantined: int = 0
    left_out: int = 0
    gone: int = 0

    @property
    def read(self) -> int:
        """Everything that was read."""
        return self.kept + self.duplicate + self.quarantined + self.left_out

    def __add__(self, other: "Collected") -> "Collected":
        return Collected(
            self.kept + other.kept,
            self.duplicate + other.duplicate,
            self.quarantined + other.quarantined,
            self.left_out + other.left_out,
            self.gone + other.gone,
        )


def collect(
    services: Services,
    listener: Listener,
    window: Window,
    note: Callable[[Collected], None] = lambda _: None,
) -> Collected:
    """Read `window` from a source into the store, and record what of it could be read.

    What came before a source broke off is kept. A file proves coverage of the spans that it holds
    (`HoldsSpans`), also of hours before the first read. A part of a source goes on, the next time,
    from where it was covered to. `note` gets what each batch brought as soon as it is stored.

    Raises:
        ListenerError: the source could not be read to the end; its coverage shows the gap.
    """
    collected, told = Collected(), False
    times: list[datetime] = []
    try:
        for batch, covered in _parcels(listener.fetch(window)):
            if isinstance(listener, HoldsSpans):
                times += [one.published_at for one in batch if isinstance(one, Post)]
            report_new(services, [item for item in batch if isinstance(item, Rejected)])
            stored = store_items(services, [_not_ahead(item, window.until) for item in batch])
            note(stored)
            collected += stored
            if covered is not None:
                told = True
                _record(services, listener.name, covered)
    except ListenerError:
        if not told:
            services.ledger.record_read(listener.name, window, ok=False)
        raise
    if isinstance(listener, HoldsSpans):
        for span in spans_of(times, listener.greatest_gap, window.since):
            services.ledger.record_read(listener.name, span, ok=True)
    if not told:
        services.ledger.record_read(listener.name, window, ok=True)
    return collected


def spans_of(times: Iterable[datetime], gap: timedelta, until: datetime) -> list[Window]:
    """Return the spans before `until` in which `times` lie no further apart than `gap`."""
    spans: list[Window] = []
    before = sorted({at for at in times if at < until})
    # A file that reaches nearly up to the read hides no gap before it.
    for at, following in pairwise([*before, until]):
        if following - at > gap:
            continue
        goes_on = bool(spans) and spans[-1].until == at
        since = spans.pop().since if goes_on else at
        spans.append(Window(since, following))
    return spans


def _parcels(items: Iterator[Item]) -> Iterator[tuple[list[Item], CoverageMarker | None]]:
    """Yield what stands before each Covered together with it, in batches.

    The listener goes on only when the parcel has been dealt with.
    """
    batch: list[Item] = []
    try:
        for item in items:
            if isinstance(item, CoverageMarker):
                full, batch = batch, []
                yield full, item
                continue
            batch.append(item)
            if len(batch) >= BATCH:
                full, batch = batch, []
                yield full, None
    except Exception:
        if batch:
            yield batch, None
        raise
    if batch:
        yield batch, None


def _record(services: Services, source: str, covered: CoverageMarker) -> None:
    # A list that ends too early has lost for good what came late to a span that was read before.
    lost = covered.why is Refusal.PAGE_LIMIT
    part = covered.part
    services.ledger.record_read(source, covered.window, ok=covered.ok, part=part, retracts=lost)
    reached = part_reached(services.ledger, source, part)
    if not covered.ok:
        if reached is None:  # never read: it begins there whenever its turn comes
            set_part_reached(services.ledger, source, part, covered.window.since)
        return
    if reached is None or reached < covered.window.until:
        set_part_reached(services.ledger, source, part, covered.window.until)


def _not_ahead(item: Item, now: datetime) -> Item:
    """Return a post that claims to come from the future as one of now, with a note."""
    if not isinstance(item, Post) or item.published_at <= now:
        return item
    note = f"published_at: {item.published_at - now} after it was read"
    return replace(item, published_at=now, notes=(*item.notes, note))


def store_items(services: Services, items: Sequence[Item]) -> Collected:
    """Write posts to the store, unreadable items to quarantine, and take deleted posts' words out.

    Authors become pseudonyms here, before anything is written (`fengsui.privacy`).
    """
    posts = [item for item in items if isinstance(item, Post)]
    rejected = [item for item in items if isinstance(item, Rejected)]
    wanted = services.privacy.kept(posts)
    if rejected:
        services.ledger.quarantine(rejected)
    kept, duplicate = services.store.upsert_posts(wanted) if wanted else (0, 0)
    gone = [*(item for item in items if isinstance(item, Deletion)), *_gone_originals(posts)]
    withdrawn = withdraw(services, gone) if gone else 0
    return Collected(kept, duplicate, len(rejected), len(posts) - len(wanted), withdrawn)


def withdraw(services: Services, gone: Sequence[Deletion]) -> int:
    """Take the words of deleted posts out of the stores; return how many posts lost them.

    Of each stays that there was a post, its counts and its time (`Post.withdrawn`).
    """
    times = {one.key: one.at for one in gone}
    known = services.store.posts(sorted(times))
    # Of a copy that was fetched after the deletion was seen, the post has come back.
    lost = [one for one in known if not one.deleted and one.fetched_at <= times[one.key]]
    if lost:
        services.ledger.forget_posts([one.key for one in lost])
        services.store.upsert_posts([one.withdrawn(times[one.key]) for one in lost])
    return len(lost)


def _gone_originals(posts: Iterable[Post]) -> Iterator[Deletion]:
    """Yield the originals that a repost shows to be deleted."""
    for post in posts:
        if post.parent and ORIGINAL_GONE in post.notes:
            yield Deletion(post.parent, post.fetched_at)
