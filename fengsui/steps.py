"""The steps: collect, annotate, detect, notify. Each is safe to run twice and to kill anywhere.

What a step has done is known from what it wrote, under natural keys, in one transaction with its
result; so a step that is run again finds its own work and adds nothing.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from alerts.dispatch import DispatchReport, dispatch
from alerts.route import receivers_of
from fengsui.annotation import Annotator
from fengsui.briefing import brief
from fengsui.cases import open_cases
from fengsui.chain import Chain
from fengsui.judging import Judged, judge_brand
from fengsui.linking import linked, with_links
from listeners.listener import Listener, ListenerError
from nlp.sentiment.registry import ModelError
from records import (
    Alert,
    Incident,
    IncidentKind,
    Mention,
    Notification,
    NotificationState,
    Post,
    Rejected,
    Window,
)
from store.mentions import Pending

log = logging.getLogger(__name__)

BATCH = 1000
# When so many posts and every one of a batch break the judges, it is the judges that are broken.
SYSTEMATIC = 10
# Where detection has come to: the time, and the revision of the counts that it had seen.
DETECTED = "detect"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Collected:
    """What came in: read = kept + duplicate + quarantined."""

    kept: int = 0
    duplicate: int = 0
    quarantined: int = 0

    @property
    def read(self) -> int:
        """Everything that was read."""
        return self.kept + self.duplicate + self.quarantined

    def __add__(self, other: "Collected") -> "Collected":
        return Collected(
            self.kept + other.kept,
            self.duplicate + other.duplicate,
            self.quarantined + other.quarantined,
        )


def collect(chain: Chain, listener: Listener, window: Window) -> Collected:
    """Read `window` from a source into the store, and record whether it could be read.

    What came before a source broke off is kept.

    Raises:
        ListenerError: the source could not be read to the end; its coverage shows the gap.
    """
    collected = Collected()
    try:
        for batch in batches(listener.fetch(window), BATCH):
            collected += store_items(chain, [_not_ahead(item, window.until) for item in batch])
    except ListenerError:
        chain.ledger.record_read(listener.name, window, ok=False)
        raise
    chain.ledger.record_read(listener.name, window, ok=True)
    return collected


def _not_ahead(item: Post | Rejected, now: datetime) -> Post | Rejected:
    """Return a post that claims to come from the future as one of now, with a note."""
    if isinstance(item, Rejected) or item.published_at <= now:
        return item
    note = f"published_at: {item.published_at - now} after it was read"
    return replace(item, published_at=now, notes=(*item.notes, note))


def store_items(chain: Chain, items: Sequence[Post | Rejected]) -> Collected:
    """Write posts to the store and unreadable items to quarantine."""
    posts = [item for item in items if isinstance(item, Post)]
    rejected = [item for item in items if isinstance(item, Rejected)]
    if rejected:
        chain.ledger.quarantine(rejected)
    kept, duplicate = chain.store.upsert_posts(posts) if posts else (0, 0)
    return Collected(kept, duplicate, len(rejected))


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size`; what came before an error comes before it."""
    batch: list[T] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) >= size:
                full, batch = batch, []
                yield full
    except Exception:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class Annotated:
    """How many posts were read and how many mentions they hold."""

    posts: int = 0
    mentions: int = 0
    cases: int = 0


def annotate(chain: Chain, window: Window | None = None) -> Annotated:
    """Judge every post that waits (and was published in `window`), in order of arrival.

    Raises:
        ModelError: the model cannot judge; the posts go on waiting.
    """
    posts = mentions = cases = 0
    while pending := chain.store.pending(BATCH, window):
        try:
            found, opened = _annotate_batch(chain, pending)
        except BaseException:
            chain.forget_annotators()
            raise
        posts += len(pending)
        mentions += found
        cases += opened
    return Annotated(posts, mentions, cases)


def annotate_again(chain: Chain, window: Window) -> Annotated:
    """Judge the posts published in `window` as if for the first time, in order of publication.

    `annotate` lets a post stay the copy that it was; this forgets what was said, so that what came
    in late finds its place. Nobody else may judge meanwhile.

    Raises:
        ModelError: the model cannot judge; the posts go on waiting.
    """
    annotator = chain.annotator_before(window.since)
    chain.store.reopen(window)
    posts = mentions = cases = 0
    while pending := chain.store.pending(BATCH, window):
        try:
            found, opened = _annotate_batch(chain, pending, annotator)
        except ModelError:
            raise
        except Exception:
            log.warning("a batch could not be judged as if for the first time", exc_info=True)
            found, opened = _annotate_batch(chain, pending)
            annotator = chain.annotator_before(max(p.post.published_at for p in pending))
        chain.forget_annotators()
        posts += len(pending)
        mentions += found
        cases += opened
    return Annotated(posts, mentions, cases)


def _annotate_batch(
    chain: Chain, pending: Sequence[Pending], anew: Annotator | None = None
) -> tuple[int, int]:
    # In the order of publication, so that of two copies the earlier one is the original.
    posts = sorted(
        (waiting.post for waiting in pending), key=lambda post: (post.published_at, post.key)
    )
    mentions = _judge(chain, posts) if anew is None else anew.annotate(posts)
    post_of = {post.key: post for post in posts}
    complaints = [(m, post_of[m.post_key]) for m in mentions if m.complaint]
    # Cases first: killed in between, the posts still wait and open the same cases again.
    cases = open_cases(complaints, chain.ledger, chain.settings.cases)
    opened = chain.ledger.upsert_cases(cases) if cases else 0
    chain.store.annotate(pending, mentions)
    return len(mentions), opened


def _judge(chain: Chain, posts: Sequence[Post]) -> list[Mention]:
    """Judge a batch; if a post breaks the judges, quarantine that one and judge the others."""
    earliest = posts[0].published_at
    before = chain.store.mentions_of([post.key for post in posts])
    try:
        return chain.annotator(earliest).annotate(posts, before)
    except ModelError:
        raise
    except Exception:
        log.warning("a batch could not be annotated; trying its posts one by one", exc_info=True)
    chain.forget_annotators()
    annotator = chain.annotator(earliest)
    mentions: list[Mention] = []
    unjudged: list[Rejected] = []
    for post in posts:
        try:
            mentions += annotator.annotate([post], before)
        except ModelError:
            raise
        except Exception as error:
            unjudged.append(_unjudged(post, error))
            # That is no fault of the texts: the posts wait until the program is mended.
            if len(unjudged) == len(posts) >= SYSTEMATIC:
                raise
    chain.ledger.quarantine(unjudged)
    return mentions


def _unjudged(post: Post, error: Exception) -> Rejected:
    reason = f"could not be annotated: {type(error).__name__}"
    return Rejected(post.source, post.key, 1, reason, post.text[:2000], post.fetched_at)


@dataclass(frozen=True, slots=True)
class Detected:
    """The incidents that changed, and the alerts that say so."""

    incidents: tuple[Incident, ...] = ()
    alerts: tuple[Alert, ...] = ()


def detect(chain: Chain, now: datetime, *, since: datetime | None = None) -> Detected:
    """Judge the ticks that ended after `since` (default: where detection last came to).

    Without `since` only brands whose counts changed, or that have an open incident, are looked at.
    Ticks within the lateness allowed are judged again, so that late posts are heard; that changes
    nothing where nothing came late. Alerts and incidents are written together, once. What a call
    that failed had not judged, the next one judges.
    """
    last, seen = detected_to(chain)
    if last is not None and now < last - chain.tick:
        log.warning("the clock stands before the last detection (%s): nothing is judged", last)
        return Detected()
    lateness = timedelta(minutes=chain.settings.detection.lateness_minutes)
    start = since or (min(last, now) if last else now) - lateness
    changed = chain.counts.refresh(seen)
    open_incidents = {
        incident.brand: incident
        for incident in chain.ledger.open_incidents()
        if incident.kind is IncidentKind.BRAND
    }
    looked_at = changed.intersection(chain.brands) if since is None else set(chain.brands)
    judged = [
        judge_brand(chain, brand, open_incidents.get(brand), start, now)
        for brand in sorted(looked_at | open_incidents.keys())
    ]
    links = linked(
        chain.store,
        judged,
        open_incidents.values(),
        chain.names,
        chain.settings.annotation.copy_similarity,
    )
    incidents = links | {
        one.key: one for brand in judged for one in with_links(brand, links).incidents.values()
    }
    alerts = [
        alert
        for brand in judged
        if brand.incidents
        for alert in _tell(chain, with_links(brand, links), now)
    ]
    if links:
        chain.ledger.record_detection([*links.values()], [], {})
    chain.ledger.set_cursor(DETECTED, f"{now.isoformat()} {chain.counts.revision}")
    return Detected(tuple(incidents.values()), tuple(alerts))


def detected_to(chain: Chain) -> tuple[datetime | None, int]:
    """Return where detection has come to: the time (None: nowhere) and the revision seen."""
    cursor = chain.ledger.cursor(DETECTED)
    if cursor is None:
        return None, 0
    at, revision = cursor.split()
    return datetime.fromisoformat(at), int(revision)


def _tell(chain: Chain, judged: Judged, now: datetime) -> list[Alert]:
    """Write what was judged of a brand, and the alerts that say so, together."""
    alerts = [
        brief(
            move.incident,
            move.change,
            move.at,
            now,
            chain,
            coverage=move.coverage,
            previous=move.told,
        )
        for move in judged.moves
    ]
    notifications = [n for alert in alerts for n in _notifications(chain, alert, now)]
    chain.ledger.record_detection(list(judged.incidents.values()), notifications, {})
    return alerts


def _notifications(chain: Chain, alert: Alert, now: datetime) -> Iterator[Notification]:
    silence = chain.ledger.silenced(alert.incident.brand, alert.at)
    for receiver in receivers_of(alert.incident, chain.settings.routes):
        yield Notification(
            alert=alert,
            receiver=receiver,
            state=NotificationState.SUPPRESSED if silence else NotificationState.PENDING,
            created_at=now,
            reason=f"silenced: {silence}" if silence else "",
        )


def notify(
    chain: Chain, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> DispatchReport:
    """Send what waits in the notification log and record what came of it."""
    return dispatch(chain.ledger, chain.notifiers, clock)
