"""What may be done to what stands: the verdict on an action, from the state alone.

Who may do it is a matter of roles (`fengsui.desk.members`); whether what it names is there, of the
desk. The reasons are keys of the catalogue (`desk.refused.…`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from alerts.delivery.silences import SilenceState
from fengsui.desk.states import (
    ENDINGS,
    CaseState,
    HandlingState,
    IncidentState,
    PostState,
)
from records import Action, ActionKind, Urgency
from records.action import CASE, INCIDENT, POST, SILENCE, level_named, time_of

# Characters of a text that a person gives.
LONGEST_TEXT: Final = 4000
LONGEST_SUBJECT: Final = 500
# Values that an action brings.
MOST_DATA: Final = 20


class OutcomeKind(StrEnum):
    """What became of an action.

    `applied`: it stands in the log. `repeated`: it was done before, nothing changes. `second`:
    somebody else was faster. `refused`: it may not be done. `kept`: the store is away; it is kept
    in the spool file and applied on return.
    """

    APPLIED = "applied"
    REPEATED = "repeated"
    SECOND = "second"
    REFUSED = "refused"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of an action; `by` was first, `reason` is a word of the catalogue."""

    kind: OutcomeKind
    by: str = ""
    reason: str = ""


State: TypeAlias = IncidentState | CaseState | SilenceState | PostState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action.

    `by` is who was first, `reason` a word of the catalogue where it was refused (`desk.refused.…`).
    `state` is what stands now, None where nothing could be read. `action` is the one in the log:
    with its place where it was applied, the earlier one where it repeats.
    """

    kind: OutcomeKind
    action: Action
    state: State | None = None
    by: str = ""
    reason: str = ""

    @property
    def is_done(self) -> bool:
        """Whether what was wanted holds now, or will once the store is back."""
        return self.kind in {OutcomeKind.APPLIED, OutcomeKind.REPEATED, OutcomeKind.KEPT}


APPLIED: Final = Verdict(OutcomeKind.APPLIED)

_HANDLED: Final = frozenset(
    {
        ActionKind.CLAIM, ActionKind.UNCLAIM, ActionKind.ASSIGN, ActionKind.NOTE,
        ActionKind.MERGE, ActionKind.SPLIT, ActionKind.RESOLVE, ActionKind.REOPEN,
        ActionKind.ESCALATE, ActionKind.REMIND,
    }
)  # fmt: skip
FITTING: Final[Mapping[str, frozenset[ActionKind]]] = {
    INCIDENT: _HANDLED
    | {
        ActionKind.LEVEL, ActionKind.FALSE_ALARM, ActionKind.NOT_US,
        ActionKind.SILENCE, ActionKind.UNSILENCE,
    },
    CASE: _HANDLED
    | {
        ActionKind.SEVERITY, ActionKind.CATEGORY, ActionKind.DRAFT, ActionKind.APPROVE,
        ActionKind.ANSWERED,
    },
    SILENCE: frozenset({ActionKind.SILENCE, ActionKind.UNSILENCE}),
    POST: frozenset({ActionKind.NOT_NEGATIVE, ActionKind.SPAM, ActionKind.NOT_US}),
}  # fmt: skip


def fault_of(action: Action) -> str:
    """Return why an action can never be done, whatever stands; nothing where it can."""
    if action.kind not in FITTING.get(action.about, frozenset()) or not action.subject_key:
        return "not_fitting"
    if len(action.subject) > LONGEST_SUBJECT or len(action.data) > MOST_DATA:
        return "too_long"
    if any(len(value) > LONGEST_TEXT for value in action.data.values()):
        return "too_long"
    fault = _FAULTS.get(action.kind)
    return fault(action) if fault else ""


def _needs(name: str) -> Callable[[Action], str]:
    return lambda action: "" if action.data.get(name, "").strip() else f"no_{name}"


def _bad_level(action: Action) -> str:
    name = action.data.get("level", "")
    return "" if not name or level_named(name) else "no_level"


def _bad_severity(action: Action) -> str:
    return "" if action.data.get("severity", "").upper() in Urgency.__members__ else "no_severity"


def _bad_silence(action: Action) -> str:
    data, until = action.data, time_of(action.data.get("until", ""))
    if until is None or until <= action.at:
        return "no_until"
    if not data.get("reason", "").strip():
        return "no_reason"
    if data.get("below") and level_named(data["below"]) is None:
        return "no_level"
    matches = ("brand", "incident", "words", "category", "below")
    if action.about == SILENCE and not any(data.get(name) for name in matches):
        return "no_matcher"
    return ""


_FAULTS: Final[Mapping[ActionKind, Callable[[Action], str]]] = {
    ActionKind.ASSIGN: _needs("to"),
    ActionKind.NOTE: _needs("text"),
    ActionKind.DRAFT: _needs("text"),
    ActionKind.RESOLVE: _needs("cause"),
    ActionKind.MERGE: _needs("into"),
    ActionKind.CATEGORY: _needs("category"),
    ActionKind.LEVEL: _bad_level,
    ActionKind.SEVERITY: _bad_severity,
    ActionKind.SILENCE: _bad_silence,
}


def judge_incident(state: IncidentState, action: Action) -> Verdict:
    """Return what is to become of an action on an incident that stands so."""
    kind = action.kind
    if kind is ActionKind.LEVEL:
        return _done(state.level is level_named(action.data.get("level", "")), state.level_by)
    if kind is ActionKind.SILENCE:
        until = time_of(action.data.get("until", ""))
        return _done(state.silenced_until == until, state.silenced_by)
    if kind is ActionKind.UNSILENCE:
        return _done(state.silenced_until is None, "")
    return _judge_handling(state, action)


def judge_case(state: CaseState, action: Action) -> Verdict:
    """Return what is to become of an action on a case that stands so."""
    judge = _OF_CASES.get(action.kind)
    return judge(state, action) if judge else _judge_handling(state, action)


def _judge_approval(state: CaseState, action: Action) -> Verdict:
    if not state.draft:
        return Verdict(OutcomeKind.REFUSED, reason="no_draft")
    return _first(state.approved_by, action.actor)


def _judge_answer(state: CaseState, action: Action) -> Verdict:
    """Return the verdict on an answer: it counts once a lead let its words pass."""
    if state.approved_at is None:
        return Verdict(OutcomeKind.REFUSED, reason="not_approved")
    # After a newer draft that was approved it is answered again.
    is_new = state.answered_at is None or state.approved_at > state.answered_at
    return APPLIED if is_new else _first(state.answered_by, action.actor)


_OF_CASES: Final[Mapping[ActionKind, Callable[[CaseState, Action], Verdict]]] = {
    ActionKind.SEVERITY: lambda state, done: _done(state.severity == done.data["severity"], ""),
    ActionKind.CATEGORY: lambda state, done: _done(state.category == done.data["category"], ""),
    ActionKind.DRAFT: lambda state, done: _done(state.draft == done.data["text"], state.drafted_by),
    ActionKind.APPROVE: _judge_approval,
    ActionKind.ANSWERED: _judge_answer,
}


def judge_silence(state: SilenceState | None, action: Action) -> Verdict:
    """Return what is to become of an action on a silence; None where there is none yet."""
    if action.kind is ActionKind.SILENCE:
        return APPLIED if state is None else _first(state.author, action.actor)
    if state is None:
        return Verdict(OutcomeKind.REFUSED, reason="unknown")
    return _first(state.ended_by, action.actor)


def judge_post(state: PostState, action: Action) -> Verdict:
    """Return what is to become of a label on a post."""
    return _first(state.labels.get(str(action.kind), ""), action.actor)


def _judge_handling(state: HandlingState, action: Action) -> Verdict:
    kind, actor = action.kind, action.actor
    if kind is ActionKind.NOTE:
        return APPLIED
    if kind is ActionKind.SPLIT:
        return _done(not state.merged_into, "")
    if kind is ActionKind.REOPEN:
        return _done(state.ended is None, "")
    if kind in ENDINGS:
        same = state.ended is ENDINGS[kind] and state.merged_into == action.data.get("into", "")
        return _first(state.ended_by, actor, repeats=same)
    if state.ended is not None:
        return Verdict(OutcomeKind.SECOND, by=state.ended_by, reason="ended")
    return _judge_owner(state, action)


def _judge_owner(state: HandlingState, action: Action) -> Verdict:
    """Return the verdict on what is about the owner of something that goes on."""
    kind, actor = action.kind, action.actor
    if kind is ActionKind.CLAIM:
        return _first(state.owner, actor)
    if kind is ActionKind.ASSIGN:
        return _done(state.owner == action.data["to"], state.owner)
    if kind is ActionKind.UNCLAIM:
        return _done(not state.owner, "")
    if kind is ActionKind.ESCALATE and state.owner:
        return Verdict(OutcomeKind.SECOND, by=state.owner)
    return APPLIED


def _first(before: str, actor: str, *, repeats: bool = True) -> Verdict:
    """Return the verdict where only one can be first: `before`, or nobody yet."""
    if not before:
        return APPLIED
    if before == actor and repeats:
        return Verdict(OutcomeKind.REPEATED, by=before)
    return Verdict(OutcomeKind.SECOND, by=before)


def _done(is_so: bool, by: str) -> Verdict:
    return Verdict(OutcomeKind.REPEATED, by=by) if is_so else APPLIED
