"""What stands after all that was done: states, folded from the log and from nothing else.

The log holds only what was decided to hold (`fengsui.desk.rules`): a fold refuses nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from records import Action, ActionKind, Case, Incident, IncidentStatus, Level
from records.action import level_named, time_of


class Status(StrEnum):
    """Where the handling of an incident or a case stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    RESOLVED = "resolved"
    FALSE_ALARM = "false_alarm"
    NOT_US = "not_us"
    MERGED = "merged"


ENDINGS: Final[Mapping[ActionKind, Status]] = {
    ActionKind.RESOLVE: Status.RESOLVED,
    ActionKind.FALSE_ALARM: Status.FALSE_ALARM,
    ActionKind.NOT_US: Status.NOT_US,
    ActionKind.MERGE: Status.MERGED,
}


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote down; raw text of a person, to be escaped where it is shown."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Escalated:
    """Nobody had claimed it, and so somebody else was called: the step, and who."""

    at: datetime
    step: str
    to: str


@dataclass(frozen=True, slots=True)
class HandlingState:
    """What incidents and cases have in common: an owner, notes, and an end.

    `claimed_at` is when somebody first had it. `ended` says how it ended, None while it has not;
    `cause` why, `merged_into` is the key of what it went on in. `seq` is the last place in the log
    that is about it, 0 where nobody ever did anything.
    """

    owner: str = ""
    owner_since: datetime | None = None
    claimed_at: datetime | None = None
    ended: Status | None = None
    ended_by: str = ""
    ended_at: datetime | None = None
    cause: str = ""
    merged_into: str = ""
    notes: tuple[Note, ...] = ()
    escalated: tuple[Escalated, ...] = ()
    reminded_at: datetime | None = None
    touched_at: datetime | None = None
    seq: int = 0

    @property
    def status(self) -> Status:
        """Where it stands."""
        return self.ended or (Status.CLAIMED if self.owner else Status.OPEN)


@dataclass(frozen=True, slots=True)
class IncidentState(HandlingState):
    """What people did with an incident.

    `level` was set by hand at `level_at` by `level_by`; None where detection alone decides. It is
    silenced until `silenced_until` (`silenced_by`, `silence_reason`), also where people are harmed
    with `also_safety`. It had `ended_level` when it was ended: the level that it was known by.
    """

    level: Level | None = None
    level_at: datetime | None = None
    level_by: str = ""
    silenced_until: datetime | None = None
    silenced_by: str = ""
    silence_reason: str = ""
    also_safety: bool = False
    ended_level: Level | None = None


@dataclass(frozen=True, slots=True)
class CaseState(HandlingState):
    """What people did with a case.

    `draft` is the answer that `drafted_by` wrote; `approved_by` let it pass, until it is written
    anew. `severity` and `category` are those set by hand, empty where nobody did.
    """

    severity: str = ""
    category: str = ""
    draft: str = ""
    drafted_by: str = ""
    drafted_at: datetime | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    answered_by: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PostState:
    """What people said of a post: each label with who gave it, the last one for each."""

    labels: Mapping[str, str] = field(default_factory=dict)


def fold_incident(actions: Iterable[Action]) -> IncidentState:
    """Return the state of an incident after these actions on it, in their order."""
    return _folded(IncidentState(), actions, _INCIDENT)


def fold_case(actions: Iterable[Action]) -> CaseState:
    """Return the state of a case after these actions on it, in their order."""
    return _folded(CaseState(), actions, _CASE)


def fold_post(actions: Iterable[Action]) -> PostState:
    """Return what people said of a post."""
    return PostState({str(action.kind): action.actor for action in actions})


def fold_each(actions: Iterable[Action]) -> dict[str, list[Action]]:
    """Return the actions by their subjects, each in its order."""
    found: dict[str, list[Action]] = {}
    for action in actions:
        found.setdefault(action.subject, []).append(action)
    return found


def level_by_hand(state: IncidentState, incident: Incident) -> Level | None:
    """Return the level that people set, None where detection decides.

    A level set by hand holds until evidence that is newer raises the incident.
    """
    if state.level is None or state.level_at is None:
        return None
    before, risen = None, False
    for change in incident.history:
        is_rise = before is None or change.level > before
        risen = risen or (is_rise and change.at > state.level_at and change.level > state.level)
        before = change.level
    return None if risen else state.level


State = TypeVar("State", bound=HandlingState)


def _folded(
    state: State,
    actions: Iterable[Action],
    table: Mapping[ActionKind, Callable[[State, Action], Mapping[str, object]]],
) -> State:
    for action in actions:
        change = table.get(action.kind)
        if change is not None:
            changes = dict(change(state, action))
            # The clock's own entries are no sign that somebody works on it.
            if action.kind not in {ActionKind.ESCALATE, ActionKind.REMIND}:
                changes["touched_at"] = action.at
            state = replace(state, seq=action.seq, **changes)  # type: ignore[arg-type]  # fields
    return state


def _owned(state: HandlingState, owner: str, at: datetime) -> Mapping[str, object]:
    return {"owner": owner, "owner_since": at, "claimed_at": state.claimed_at or at}


def _ended(state: HandlingState, action: Action) -> Mapping[str, object]:
    return {
        "ended": ENDINGS[action.kind],
        "ended_by": action.actor,
        "ended_at": action.at,
        "cause": action.data.get("cause", ""),
        "merged_into": action.data.get("into", ""),
        # A person who ends what nobody had is the one who handled it.
        "claimed_at": state.claimed_at or action.at,
    }


def _incident_ended(state: HandlingState, action: Action) -> Mapping[str, object]:
    level = level_named(action.data.get("level", ""))
    return {**_ended(state, action), "ended_level": level}


def _begun_again(state: HandlingState, action: Action) -> Mapping[str, object]:  # noqa: ARG001 - of a table
    return {"ended": None, "ended_by": "", "ended_at": None, "cause": "", "merged_into": ""}


_COMMON: Final[Mapping[ActionKind, Callable[[HandlingState, Action], Mapping[str, object]]]] = {
    ActionKind.CLAIM: lambda state, action: _owned(state, action.actor, action.at),
    ActionKind.ASSIGN: lambda state, action: _owned(state, action.data.get("to", ""), action.at),
    ActionKind.UNCLAIM: lambda _, __: {"owner": "", "owner_since": None},
    ActionKind.NOTE: lambda state, action: {
        "notes": (*state.notes, Note(action.at, action.actor, action.data.get("text", "")))
    },
    **dict.fromkeys(ENDINGS, _ended),
    ActionKind.SPLIT: _begun_again,
    ActionKind.REOPEN: _begun_again,
    ActionKind.ESCALATE: lambda state, action: {
        "escalated": (
            *state.escalated,
            Escalated(action.at, action.data.get("step", ""), action.data.get("to", "")),
        )
    },
    ActionKind.REMIND: lambda _, action: {"reminded_at": action.at},
}

_INCIDENT: Final[Mapping[ActionKind, Callable[[IncidentState, Action], Mapping[str, object]]]] = {
    **_COMMON,
    **dict.fromkeys(ENDINGS, _incident_ended),
    ActionKind.LEVEL: lambda _, action: {
        "level": level_named(action.data.get("level", "")),
        "level_at": action.at,
        "level_by": action.actor,
    },
    ActionKind.SILENCE: lambda _, action: {
        "silenced_until": time_of(action.data.get("until", "")),
        "silenced_by": action.actor,
        "silence_reason": action.data.get("reason", ""),
        "also_safety": action.data.get("also_safety") == "yes",
    },
    ActionKind.UNSILENCE: lambda _, __: {"silenced_until": None},
}

_CASE: Final[Mapping[ActionKind, Callable[[CaseState, Action], Mapping[str, object]]]] = {
    **_COMMON,
    ActionKind.SEVERITY: lambda _, action: {"severity": action.data.get("severity", "")},
    ActionKind.CATEGORY: lambda _, action: {"category": action.data.get("category", "")},
    ActionKind.DRAFT: lambda _, action: {
        "draft": action.data.get("text", ""),
        "drafted_by": action.actor,
        "drafted_at": action.at,
        "approved_by": "",
        "approved_at": None,
    },
    ActionKind.APPROVE: lambda _, action: {
        "approved_by": action.actor,
        "approved_at": action.at,
    },
    ActionKind.ANSWERED: lambda _, action: {
        "answered_by": action.actor,
        "answered_at": action.at,
    },
}


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident, what people made of it, and all that they did with it, in order."""

    incident: Incident
    state: IncidentState
    actions: Sequence[Action] = ()

    @property
    def is_open(self) -> bool:
        """Whether there is something left to do: it goes on, or somebody has it and has not ended.

        What recovered by itself and nobody ever had is over.
        """
        goes_on = self.incident.status is IncidentStatus.OPEN
        return self.state.ended is None and (goes_on or bool(self.state.owner))

    @property
    def level(self) -> Level:
        """The level that people go by: the one set by hand, unless it rose since."""
        return level_by_hand(self.state, self.incident) or self.incident.level


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case, what people made of it, and all that they did with it, in order."""

    case: Case
    state: CaseState
    actions: Sequence[Action] = ()
