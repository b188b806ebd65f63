"""Messages that are no alerts (briefs, reviews, replies), to each receiver once.

They go through the same outbox as alerts: queued under their natural key, tried at once, and tried
again with everything else that waits. A task that runs again finds its message there.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.delivery.outbox import send_now
from alerts.messages.message import Message, encoded
from fengsui.services import Services
from records import Incident, Notification, NotificationState, PreparedMessage
from records.language import Language
from store.ledger.state import NOTICES

log = logging.getLogger(__name__)

# What it was sending when it died can have been sent at most so long ago.
DOUBT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """Which receivers took a message, had it already, and did not get it, with the reason."""

    sent: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message for several receivers, composed in the language of each.

    `key` is its natural key, `series` what it is one of (brief, review), and `incident` the one in
    whose threads it belongs, None where it belongs in none.
    """

    key: str
    series: str
    compose: Callable[[Language], Message]
    incident: Incident | None = None


class DeliveryFailed(Exception):
    """A message did not reach every receiver; sending it again reaches those that are left."""


def receivers_of_every_brand(services: Services) -> tuple[str, ...]:
    """Return the receivers of briefs and reviews: all that some route for every brand leads to.

    Where each route is for certain brands, that is all receivers that a route leads to.
    """
    routes = [route for route in services.settings.routes if not route.brands]
    routes = routes or list(services.settings.routes)
    return tuple(dict.fromkeys(name for route in routes for name in route.receivers))


def send_once(
    services: Services,
    announcement: Announcement,
    clock: Callable[[], datetime],
    receivers: Collection[str] | None = None,
) -> DeliverySummary:
    """Send an announcement to those of `receivers` (default: of every brand) that lack it."""
    sent: list[str] = []
    known: list[str] = []
    failed: list[tuple[str, str]] = []
    for name in receivers_of_every_brand(services) if receivers is None else receivers:
        queued = _queued(services, announcement, name, clock())
        if queued is None:
            known.append(name)
            continue
        outcome = send_now(services.ledger, services.notifiers, queued, clock)
        if outcome is not None and outcome.state is NotificationState.SENT:
            sent.append(name)
            continue
        reason = "another process is sending it" if outcome is None else outcome.reason
        log.warning("%s did not get %s: %s", name, announcement.key, reason)
        failed.append((name, reason))
    return DeliverySummary(tuple(sent), tuple(known), tuple(failed))


def queue_once(services: Services, announcement: Announcement, now: datetime) -> int:
    """Queue an announcement for the receivers of every brand that lack it; return for how many.

    The continuous run sends what is queued; a message that is there already stays as it is.
    """
    queued = 0
    for name in receivers_of_every_brand(services):
        new = _new_entry(services, announcement, name, now)
        if services.ledger.notification(new.key) is None:
            before = _as_before(services, announcement, new)
            if before is not None:
                services.ledger.enqueue(before)
                queued += 1
    return queued


def check_delivered(summary: DeliverySummary) -> None:
    """Make sure that nobody was missed.

    Raises:
        DeliveryFailed: somebody was.
    """
    if summary.failed:
        raise DeliveryFailed("; ".join(f"{name}: {why}" for name, why in summary.failed))


def _queued(
    services: Services, announcement: Announcement, receiver: str, now: datetime
) -> Notification | None:
    """Return the log entry of an announcement for a receiver, new or old; None if it was sent.

    What was given up is put back: a task that runs again expects that it may work now.
    """
    new = _new_entry(services, announcement, receiver, now)
    known = services.ledger.notification(new.key)
    if known is None:
        before = _as_before(services, announcement, new)
        if before is not None:
            services.ledger.enqueue(before)
        return before
    if known.state is NotificationState.SENT:
        return None
    if known.state is NotificationState.FAILED:
        pending = NotificationState.PENDING
        known = replace(known, state=pending, retry_at=None, reason="", prepared=new.prepared)
        services.ledger.record(known)
    return known


def _new_entry(
    services: Services, announcement: Announcement, receiver: str, now: datetime
) -> Notification:
    notifier = services.notifiers.get(receiver)
    language = services.settings.language if notifier is None else notifier.language
    prepared = PreparedMessage(announcement.key, encoded(announcement.compose(language)))
    if (incident := announcement.incident) is not None:
        prepared = replace(prepared, incident=incident.key, opened_at=incident.opened_at)
    return Notification(None, receiver, NotificationState.PENDING, now, prepared=prepared)


def _as_before(
    services: Services, announcement: Announcement, new: Notification
) -> Notification | None:
    """Return the entry as the version before left it in a cursor; None if that says it was sent."""
    before = NOTICES.get(services.ledger, announcement.series, new.receiver)
    if before is None or before.key != announcement.key:
        return new
    if before.is_sent:
        return None
    # It may have arrived: an entry whose lease is over makes the sender ask first.
    at = new.created_at
    state = NotificationState.SENDING
    return replace(new, state=state, created_at=at - DOUBT, attempts=1, retry_at=at)
