"""The one place through which people act: Slack, the page, the command line, Airflow, the clock.

An action is decided on in the transaction that writes it, from the log as it stands then: of two
claims at once one is first, and the other learns who was. The key of an action makes it idempotent.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from alerts.delivery.silences import LOUD, SilenceState, silences_of
from fengsui.desk.cases.handling import changed_by
from fengsui.desk.members import Members, refusal_of
from fengsui.desk.rules import (
    APPLIED,
    Outcome,
    OutcomeKind,
    State,
    Verdict,
    judge_case,
    judge_incident,
    judge_post,
    judge_silence,
)
from fengsui.desk.spool import FOLDER, Spool
from fengsui.desk.states import (
    ENDINGS,
    CaseState,
    CaseView,
    HandlingState,
    IncidentState,
    IncidentView,
    PostState,
    Status,
    fold_case,
    fold_each,
    fold_incident,
    fold_post,
)
from fengsui.desk.updates import updates_of
from fengsui.incidents.silences import silences
from fengsui.settings.application import Settings
from fengsui.settings.members import Role
from records import (
    Action,
    ActionKind,
    Case,
    Incident,
    Notification,
    Via,
    subject_of,
)
from records.action import CASE, INCIDENT, POST
from store.errors import StoreError
from store.ledger.actions import Decided, Known, storable_action
from store.ledger.ledger import Ledger

__all__ = ["CaseView", "Desk", "IncidentView", "Outcome", "UnknownSubject"]

log = logging.getLogger(__name__)


_TAKES_OVER: Final = frozenset({ActionKind.UNCLAIM, ActionKind.ASSIGN})


class UnknownSubject(Exception):
    """There is no such incident or case."""


class Desk:
    """The desk over a ledger; `clock` says what time it is.

    What is done while the ledger is away waits in a spool of the state folder.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._spool = spool_of(settings)
        self.settings = settings
        self.members = Members(settings.members)

    def new(
        self,
        kind: ActionKind,
        subject: str,
        actor: str,
        via: Via,
        key: str,
        **data: str,
    ) -> Action:
        """Return an action of now; `key` is the id of the click, the same if it comes again."""
        return Action(f"{via}:{key}", subject, kind, actor, self._clock(), via, data)

    def now(self) -> datetime:
        """Return what time it is for the desk."""
        return self._clock()

    def act(self, action: Action) -> Outcome:
        """Do it, or say why not. Doing it again changes nothing.

        While the ledger is away it is kept, and done on its return; what can never be done is
        refused at once.

        Raises:
            StoreError: the ledger is away, and the spool cannot be written either.
        """
        action = storable_action(action)
        if reason := refusal_of(action, self.members):
            return Outcome(OutcomeKind.REFUSED, action, reason=reason)
        try:
            self.catch_up()
            return self._act(action)
        except StoreError as error:
            return kept(self._spool, action, error)

    def catch_up(self) -> int:
        """Do what waits since the ledger was away, in order, and return how much there was.

        Raises:
            StoreError: it is away still.
        """
        return self._spool.apply(self._act_late)

    def _act_late(self, action: Action) -> None:
        outcome = self._act(action)
        if not outcome.is_done:
            said = outcome.reason or outcome.by
            log.warning("%s of %s, kept while the store was away, came to %s: %s",
                        action.kind, action.subject, outcome.kind, said)  # fmt: skip

    def _act(self, action: Action) -> Outcome:
        if reason := refusal_of(action, self.members) or self._refusal(action):
            return Outcome(OutcomeKind.REFUSED, action, reason=reason)
        subjects = {action.subject}
        if into := action.data.get("into"):
            subjects.add(subject_of(action.about, into))
        incident = self._incident_of(action)
        if incident is not None and action.kind in ENDINGS:
            action = replace(action, data={**action.data, "level": _known_by(action, incident)})
        verdicts: list[Outcome] = []

        def decide(known: Known) -> Decided:
            outcome = self._decided(action, known)
            verdicts.append(outcome)
            if outcome.kind is not OutcomeKind.APPLIED:
                return Decided()
            updates = self._updates(incident, outcome, known.reached)
            changed = changed_by(outcome, known.case, self.settings.cases)
            return Decided([outcome.action], updates, changed)

        case = action.subject_key if action.about == CASE else ""
        self._ledger.decide(action.key, subjects, incident.key if incident else "", decide, case)
        return verdicts[-1]

    def _incident_of(self, action: Action) -> Incident | None:
        return self._ledger.incident(action.subject_key) if action.about == INCIDENT else None

    def _updates(
        self, incident: Incident | None, outcome: Outcome, reached: Sequence[str]
    ) -> list[Notification]:
        """Return the updates of the messages about the incident that was acted on."""
        if incident is None or not isinstance(outcome.state, IncidentState):
            return []
        return updates_of(incident, outcome.state, outcome.action, reached, self.settings)

    def incident(self, key: str) -> IncidentView:
        """Return an incident as it stands.

        Raises:
            UnknownSubject: there is none of that key.
        """
        view = self.found(key)
        if view is None:
            raise UnknownSubject(key)
        return view

    def incidents(
        self,
        *,
        is_open: bool | None = None,
        brand: str | None = None,
        owner: str | None = None,
        since: datetime | None = None,
    ) -> list[IncidentView]:
        """Return incidents as they stand, the worst first, then the newest.

        `is_open` keeps those with something left to do, or those without; `owner` those that
        somebody has, or nobody where it is empty.
        """
        views = self.views(self._ledger.incidents(since=since, brand=brand))
        found = [
            view
            for view in views
            if (is_open is None or view.is_open is is_open)
            and (owner is None or view.state.owner == owner)
        ]
        found.sort(key=lambda view: (-view.level, -view.incident.opened_at.timestamp()))
        return found

    def known_incidents(
        self, *, brand: str | None = None, since: datetime | None = None
    ) -> list[Incident]:
        """Return incidents (of a brand, opened since), oldest first, as detection knows them."""
        return self._ledger.incidents(since=since, brand=brand)

    def found(self, key: str) -> IncidentView | None:
        """Return an incident as it stands, None where there is none of that key."""
        incident = self._ledger.incident(key)
        return next(iter(self.views([incident])), None) if incident is not None else None

    def actions_on(self, subject: str) -> list[Action]:
        """Return all that was done to a subject, in order."""
        return self._ledger.actions([subject])

    def last_actions(self, limit: int) -> list[Action]:
        """Return what was done last, the newest first."""
        return self._ledger.last_actions(limit)

    def views(self, incidents: Sequence[Incident]) -> list[IncidentView]:
        """Return these incidents as they stand, in their order."""
        subjects = [subject_of(INCIDENT, one.key) for one in incidents]
        done = fold_each(self._ledger.actions(subjects))
        none: list[Action] = []
        return [
            IncidentView(one, fold_incident(done.get(subject, none)), done.get(subject, none))
            for one, subject in zip(incidents, subjects, strict=True)
        ]

    def cases(self, cases: Sequence[Case] | None = None) -> list[CaseView]:
        """Return these cases as they stand, in their order; None: all, the most urgent first."""
        cases = self._ledger.cases() if cases is None else cases
        subjects = [subject_of(CASE, one.key) for one in cases]
        done = fold_each(self._ledger.actions(subjects))
        none: list[Action] = []
        return [
            CaseView(one, fold_case(done.get(subject, none)), done.get(subject, none))
            for one, subject in zip(cases, subjects, strict=True)
        ]

    def silences(self, at: datetime | None = None) -> list[SilenceState]:
        """Return the silences that hold at `at` (default: all), the newest first."""
        found = silences(self._ledger)
        return [one for one in reversed(found) if at is None or one.holds(at)]

    def _refusal(self, action: Action) -> str:
        """Return why an action may not be done to what there is, nothing where it may."""
        if not self._is_known(action.about, action.subject_key):
            return "unknown"
        return self._refused_target(action)

    def _refused_target(self, action: Action) -> str:
        """Return why an action may not be done to what it names, nothing where it may."""
        if action.kind is ActionKind.ASSIGN and not self._can_own(action):
            return "no_member"
        if action.kind is ActionKind.SILENCE and self._is_too_loud(action):
            return "loud"
        return self._bad_target(action)

    def _is_too_loud(self, action: Action) -> bool:
        """Say whether the silence of one incident would keep nothing quiet: it is too serious."""
        is_one = action.about == INCIDENT
        key = action.subject_key if is_one else action.data.get("incident", "")
        if not key or action.data.get("also_safety") == "yes":
            return False
        incident = self._ledger.incident(key)
        return incident is not None and incident.level >= LOUD

    def _can_own(self, action: Action) -> bool:
        """Say whether the one whom it is assigned to may handle it."""
        to = action.data["to"]
        return self.members.role_of(to) is not Role.VIEWER

    def _bad_target(self, action: Action) -> str:
        into = action.data.get("into", "")
        if action.kind is not ActionKind.MERGE:
            return ""
        if into == action.subject_key:
            return "itself"
        return "" if self._is_known(action.about, into) else "unknown_target"

    def _is_known(self, about: str, key: str) -> bool:
        if about == INCIDENT:
            return self._ledger.incident(key) is not None
        return about != CASE or self._ledger.case(key) is not None

    def _decided(self, action: Action, known: Known) -> Outcome:
        """Return what becomes of the action, given the log as it stands."""
        before = known.key
        done = fold_each(known.actions)
        mine = done.get(action.subject, [])
        state = state_of(action.about, mine)
        if before is not None:
            return _again(action, before, state)
        verdict = self._verdict(action, state, done)
        if verdict.kind is not OutcomeKind.APPLIED:
            return Outcome(verdict.kind, action, state, verdict.by, verdict.reason)
        placed = replace(action, seq=known.next_seq)
        return Outcome(OutcomeKind.APPLIED, placed, state_of(action.about, [*mine, placed]))

    def _verdict(
        self, action: Action, state: State | None, done: Mapping[str, Sequence[Action]]
    ) -> Verdict:
        into = action.data.get("into", "")
        if action.kind is ActionKind.MERGE:
            target = state_of(action.about, done.get(subject_of(action.about, into), []))
            # What was merged itself takes in nothing: that way no circle can come about.
            if isinstance(target, HandlingState) and target.ended is Status.MERGED:
                return Verdict(OutcomeKind.REFUSED, by=target.ended_by, reason="merged_target")
        verdict = judged(state, action)
        if verdict is APPLIED and self._takes_from_another(action, state):
            owner = state.owner if isinstance(state, HandlingState) else ""
            return Verdict(OutcomeKind.SECOND, by=owner, reason="owned")
        return verdict

    def _takes_from_another(self, action: Action, state: State | None) -> bool:
        """Say whether somebody would take from another what only a lead may take."""
        if action.kind not in _TAKES_OVER or not isinstance(state, HandlingState):
            return False
        if action.via is Via.CLOCK or state.owner in {"", action.actor}:
            return False
        return self.members.role_of(action.actor) not in {Role.LEAD, Role.ADMIN}


def spool_of(settings: Settings) -> Spool:
    """Return where actions wait while the ledger is away."""
    return Spool(settings.state / FOLDER)


def kept(spool: Spool, action: Action, error: StoreError) -> Outcome:
    """Keep an action until the ledger is back.

    Raises:
        StoreError: it could not be kept: the error of the ledger.
    """
    try:
        spool.keep(action)
    except OSError as cause:
        raise error from cause
    log.warning("%s of %s is kept: %s", action.kind, action.subject, error)
    return Outcome(OutcomeKind.KEPT, action)


def state_of(about: str, actions: Sequence[Action]) -> State | None:
    """Return what stands after these actions on one subject; None for a silence without any."""
    if about == INCIDENT:
        return fold_incident(actions)
    if about == CASE:
        return fold_case(actions)
    if about == POST:
        return fold_post(actions)
    return next(iter(silences_of(actions)), None)


def judged(state: State | None, action: Action) -> Verdict:
    """Return the verdict on an action from what stands."""
    if isinstance(state, IncidentState):
        return judge_incident(state, action)
    if isinstance(state, CaseState):
        return judge_case(state, action)
    if isinstance(state, PostState):
        return judge_post(state, action)
    return judge_silence(state, action)


def _known_by(action: Action, incident: Incident) -> str:
    """Return the name of the level up to which the story is known when it is ended.

    A false alarm was one at its worst too; what was resolved may begin again from where it was.
    """
    at_worst = action.kind in {ActionKind.FALSE_ALARM, ActionKind.NOT_US}
    level = incident.peak_level if at_worst else incident.level
    return level.name.lower()


def _again(action: Action, before: Action, state: State | None) -> Outcome:
    """Return what becomes of an action whose key is known."""
    # What comes again may say a time anew: two hours from now are later now.
    one, other = ((each.subject, each.kind, each.actor) for each in (action, before))
    if one == other:
        return Outcome(OutcomeKind.REPEATED, before, state, by=before.actor)
    return Outcome(OutcomeKind.REFUSED, action, state, by=before.actor, reason="key_used")
