"""Which messages an alert becomes: who is notified, what is muted, and what waits."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from alerts.delivery.inhibition import NOTED, head_of, is_muted
from alerts.delivery.queue import QUIET
from alerts.delivery.quiet_hours import held_until
from alerts.delivery.routing import Routed, ask_for_story, facts_of, names_of, routed
from alerts.detection.holiday_calendar import calendar_of
from alerts.messages.follow_up.part import part_message
from alerts.messages.message import encoded
from fengsui.incidents.silences import why_silent
from fengsui.services import Services
from records import (
    Alert,
    Incident,
    Level,
    Notification,
    NotificationState,
    PreparedMessage,
)
from records.time import MINUTE

# From this level on a route's group is not waited for.
URGENT: Final = Level.ORANGE


@dataclass(frozen=True, slots=True)
class _Sent:
    """An alert with what decides on its messages."""

    alert: Alert
    queued_at: datetime
    quiet: str
    head: Incident | None


def notifications_of(
    services: Services,
    alert: Alert,
    queued_at: datetime,
    quiet: str = "",
    ended: Collection[str] = (),
) -> list[Notification]:
    """Return the messages that an alert becomes, ready at `queued_at`; write nothing.

    `quiet` is why people want none of them, nothing where they do. `ended` are the keys of
    incidents that people ended: they speak for no other.
    """
    found = routes_of(services, alert)
    names = names_of(found)
    silence = why_silent(services.ledger, alert, alert.at)
    reason = quiet or (f"silenced: {silence}" if silence is not None else "")
    sent = _Sent(alert, queued_at, reason, _head(services, alert, ended))
    if ask_for_story(services.settings.routes):
        # What a story is about may change; who learned of it also learns how it goes on.
        names = tuple(dict.fromkeys((*names, *_notified(services, alert))))
    return [one for name in names for one in _messages(services, sent, found, name)]


def routes_of(services: Services, alert: Alert) -> tuple[Routed, ...]:
    """Return the routes that take an alert; look where its posts come from only if one asks."""
    routes = services.settings.routes
    regions: Sequence[str] = ()
    if any(route.regions for route in routes) or ask_for_story(routes):
        keys = [one.post_key for one in alert.citations]
        posts = services.store.posts(keys) if keys else []
        regions = sorted({post.region for post in posts if post.region})
    return routed(facts_of(alert, regions), routes)


def _notified(services: Services, alert: Alert) -> Iterator[str]:
    known = {one.name for one in services.settings.receivers}
    for one in services.ledger.notifications(alert.incident.key):
        if one.alert is not None and one.receiver in known:
            yield one.receiver


def _head(services: Services, alert: Alert, ended: Collection[str]) -> Incident | None:
    """Return the incident that speaks for the story that an alert is a part of."""
    incident = alert.incident
    if not incident.links:
        return None
    least = services.settings.inhibition.least_brands
    others = (one for one in services.ledger.open_incidents() if one.key not in ended)
    return head_of(incident, others, least)


def _messages(
    services: Services, sent: _Sent, found: Sequence[Routed], receiver: str
) -> Iterator[Notification]:
    one = Notification(sent.alert, receiver, NotificationState.PENDING, sent.queued_at)
    if sent.quiet:
        yield replace(one, state=NotificationState.SUPPRESSED, reason=sent.quiet)
    elif sent.head is not None and _mutes(services, sent.head, sent.alert, receiver):
        reason = f"inhibited: {sent.head.key}"
        yield replace(one, state=NotificationState.SUPPRESSED, reason=reason)
        if sent.alert.change in NOTED:
            yield _part(services, sent, sent.head, receiver)
    else:
        yield held(services, one, found)


def _mutes(services: Services, head: Incident, alert: Alert, receiver: str) -> bool:
    """Say whether a receiver, which has the whole, does without an alert about a part."""
    ledger = services.ledger
    has_whole = any(
        one.receiver == receiver and one.state is not NotificationState.SUPPRESSED
        for one in ledger.notifications(head.key)
    )
    knows = bool(ledger.taken(alert.incident.key, receiver))
    return has_whole and is_muted(alert, head, knows=knows)


def _part(services: Services, sent: _Sent, head: Incident, receiver: str) -> Notification:
    settings = services.settings
    languages = {one.name: one.language for one in settings.receivers}
    message = part_message(sent.alert, head, languages.get(receiver, settings.language))
    prepared = PreparedMessage(
        key=f"{sent.alert.key}/part",
        body=encoded(message),
        incident=head.key,
        opened_at=head.opened_at,
    )
    state = NotificationState.PENDING
    return Notification(None, receiver, state, sent.queued_at, prepared=prepared)


def held(services: Services, one: Notification, found: Sequence[Routed]) -> Notification:
    """Return an entry with what it waits for: quiet hours, or the group of its route."""
    if one.alert is None:
        return one
    settings = services.settings
    calendar = calendar_of(settings.detection.calendar)
    until = held_until(one.alert, one.receiver, settings.quiet_hours, calendar, one.created_at)
    if until is not None:
        return replace(one, retry_at=until, group=f"{QUIET}{until.astimezone(UTC):%Y%m%dT%H%MZ}")
    for route in found:
        settled = route.route
        if one.receiver in route.receivers and settled.group_by:
            if one.alert.incident.level >= URGENT:
                return one
            until = one.created_at + settled.group_minutes * MINUTE
            return replace(one, retry_at=until, group=_group(route, one.alert))
    return one


def _group(found: Routed, alert: Alert) -> str:
    """Return the name of the group that a route puts an alert into."""
    situation = alert.situation
    names = {
        "brand": alert.incident.brand,
        "category": situation.category if situation else "",
    }
    return f"route:{found.name}:{names.get(found.route.group_by, '')}"
