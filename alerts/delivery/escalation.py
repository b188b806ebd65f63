"""What is done next while nobody claims an incident, or while its owner writes nothing.

Every step is counted from when the one before it was done, so that each person has the time to
claim it that the policy gives: also after an outage a step is done once, and the next one later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.delivery.routing import Routed
from alerts.policies import EscalationPolicy, EscalationStep
from alerts.settings import RouteSettings, every_route
from records import Incident, IncidentStatus
from records.time import HOUR, MINUTE


class StepKind(StrEnum):
    """What a step is: somebody else is asked, everybody is asked again, the owner is reminded."""

    STEP = "step"
    REPEAT = "repeat"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done: the `number`th of its kind, from 0."""

    kind: StepKind
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Who has an incident, and what was done since that is so.

    `since` is when it began or was last given back. `claimed_at` is None while nobody has it.
    `done` are the steps since the later of both.
    """

    since: datetime
    claimed_at: datetime | None = None
    last_note_at: datetime | None = None
    done: tuple[Done, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """A step to be done, and from when on it was due.

    `since` is when nobody had it first, or the owner wrote last; `step` says who is asked, if
    anybody new.
    """

    kind: StepKind
    number: int
    at: datetime
    since: datetime
    step: EscalationStep | None = None


def next_step(
    policy: EscalationPolicy, incident: Incident, standing: Standing, now: datetime
) -> Due | None:
    """Return what is to be done at `now`, None where nothing is.

    Nothing is done of an incident that is over, or below the level of the policy.
    """
    return next((one for one in upcoming(policy, incident, standing) if one.at <= now), None)


def upcoming(policy: EscalationPolicy, incident: Incident, standing: Standing) -> Iterator[Due]:
    """Yield what comes next, of each kind one, if nobody does anything."""
    since = worth_since(incident, policy)
    if incident.status is not IncidentStatus.OPEN or since is None:
        return
    if standing.claimed_at is not None:
        yield from _reminder(policy, standing, standing.claimed_at)
        return
    since = max(since, standing.since)
    done = [one for one in standing.done if one.kind is StepKind.STEP]
    if len(done) < len(policy.steps):
        step = policy.steps[len(done)]
        at = since + step.after
        if done:
            at = max(at, done[-1].at + step.after - policy.steps[len(done) - 1].after)
        yield Due(StepKind.STEP, len(done), at, since, step)
    if policy.repeat_minutes:
        first = policy.repeat_minutes * MINUTE
        yield _repeated(StepKind.REPEAT, standing, since, first, policy)


def worth_since(incident: Incident, policy: EscalationPolicy) -> datetime | None:
    """Return since when an incident is at the policy's level or above, None where it is not."""
    if incident.level < policy.min_level:
        return None
    since = incident.opened_at
    for change in reversed(incident.history):
        if change.level < policy.min_level:
            break
        since = change.at
    return since


def _reminder(policy: EscalationPolicy, standing: Standing, claimed_at: datetime) -> Iterator[Due]:
    if policy.note_hours:
        written = max(claimed_at, standing.last_note_at or claimed_at)
        later = tuple(one for one in standing.done if one.at > written)
        kept = Standing(standing.since, claimed_at, standing.last_note_at, later)
        yield _repeated(StepKind.REMINDER, kept, written, policy.note_hours * HOUR, policy)


def _repeated(
    kind: StepKind, standing: Standing, since: datetime, first: timedelta, policy: EscalationPolicy
) -> Due:
    """Return the next of a kind that is repeated after pauses that double up to the longest."""
    done = [one for one in standing.done if one.kind is kind]
    longest = max(first, policy.repeat_most_minutes * MINUTE)
    pause = min(first * (1 << min(len(done), 20)), longest)
    return Due(kind, len(done), (done[-1].at if done else since) + pause, since)


def policy_of(
    found: Sequence[Routed],
    routes: Sequence[RouteSettings],
    policies: Sequence[EscalationPolicy],
) -> EscalationPolicy | None:
    """Return the policy of an incident that the routes `found` take, None where there is none.

    That is the policy which the first of them names, else the first that no route names at all.
    """
    wanted = next((one.escalation for one in found if one.escalation), "")
    named = {one.escalation for one in every_route(routes)}
    for policy in policies:
        if policy.name == wanted or (not wanted and policy.name not in named):
            return policy
    return None
