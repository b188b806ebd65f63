"""What becomes of an action, and what stands after it."""

from dataclasses import dataclass
from typing import TypeAlias

from alerts.delivery.silences import SilenceState
from fengsui.desk.rules import OutcomeKind
from fengsui.desk.states import CaseState, IncidentState, PostState
from records import Action

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
