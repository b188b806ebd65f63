"""The steps: collect, annotate, detect, notify. Each is safe to run twice and to kill anywhere.

What a step has done is known from what it wrote, under natural keys, in one transaction with its
result; so a step that is run again finds its own work and adds nothing.
"""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.incidents.late import LATE
from fengsui.annotate.annotator import Annotator, scorer
from fengsui.annotate.batches import batches
from fengsui.desk.cases.assigning import open_cases
from fengsui.desk.cases.returning import reopen_returned
from fengsui.desk.desk import Desk
from fengsui.desk.quiet import ended_keys, reason_for
from fengsui.incidents.alert import build_alert
from fengsui.incidents.clock import close_if_right, is_ahead, report_ahead
from fengsui.incidents.correlate import correlate, with_links
from fengsui.incidents.detect import BrandDetection, detect_brand
from fengsui.incidents.hot_lists import listed
from fengsui.incidents.notifications import notifications_of
from fengsui.incidents.slow_burn import morning_signals
from fengsui.incidents.story.situation import with_reported
from fengsui.ingest.collect import BATCH, Collected, collect, store_items
from fengsui.pipeline.sending import notify
from fengsui.services import Services
from nlp.sentiment.registry import ModelError
from records import (
    Alert,
    Incident,
    Mention,
    Post,
    Rejected,
    Window,
)
from store.interface import Pending
from store.ledger.state import DETECTED, DetectedTo, LateJudged
from store.ledger.state import LATE as LATE_JUDGED

log = logging.getLogger(__name__)

__all__ = ["BATCH", "Collected", "batches", "collect", "notify", "store_items"]

# When so many posts and every one of a batch break the judges, it is the judges that are broken.
SYSTEMATIC = 10


@dataclass(frozen=True, slots=True)
class Annotated:
    """How many posts were read and how many mentions they hold; `more` posts may wait."""

    posts: int = 0
    mentions: int = 0
    cases: int = 0
    more: bool = False


def annotate(
    services: Services,
    window: Window | None = None,
    *,
    beat: Callable[[], None] = lambda: None,
    seconds: float = math.inf,
) -> Annotated:
    """Judge every post that waits (and was published in `window`), in order of arrival.

    `beat` is called after each batch: a backlog takes many. After `seconds` the batch that is
    under way is the last.

    Raises:
        ModelError: the model cannot judge; the posts go on waiting.
    """
    posts = mentions = cases = 0
    began = time.monotonic()
    while pending := services.store.pending(BATCH, window):
        try:
            found, opened = _annotate_batch(services, pending)
        except BaseException:
            services.forget_annotators()
            raise
        posts += len(pending)
        mentions += found
        cases += opened
        beat()
        if time.monotonic() - began >= seconds:
            return Annotated(posts, mentions, cases, more=True)
    return Annotated(posts, mentions, cases)


def rescore(services: Services, since: datetime) -> Annotated:
    """Judge again the posts published from `since` on whose mentions another model scored.

    A post stays the copy or the voice that it was. Killed in between, it is called again: what is
    done already has the model's name.

    Raises:
        ModelError: the model cannot judge; the posts go on waiting.
    """
    model, judge = services.model, services.judge
    plain = scorer(model, judge=judge)
    current = {b.name: scorer(model, b.goods, judge) for b in services.settings.brands}
    keys = {sketch.post_key for sketch in services.store.sketches(since)}
    for some in batches(sorted(keys), BATCH):
        found = services.store.mentions_of(some)
        services.store.reopen_posts(
            sorted({m.post_key for m in found if m.scorer != current.get(m.brand, plain)})
        )
    return annotate(services)


def reannotate(services: Services, window: Window) -> Annotated:
    """Judge the posts published in `window` as if for the first time, in order of publication.

    `annotate` lets a post stay the copy that it was; this forgets that, so that what came
    in late finds its place. Nobody else may judge meanwhile.

    Raises:
        ModelError: the model cannot judge; the posts go on waiting.
    """
    annotator = services.annotator_before(window.since)
    services.store.reopen(window)
    posts = mentions = cases = 0
    while pending := services.store.pending(BATCH, window):
        try:
            found, opened = _annotate_batch(services, pending, annotator)
        except ModelError:
            raise
        except Exception:
            log.warning("a batch could not be judged as if for the first time", exc_info=True)
            found, opened = _annotate_batch(services, pending)
            annotator = services.annotator_before(max(p.post.published_at for p in pending))
        services.forget_annotators()
        posts += len(pending)
        mentions += found
        cases += opened
    return Annotated(posts, mentions, cases)


def _annotate_batch(
    services: Services, pending: Sequence[Pending], anew: Annotator | None = None
) -> tuple[int, int]:
    # In the order of publication, so that of two copies the earlier one is the original.
    posts = sorted(
        (waiting.post for waiting in pending if not waiting.post.deleted),
        key=lambda post: (post.published_at, post.key),
    )
    mentions = _wordless(services, [waiting.post for waiting in pending if waiting.post.deleted])
    if posts:
        mentions += _judge(services, posts) if anew is None else anew.annotate(posts)
    post_of = {post.key: post for post in posts}
    # A complaint about a topic is the case of the brand that it names, or nobody's.
    topics = {one.name for one in services.settings.topics}
    complaints = [
        (m, post_of[m.post_key])
        for m in mentions
        if m.complaint and m.post_key in post_of and m.brand not in topics
    ]
    # Cases first: killed in between, the posts still wait and open the same cases again.
    cases = open_cases(complaints, services.ledger, services.settings.cases)
    opened = services.ledger.upsert_cases(cases) if cases else 0
    if cases:
        reopen_returned(Desk(services.ledger, services.settings), cases, posts)
    services.store.annotate(pending, mentions)
    return len(mentions), opened


def _wordless(services: Services, deleted: Sequence[Post]) -> list[Mention]:
    """Return the mentions of deleted posts as they were judged, without words: they stay counted.

    What a source deletes must not look as if it had never happened.
    """
    known = services.store.mentions_of([post.key for post in deleted]) if deleted else []
    return [replace(mention, text="", keywords=()) for mention in known]


def _judge(services: Services, posts: Sequence[Post]) -> list[Mention]:
    """Judge a batch; if a post breaks the judges, quarantine that one and judge the others."""
    earliest = posts[0].published_at
    before = services.store.mentions_of([post.key for post in posts])
    try:
        return services.annotator(earliest).annotate(posts, before)
    except ModelError:
        raise
    except Exception:
        log.warning("a batch could not be annotated; trying its posts one by one", exc_info=True)
    services.forget_annotators()
    annotator = services.annotator(earliest)
    mentions: list[Mention] = []
    unjudged: list[Rejected] = []
    for post in posts:
        try:
            mentions += annotator.annotate([post], before)
        except ModelError:
            raise
        except Exception as error:
            unjudged.append(_unjudged(post, error))
            # That is no fault of the texts: the posts wait until the program is fixed.
            if len(unjudged) == len(posts) >= SYSTEMATIC:
                raise
    services.ledger.quarantine(unjudged)
    return mentions


def _unjudged(post: Post, error: Exception) -> Rejected:
    reason = f"could not be annotated: {type(error).__name__}"
    return Rejected(post.source, post.key, 1, reason, post.text[:2000], post.fetched_at)


@dataclass(frozen=True, slots=True)
class Detected:
    """The incidents that changed, the alerts that say so, and what came late, if anything."""

    incidents: tuple[Incident, ...] = ()
    alerts: tuple[Alert, ...] = ()
    late: LateJudged | None = None


def detect(
    services: Services,
    now: datetime,
    *,
    since: datetime | None = None,
    queued_at: datetime | None = None,
) -> Detected:
    """Judge the ticks that ended after `since` (default: where detection last came to).

    Without `since` only brands whose counts changed, or that have an open incident, are looked at.
    Ticks within the lateness allowed are judged again, and of a brand all from its earliest change
    on, as far back as `late_hours` says, so that late posts count; that changes nothing where
    nothing came late. Alerts and incidents are written together, once. What a call
    that failed had not judged, the next one judges. Where the last detection lies ahead of `now`,
    the clock was wrong then: that is an incident, and detection goes on from `now`. Alerts wait
    from `queued_at` on (default: `now`): a window of the past has kept no receiver waiting.
    """
    Desk(services.ledger, services.settings, lambda: now).catch_up()
    last, seen = detected_to(services)
    if since is None:  # a window of the past that was asked for says nothing of the clock
        _check_clock(services, last, now)
    lateness = timedelta(minutes=services.settings.detection.lateness_minutes)
    start = since or (min(last, now) if last else now) - lateness
    changed = services.counts.refresh(seen)
    changes = services.counts.take_changes()
    services.detector_cache.update(changes, services.counts.tick_end(now))
    begins = {} if since is not None else _begins(services, changes, start, now)
    past = None if since is not None else max(start, now - LATE)
    found = services.ledger.open_incidents()
    open_incidents = {one.brand: one for one in found if not one.is_operational}
    looked_at = changed.intersection(services.brands) if since is None else set(services.brands)
    entries = listed(services, start, now, is_first=last is None and since is None)
    burns = morning_signals(services, services.brands, open_incidents, start, now)
    looked_at |= burns.keys()
    judged = [
        detect_brand(
            services,
            brand,
            open_incidents.get(brand),
            begins.get(brand, start),
            now,
            entries.get(brand, ()),
            burns.get(brand, ()),
            changed=brand in changed,
            past=past,
        )
        for brand in sorted(looked_at | open_incidents.keys())
    ]
    similar = services.settings.annotation.copy_similarity
    known = open_incidents.values()
    links = correlate(services.store, judged, known, services.names, similar)
    incidents, alerts = _written(services, judged, links, now, queued_at or now)
    late = _late(begins, changes, alerts, now)
    if late is not None:
        LATE_JUDGED.set(services.ledger, late)
    DETECTED.set(services.ledger, DetectedTo(now, services.counts.revision))
    return Detected(incidents, alerts, late)


def _written(
    services: Services,
    judged: Sequence[BrandDetection],
    links: Mapping[str, Incident],
    now: datetime,
    queued_at: datetime,
) -> tuple[tuple[Incident, ...], tuple[Alert, ...]]:
    """Write what was judged of all brands and what links them; return incidents and alerts."""
    written: dict[str, Incident] = {}
    alerts: list[Alert] = []
    for brand in judged:
        if brand.incidents:
            incidents, said = _tell(services, with_links(brand, links), now, queued_at)
            written |= incidents
            alerts += said
    if others := [one for key, one in links.items() if key not in written]:
        services.ledger.record_detection(others, [])
    return tuple((dict(links) | written).values()), tuple(alerts)


def _begins(
    services: Services, changes: Mapping[str, datetime], start: datetime, now: datetime
) -> dict[str, datetime]:
    """Return from when on the ticks of brands are judged again, where that is before `start`."""
    oldest = now - timedelta(hours=services.settings.detection.late_hours)
    return {brand: max(at, oldest) for brand, at in changes.items() if at < start}


def _check_clock(services: Services, last: datetime | None, now: datetime) -> None:
    if last is not None and is_ahead(last, now):
        report_ahead(services, "the last detection", last, now)
    else:
        close_if_right(services, now)


def _late(
    begins: Mapping[str, datetime],
    changes: Mapping[str, datetime],
    alerts: Sequence[Alert],
    now: datetime,
) -> LateJudged | None:
    """Return what came so late that people want to know of it; None where nothing did."""
    late = {brand: at for brand, at in begins.items() if now - at >= LATE}
    if not late:
        return None
    return LateJudged(
        at=now,
        since=min(late.values()),
        brands=len(late),
        alerts=sum(alert.late for alert in alerts),
        too_late=any(changes[brand] < at for brand, at in late.items()),
    )


def detected_to(services: Services) -> tuple[datetime | None, int]:
    """Return where detection has come to: the time (None: nowhere) and the revision seen."""
    return DETECTED.get(services.ledger) or (None, 0)


def _tell(
    services: Services, judged: BrandDetection, now: datetime, queued_at: datetime
) -> tuple[dict[str, Incident], list[Alert]]:
    """Write what was judged of a brand, and the alerts that say so, together; return both."""
    known = _reported(services, judged)
    alerts: list[Alert] = []
    for move in judged.moves:
        alerts.append(build_alert(move, now, services, known.get(move.incident.key)))
        known[move.incident.key] = alerts[-1].incident
    incidents = {key: with_reported(one, known.get(key)) for key, one in judged.incidents.items()}
    desk = Desk(services.ledger, services.settings, lambda: now)
    linked = any(alert.incident.links for alert in alerts)
    ended = ended_keys(desk, services.ledger.open_incidents()) if linked else frozenset()
    notifications = [
        one
        for alert in alerts
        for one in notifications_of(services, alert, queued_at, reason_for(desk, alert), ended)
    ]
    services.ledger.record_detection([*incidents.values()], notifications)
    return incidents, alerts


def _reported(services: Services, judged: BrandDetection) -> dict[str, Incident]:
    """Return by key the incidents that change as they stand in the ledger, if they do."""
    changed = {move.incident.key for move in judged.moves}
    past = services.ledger.incidents(brand=judged.brand) if changed else []
    return {one.key: one for one in past if one.key in changed}
