"""A case as it stands after what people did with it, and when it begins again by itself.

The log says what was done; the case is changed with it, so that lists, briefs, exports and boards
agree with the log.
"""

from dataclasses import replace

from fengsui.desk.rules import Outcome
from fengsui.desk.states import CaseState
from fengsui.settings.cases import CaseSettings
from records import ActionKind, Case, CaseStatus, Urgency


def changed_by(outcome: Outcome, case: Case | None, settings: CaseSettings) -> list[Case]:
    """Return the case as it stands after an action, nothing where it was about none.

    Opened again it is due anew, counted from then.
    """
    state, action = outcome.state, outcome.action
    if case is None or not isinstance(state, CaseState):
        return []
    urgency = Urgency[state.severity.upper()] if state.severity else case.urgency
    due = case.due_at
    if action.kind is ActionKind.REOPEN:
        due = settings.due(urgency, action.at)
    elif urgency is not case.urgency:
        due = settings.due(urgency, case.first_seen)
    return [
        replace(
            case,
            status=_status(state),
            urgency=urgency,
            category=state.category or case.category,
            due_at=due,
            updated_at=max(case.updated_at, action.at),
        )
    ]


def _status(state: CaseState) -> CaseStatus:
    if state.ended is not None:
        return CaseStatus.RESOLVED
    return CaseStatus.HANDLING if state.owner or state.answered_at else CaseStatus.OPEN
