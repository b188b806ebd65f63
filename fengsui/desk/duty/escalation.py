"""The clock's part at the desk: who is asked next while nobody has an incident.

A step is an entry in the log and messages in the outbox, written together, from the log as it
stands in that transaction: of a claim and a step at the same time one is first, and no step is done
twice, also where several look at the same time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from alerts.delivery.escalation import Done, Due, Standing, StepKind, next_step, policy_of
from alerts.delivery.routing import ask_for_story, facts_of_incident, routed
from alerts.delivery.silences import LOUD
from alerts.messages.follow_up.duty import Person, escalated
from alerts.messages.message import encoded
from alerts.policies import EscalationPolicy
from fengsui.desk.duty.on_call import on_call_by, person_named, rotas_of
from fengsui.desk.members import CLOCK
from fengsui.desk.states import IncidentState, fold_incident
from fengsui.incidents.notifications import routes_of
from fengsui.incidents.silences import is_silent
from fengsui.services import Services, phone_name
from records import (
    Action,
    ActionKind,
    Change,
    Incident,
    LevelChange,
    Notification,
    NotificationState,
    PreparedMessage,
    Via,
    subject_of,
)
from records.action import INCIDENT
from store.ledger.actions import Decided, Known

# What gives an incident back: the steps count anew.
_GIVEN_BACK: Final = frozenset({ActionKind.UNCLAIM, ActionKind.REOPEN, ActionKind.SPLIT})


@dataclass(frozen=True, slots=True)
class _Case:
    """An incident with its policy, its receivers, and since when its present wave goes on."""

    incident: Incident
    policy: EscalationPolicy
    receivers: tuple[str, ...]
    began: datetime


def escalate(services: Services, now: datetime) -> int:
    """Do what is due for the open incidents about brands, and return how many steps there were.

    A silenced incident, or one of which nobody was notified, is left alone.
    """
    if not services.settings.escalations:
        return 0
    done = 0
    for incident in services.ledger.open_incidents():
        if incident.is_operational or is_silent(services.ledger, incident, now):
            continue
        case = _case_of(services, incident)
        if case is not None:
            done += _done(services, case, now)
    return done


def _case_of(services: Services, incident: Incident) -> _Case | None:
    notified = services.ledger.notifications(incident.key)
    sent = [one for one in notified if one.state is not NotificationState.SUPPRESSED]
    alerts = [one.alert for one in notified if one.alert is not None]
    if not sent or not alerts:
        return None
    settings = services.settings
    if ask_for_story(settings.routes):
        found = routes_of(services, max(alerts, key=lambda one: one.at))
    else:
        found = routed(facts_of_incident(incident), settings.routes)
    policy = policy_of(found, settings.routes, settings.escalations)
    if policy is None:
        return None
    known = {one.name for one in settings.receivers}
    receivers = tuple(dict.fromkeys(one.receiver for one in sent if one.receiver in known))
    again = [one.at for one in alerts if one.change is Change.REOPENED]
    return _Case(incident, policy, receivers, max([incident.opened_at, *again]))


def _done(services: Services, case: _Case, now: datetime) -> bool:
    """Do the next step of an incident where one is due; say whether there was one."""
    subject = subject_of(INCIDENT, case.incident.key)
    due = _due(case, services.ledger.actions([subject]), now)
    if due is None:
        return False
    key = _key(case, due)

    def decide(known: Known) -> Decided:
        # Somebody may have claimed it meanwhile.
        again = _due(case, known.actions, now)
        if known.key is not None or again is None or _key(case, again) != key:
            return Decided()
        state = fold_incident(known.actions)
        return _decided(services, case, again, state, now)

    return bool(services.ledger.decide(key, {subject}, case.incident.key, decide))


def _due(case: _Case, actions: Sequence[Action], now: datetime) -> Due | None:
    state = fold_incident(actions)
    is_quiet = state.also_safety or case.incident.level < LOUD
    silenced = is_quiet and state.silenced_until is not None and state.silenced_until > now
    if state.ended is not None or silenced:
        return None
    incident = _as_set(case.incident, state)
    return next_step(case.policy, incident, standing_of(actions, case.began), now)


def standing_of(actions: Sequence[Action], began: datetime) -> Standing:
    """Return who has an incident whose present wave `began` then, by the log about it."""
    state = fold_incident(actions)
    back = [one.at for one in actions if one.kind in _GIVEN_BACK]
    since = max([began, *back])
    owned = state.owner_since if state.owner else None
    start = max(since, owned or since)
    done = tuple(_steps(actions, start))
    return Standing(since, owned, state.touched_at, done)


def _steps(actions: Sequence[Action], since: datetime) -> Iterator[Done]:
    for one in actions:
        kind = one.data.get("kind", "")
        if one.via is Via.CLOCK and one.at >= since and kind in set(StepKind):
            yield Done(StepKind(kind), int(one.data["step"]) - 1, one.at)


def _as_set(incident: Incident, state: IncidentState) -> Incident:
    """Return the incident at the level that somebody set by hand, if anybody did."""
    if state.level is None or state.level_at is None:
        return incident
    history = (*incident.history, LevelChange(state.level_at, state.level))
    return replace(incident, level=state.level, history=history)


def _key(case: _Case, due: Due) -> str:
    return f"clock:{case.incident.key}/{due.kind}-{due.number + 1}@{due.at.isoformat()}"


def _decided(
    services: Services, case: _Case, due: Due, state: IncidentState, now: datetime
) -> Decided:
    """Return the entry of the log and the messages of a step."""
    settings, step = services.settings, due.step
    name = state.owner
    if step is not None:
        name = step.member or on_call_by(rotas_of(settings, now), step.on_call, now)
    receivers = (step.receivers if step else ()) or case.receivers
    if step is not None and step.phone and name:
        phones = {phone_name(one.name) for one in settings.members if one.phone_webhook}
        receivers = (*receivers, *({phone_name(name)} & phones))
    kind = ActionKind.ESCALATE if due.kind is StepKind.STEP else ActionKind.REMIND
    data = {"kind": str(due.kind), "step": str(due.number + 1)}
    data["to"] = name or "、".join(receivers)
    key = _key(case, due)
    subject = subject_of(INCIDENT, case.incident.key)
    action = Action(key, subject, kind, CLOCK, now, Via.CLOCK, data)
    person = person_named(settings, name) if name else None
    messages = [_message(services, case, due, person, now, one) for one in dict.fromkeys(receivers)]
    return Decided([action], messages)


def _message(
    services: Services,
    case: _Case,
    due: Due,
    person: Person | None,
    now: datetime,
    receiver: str,
) -> Notification:
    settings = services.settings
    languages = {one.name: one.language for one in settings.receivers}
    language = languages.get(receiver, settings.language)
    message = escalated(case.incident, due.kind.value, now - due.since, person, language)
    prepared = PreparedMessage(
        key=_key(case, due),
        body=encoded(message),
        incident=case.incident.key,
        opened_at=case.incident.opened_at,
    )
    return Notification(None, receiver, NotificationState.PENDING, now, prepared=prepared)
