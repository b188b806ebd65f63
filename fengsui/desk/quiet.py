"""What detection does with the decisions of people: of what they ended it says no more.

A story that somebody ended is quiet until it grows past the level that it was known by; then it
goes on, and the log says that it does. A false alarm, and what was not about the brand, also keep a
later incident of the same story quiet. What was merged speaks in the other one's messages alone,
unless it is worse. Counting goes on all the while: only messages are left out, and say why.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from fengsui.desk.desk import Desk, IncidentView
from fengsui.desk.members import CLOCK
from fengsui.desk.states import Status, level_by_hand
from records import ActionKind, Alert, Change, Incident, IncidentStatus, Level, Via, subject_of
from records.action import INCIDENT
from records.time import DAY

# A later incident that shares so many words with one that was none, within so long, is the same.
SHARED_TERMS: Final = 2
REMEMBERED: Final = 14 * DAY
_NONE: Final = frozenset({Status.FALSE_ALARM, Status.NOT_US})


@dataclass(frozen=True, slots=True)
class Decision:
    """Why an alert is left out (nothing where it is sent), and whether its incident goes on."""

    reason: str = ""
    reopens: bool = False


SENT: Final = Decision()


def reason_for(desk: Desk, alert: Alert) -> str:
    """Return why nobody is notified of an alert, nothing where people are; reopen what goes on.

    An incident that goes on is reopened in the log, so that the log explains why it is open.
    """
    decision = _decision(desk, alert)
    if decision.reopens:
        subject = subject_of(INCIDENT, alert.incident.key)
        key = f"{alert.key}/reopen"
        desk.act(desk.new(ActionKind.REOPEN, subject, CLOCK, Via.CLOCK, key))
    return decision.reason


def _decision(desk: Desk, alert: Alert) -> Decision:
    incident = alert.incident
    if incident.is_operational:
        return SENT
    (view,) = desk.views([incident])
    if view.state.ended is not None:
        return _of_ended(desk, view, alert)
    if view.state.owner:
        return SENT
    by_hand = level_by_hand(view.state, incident)
    if alert.change is Change.PROGRESS and by_hand is not None and by_hand < Level.ORANGE:
        return Decision(reason=f"level by hand: {by_hand.name.lower()}")
    if (twin := _twin(desk, incident)) is not None and alert.change is not Change.NEW_STORY:
        return Decision(reason=f"{twin.state.ended}: {twin.incident.key}")
    return SENT


def _of_ended(desk: Desk, view: IncidentView, alert: Alert) -> Decision:
    """Return the decision on an alert about an incident that somebody ended."""
    state, incident = view.state, view.incident
    quiet = Decision(reason=f"{state.ended}: {state.ended_by}")
    is_worse = incident.level > _known_level(view)
    if state.ended is Status.MERGED:
        into = desk.found(state.merged_into)
        with_it = into is not None and into.incident.status is IncidentStatus.OPEN
        covered = with_it and into is not None and incident.level <= into.level
        return SENT if is_worse and not covered else quiet
    # A story that nobody has decided on hides behind none that somebody ended.
    begins_anew = alert.change is Change.NEW_STORY or (
        state.ended is Status.RESOLVED and alert.change is Change.REOPENED
    )
    if alert.change is not Change.RECOVERED and (is_worse or begins_anew):
        return Decision(reopens=True)
    return quiet


def _known_level(view: IncidentView) -> Level:
    return view.state.ended_level or view.incident.peak_level


def _twin(desk: Desk, incident: Incident) -> IncidentView | None:
    """Return the incident of the same story that was none, where this one is not worse."""
    views = [*_lately(desk, incident)]
    return next((view for view in views if incident.level <= _known_level(view)), None)


def _lately(desk: Desk, incident: Incident) -> Iterator[IncidentView]:
    """Yield the brand's incidents of the same story that were none, the newest first."""
    terms = set(incident.terms)
    if len(terms) < SHARED_TERMS:
        return
    past = desk.known_incidents(brand=incident.brand, since=incident.opened_at - REMEMBERED)
    alike = [
        one
        for one in past
        if one.key != incident.key
        and one.opened_at < incident.opened_at
        and len(terms.intersection(one.terms)) >= SHARED_TERMS
    ]
    for view in reversed(desk.views(alike)):
        if view.state.ended in _NONE:
            yield view


def ended_keys(desk: Desk, incidents: Sequence[Incident]) -> frozenset[str]:
    """Return the keys of those incidents that somebody ended."""
    return frozenset(
        view.incident.key for view in desk.views(incidents) if view.state.ended is not None
    )
