"""What the rules of the settings would have done with the last days, by what is stored of them.

Nothing is written and nobody is notified. Incidents are taken as they were; what people claimed
ends an escalation as it did then.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from alerts.days import day_number
from alerts.delivery.escalation import Done, Standing, policy_of, upcoming
from alerts.delivery.inhibition import head_of, is_muted
from alerts.delivery.quiet_hours import holding, quiet_until
from alerts.delivery.routing import facts_of_incident, names_of, route_names, routed
from alerts.detection.holiday_calendar import calendar_of
from alerts.policies import EscalationPolicy, QuietHours
from fengsui.desk.states import fold_incident
from fengsui.incidents.notifications import routes_of
from fengsui.incidents.watches import fitting, rules_for
from fengsui.services import Services
from records import Alert, Incident, IncidentStatus, Window, subject_of
from records.action import INCIDENT

# Steps of one incident that are counted.
MOST_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule, of which sort it is, and how often it would have done its part."""

    sort: str  # route, receiver, quiet_hours, inhibition, escalation, watch or topic
    name: str
    count: int


def dry_run(services: Services, window: Window) -> list[Tried]:
    """Return what each rule would have done in a window, in the order of the settings."""
    alerts = _alerts(services, window)
    return [
        *_of_alerts(services, alerts),
        *_of_escalations(services, window),
        *_of_posts(services, window),
    ]


def _alerts(services: Services, window: Window) -> list[Alert]:
    """Return the alerts of a window, each once, in their order."""
    found = {
        one.alert.key: one.alert
        for one in services.ledger.notifications()
        if one.alert is not None and window.since <= one.alert.at < window.until
    }
    return sorted(found.values(), key=lambda one: (one.at, one.key))


def _of_alerts(services: Services, alerts: Sequence[Alert]) -> Iterator[Tried]:
    settings = services.settings
    calendar = calendar_of(settings.detection.calendar)
    routes, sent, held = Counter[str](), Counter[str](), Counter[int]()
    muted, incidents = 0, services.ledger.incidents()
    for alert in alerts:
        found = routes_of(services, alert)
        routes.update(one.name for one in found)
        is_part = _is_part(services, alert, incidents)
        muted += is_part
        for name in () if is_part else names_of(found):
            sent[name] += 1
            for place in _holding(settings.quiet_hours, alert):
                rule = settings.quiet_hours[place]
                held[place] += quiet_until([rule], name, calendar, alert.at) is not None
    yield from (Tried("route", name, routes[name]) for name in route_names(settings.routes))
    yield from (Tried("receiver", one.name, sent[one.name]) for one in settings.receivers)
    for place, rule in enumerate(settings.quiet_hours):
        yield Tried("quiet_hours", rule.name or str(place + 1), held[place])
    yield Tried("inhibition", "", muted)


def _is_part(services: Services, alert: Alert, incidents: Sequence[Incident]) -> bool:
    """Say whether an alert was about a part of an industry's story, by what was open then."""
    if not alert.incident.links:
        return False
    then = [
        replace(one, status=IncidentStatus.OPEN)
        for one in incidents
        if one.opened_at <= alert.at and (one.recovered_at is None or alert.at < one.recovered_at)
    ]
    head = head_of(alert.incident, then, services.settings.inhibition.least_brands)
    return head is not None and is_muted(alert, head, knows=True)


def _holding(quiet: Sequence[QuietHours], alert: Alert) -> Iterator[int]:
    """Yield the places of the quiet hours that an alert is mild enough to wait for."""
    harm = alert.situation is not None and alert.situation.harm > 0
    waits = holding(alert.incident.level, quiet, harm=harm)
    return (place for place, rule in enumerate(quiet) if rule in waits)


def _of_escalations(services: Services, window: Window) -> Iterator[Tried]:
    settings, done = services.settings, Counter[str]()
    if not settings.escalations:
        return
    for incident in services.ledger.incidents(since=window.since):
        if incident.is_operational or incident.opened_at >= window.until:
            continue
        found = routed(facts_of_incident(incident), settings.routes)
        policy = policy_of(found, settings.routes, settings.escalations)
        if policy is not None:
            done[policy.name] += _steps(services, policy, incident, window.until)
    yield from (Tried("escalation", one.name, done[one.name]) for one in settings.escalations)


def _steps(
    services: Services, policy: EscalationPolicy, incident: Incident, until: datetime
) -> int:
    """Return how many steps there would have been until somebody had it, or it was over."""
    state = fold_incident(services.ledger.actions([subject_of(INCIDENT, incident.key)]))
    ends = [at for at in (state.claimed_at, state.ended_at, incident.recovered_at, until) if at]
    worst = replace(incident, status=IncidentStatus.OPEN, level=incident.peak_level)
    worth = [one for one in incident.history if one.level >= policy.min_level]
    if not worth:
        return 0
    standing, count = Standing(worth[0].at), 0
    while count < MOST_STEPS:
        due = min(upcoming(policy, worst, standing), key=lambda one: one.at, default=None)
        if due is None or due.at >= min(ends):
            break
        count += 1
        standing = replace(standing, done=(*standing.done, Done(due.kind, due.number, due.at)))
    return count


def _of_posts(services: Services, window: Window) -> Iterator[Tried]:
    settings, store = services.settings, services.store
    for watch in settings.watches:
        days = Counter[tuple[str, int]]()
        for brand in services.brands:
            for rule, cited in fitting(store, brand, rules_for([watch], brand), window):
                day = (brand, day_number(cited.mention.published_at))
                days[day] = min(days[day] + 1, rule.most_a_day)
        yield Tried("watch", watch.name, days.total())
    for topic in settings.topics:
        found = {one.post.key for one in store.search(topic.query, window=window, organic=True)}
        yield Tried("topic", topic.name, len(found))
