"""What would become of an incident: which routes take it, who learns of it when, who is next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from alerts.delivery.escalation import (
    Done,
    Due,
    Standing,
    StepKind,
    policy_of,
    upcoming,
)
from alerts.delivery.on_call import Rota, rota_of
from alerts.delivery.quiet_hours import holding, quiet_until
from alerts.delivery.routing import Facts, Routed, names_of, routed
from alerts.delivery.silences import first_silence
from alerts.detection.holiday_calendar import calendar_of
from alerts.policies import EscalationPolicy
from fengsui.desk.duty.on_call import on_call_by, rotas_of
from fengsui.incidents.silences import silences
from fengsui.settings.application import Settings
from records import Incident
from records.time import DAY
from store.ledger.ledger import Ledger

# Steps that are shown, and for how long.
MOST_STEPS: Final = 24
AHEAD: Final = DAY


@dataclass(frozen=True, slots=True)
class Reached:
    """A receiver, the routes that lead to it, and until when its message waits."""

    receiver: str
    routes: tuple[str, ...]
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A step: when, as what, and who is asked: a person on call or by name, and receivers."""

    at: datetime
    kind: StepKind
    number: int
    person: str
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoutePath:
    """What would become of an incident that begins at `at`.

    `person` is on call then; empty where there is no rota. `silence` says why nothing is sent.
    """

    at: datetime
    routes: tuple[Routed, ...]
    receivers: tuple[Reached, ...]
    silence: str | None
    person: str
    policy: EscalationPolicy | None
    steps: tuple[Asked, ...]


def why_silenced(ledger: Ledger, facts: Facts, at: datetime, *, harm: bool) -> str | None:
    """Return why an incident of these facts is silenced at `at`, None where it is not."""
    before = ledger.silenced(facts.brand, at)
    if before is not None:
        return before
    one = first_silence(silences(ledger), _opened(facts, at), facts, at, harms=harm)
    return None if one is None else one.reason


def path_of(
    settings: Settings, facts: Facts, at: datetime, *, harm: bool = False, silence: str | None
) -> RoutePath:
    """Return the path of an incident of these facts that opens at `at` and nobody claims."""
    found = routed(facts, settings.routes)
    rotas = rotas_of(settings, at)
    policy = policy_of(found, settings.routes, settings.escalations)
    return RoutePath(
        at=at,
        routes=found,
        receivers=tuple(_reached(settings, found, facts, at, harm=harm)),
        silence=silence,
        person=_on_call(rota_of(rotas, facts.brand), at),
        policy=policy,
        steps=tuple(_steps(policy, rotas, facts, at, names_of(found))) if policy else (),
    )


def _reached(
    settings: Settings, found: Sequence[Routed], facts: Facts, at: datetime, *, harm: bool
) -> Iterator[Reached]:
    quiet = holding(facts.level, settings.quiet_hours, harm=harm)
    calendar = calendar_of(settings.detection.calendar)
    for name in names_of(found):
        routes = tuple(one.name for one in found if name in one.receivers)
        yield Reached(name, routes, quiet_until(quiet, name, calendar, at))


def _steps(
    policy: EscalationPolicy,
    rotas: Sequence[Rota],
    facts: Facts,
    at: datetime,
    receivers: tuple[str, ...],
) -> Iterator[Asked]:
    """Yield what would be done in the day after `at`, if nobody claims it."""
    incident, standing = _opened(facts, at), Standing(at)
    for _ in range(MOST_STEPS):
        due = min(upcoming(policy, incident, standing), key=lambda one: one.at, default=None)
        if due is None or due.at > at + AHEAD:
            return
        standing = replace(standing, done=(*standing.done, Done(due.kind, due.number, due.at)))
        yield asked(due, rotas, receivers)


def asked(due: Due, rotas: Sequence[Rota], receivers: tuple[str, ...]) -> Asked:
    """Return who is asked by a step; `receivers` are those of the incident."""
    if due.step is None:
        return Asked(due.at, due.kind, due.number, "", receivers)
    person = due.step.member or on_call_by(rotas, due.step.on_call, due.at)
    return Asked(due.at, due.kind, due.number, person, due.step.receivers or receivers)


def _on_call(rota: Rota | None, at: datetime) -> str:
    return rota.on_call(at)[0] if rota is not None else ""


def _opened(facts: Facts, at: datetime) -> Incident:
    """Return an incident of these facts that has just opened."""
    return Incident.operational(facts.kind, facts.brand, "", at, facts.level)
