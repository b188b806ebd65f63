"""What people made of cases and incidents: the log of the desk, next to what the ledger says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fengsui.desk.desk import Desk
from fengsui.desk.states import CaseState
from fengsui.services import Services
from records import ActionKind, Case, CaseStatus

# What the clock does is no handling.
BY_CLOCK: Final = frozenset({ActionKind.ESCALATE, ActionKind.REMIND})


@dataclass(frozen=True, slots=True)
class Handled:
    """A case with its status as people left it.

    `taken_at` is when somebody first took it up, None where nobody did.
    """

    case: Case
    status: CaseStatus
    taken_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its end."""
        return self.status is not CaseStatus.RESOLVED


def handled(services: Services, cases: Sequence[Case]) -> list[Handled]:
    """Return the cases as they stand, in their order."""
    views = Desk(services.ledger, services.settings).cases(cases)
    return [_handled(view.case, view.state) for view in views]


def _handled(case: Case, state: CaseState) -> Handled:
    taken = [at for at in (state.claimed_at, state.answered_at, state.ended_at) if at is not None]
    status = case.status
    if state.ended is not None:
        status = CaseStatus.RESOLVED
    elif taken and status is CaseStatus.OPEN:
        status = CaseStatus.HANDLING
    # Without the desk only the last change of a case is known, which may be later.
    if not taken and case.status is not CaseStatus.OPEN:
        taken = [case.updated_at]
    return Handled(case, status, min(taken, default=None))


def owners(services: Services, keys: Sequence[str]) -> Mapping[str, str]:
    """Return who has each of these incidents, nothing for those that nobody has."""
    desk = Desk(services.ledger, services.settings)
    views = (desk.found(key) for key in keys)
    return {
        view.incident.key: view.state.owner or view.state.ended_by
        for view in views
        if view is not None
    }
