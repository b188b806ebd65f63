"""Incidents and cases as they stand: what detection knows, and what people made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from fengsui.desk.states import CaseState, IncidentState, level_by_hand
from records import Action, Case, Incident, IncidentStatus, Level


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
