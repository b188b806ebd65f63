"""The queue of cases over all brands: harm first, then how long an answer is overdue.

Urgency is worth a factor of four a step, and waiting counts in units of the time that the case was
given: one that waited twice as long as it might comes before the next one of its kind, and after
three times before one that is a step more urgent and has only come in. What somebody has stays in
its place: it is not answered yet.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from fengsui.desk.states import CaseView
from records import Case, CaseStatus

STEP: Final = 4.0
LEAST: Final = timedelta(minutes=1)


def in_order(views: Iterable[CaseView], now: datetime) -> list[CaseView]:
    """Return the cases that wait for an answer, the first to be answered first."""
    waiting = (view for view in views if view.case.status is not CaseStatus.RESOLVED)
    return sorted(waiting, key=lambda view: (-pressure(view.case, now), view.case.key))


def pressure(case: Case, now: datetime) -> float:
    """Return how much a case presses at `now`; higher comes first."""
    given = max(case.due_at - case.first_seen, LEAST)
    waited = max(now - case.first_seen, timedelta(0))
    return STEP ** int(case.urgency) * (1.0 + waited / given)


def is_overdue(case: Case, now: datetime) -> bool:
    """Say whether the answer is late: nobody took it up in time, or it is not ended."""
    return case.status is not CaseStatus.RESOLVED and case.due_at < now
