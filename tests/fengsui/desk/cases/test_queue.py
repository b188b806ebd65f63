"""The order of cases: harm first, then how long an answer is overdue."""

from dataclasses import replace
from datetime import timedelta

from fengsui.desk.cases.queue import in_order, is_overdue
from fengsui.desk.states import CaseState, CaseView
from records import Case, CaseStatus, Urgency
from tests.store.making import NOON, case

HOUR = timedelta(hours=1)


def made(number: int, urgency: Urgency, waited: float, hours: float) -> Case:
    """Return a case that waited so many hours of those that it was given."""
    begun = NOON - waited * HOUR
    return replace(case(number, begun), urgency=urgency, due_at=begun + hours * HOUR)


def order(*cases: Case) -> list[str]:
    """Return the first posts of cases in their order."""
    return [one.case.posts[0] for one in in_order([CaseView(c, CaseState()) for c in cases], NOON)]


def test_harm_comes_first_and_waiting_counts() -> None:
    """Urgent before ordinary; among equals who waits longest; four times overdue before urgent."""
    new, old = made(1, Urgency.NORMAL, 1, 24), made(2, Urgency.NORMAL, 20, 24)
    urgent = made(3, Urgency.URGENT, 0.5, 2)
    assert order(new, old, urgent) == ["weibo:3", "weibo:2", "weibo:1"]
    forgotten = made(4, Urgency.HIGH, 8 * 8, 8)
    assert order(forgotten, urgent) == ["weibo:4", "weibo:3"]


def test_what_is_ended_does_not_wait() -> None:
    """An ended case is in no queue, and never overdue; a taken one is, until it is ended."""
    ended = replace(made(1, Urgency.HIGH, 9, 8), status=CaseStatus.RESOLVED)
    taken = replace(made(2, Urgency.HIGH, 9, 8), status=CaseStatus.HANDLING)
    assert order(ended, taken) == ["weibo:2"]
    assert (is_overdue(ended, NOON), is_overdue(taken, NOON)) == (False, True)


def test_a_case_that_is_due_at_once_has_a_place() -> None:
    """A case that was given no time divides by nothing."""
    assert order(made(1, Urgency.HIGH, 0, 0)) == ["weibo:1"]
