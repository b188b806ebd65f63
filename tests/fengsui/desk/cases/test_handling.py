"""Cases at the desk: the log and the case agree, answers need a lead, who writes again opens it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fengsui.desk.cases.returning import reopen_returned
from fengsui.desk.desk import Desk
from fengsui.desk.members import CLOCK
from fengsui.desk.rules import OutcomeKind
from records import Case, CaseStatus, Urgency, subject_of
from store.ledger.ledger import Ledger
from tests.fengsui.desk.making import Clicks, desk_of
from tests.store.making import BRAND, NOON, case, post

SUBJECT = subject_of("case", case(1).key)
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    """Return a desk with one open case."""
    ledger.upsert_cases([case(1)])
    return desk_of(ledger)


@pytest.fixture
def click(desk: Desk) -> Clicks:
    """Return what makes actions."""
    return Clicks(desk)


def kept(ledger: Ledger) -> Case:
    """Return the case as the ledger has it."""
    found = ledger.case(case(1).key)
    assert found is not None
    return found


def test_status_of_the_case_follows_the_log(desk: Desk, click: Clicks, ledger: Ledger) -> None:
    """Taken it is being handled, ended it is resolved, opened again it is open and due anew."""
    steps: tuple[tuple[str, dict[str, str], CaseStatus], ...] = (
        ("claim", {}, CaseStatus.HANDLING),
        ("resolve", {"cause": "已退款"}, CaseStatus.RESOLVED),
        ("reopen", {}, CaseStatus.HANDLING),
        ("unclaim", {}, CaseStatus.OPEN),
    )
    for kind, data, status in steps:
        assert desk.act(click(kind, subject=SUBJECT, **data)).kind is OutcomeKind.APPLIED
        assert kept(ledger).status is status
    assert kept(ledger).due_at == NOON + 8 * HOUR


def test_posts_that_joined_meanwhile_stay(desk: Desk, click: Clicks, ledger: Ledger) -> None:
    """An action changes the case as it stands in its transaction: no post is lost."""
    ledger.upsert_cases([replace(case(1), posts=("weibo:1", "weibo:9"))])
    desk.act(click("claim", subject=SUBJECT))
    assert kept(ledger).posts == ("weibo:1", "weibo:9")


def test_severity_by_hand_moves_the_time_for_the_answer(
    desk: Desk, click: Clicks, ledger: Ledger
) -> None:
    """An urgent case is due two hours after its first post, however it was read at first."""
    desk.act(click("severity", subject=SUBJECT, severity="urgent"))
    changed = kept(ledger)
    assert (changed.urgency, changed.due_at) == (Urgency.URGENT, NOON + 2 * HOUR)


def test_an_answer_counts_only_after_a_lead_approved_it(desk: Desk, click: Clicks) -> None:
    """Drafted by an agent, approved by a lead, posted by a person: in no other order."""
    said = [
        desk.act(click(kind, actor, SUBJECT, **data)).kind
        for kind, actor, data in (
            ("approve", "王芳", {}),
            ("draft", "李雷", {"text": "您好"}),
            ("answered", "李雷", {}),
            ("approve", "李雷", {}),
            ("approve", "王芳", {}),
            ("answered", "李雷", {}),
        )
    ]
    refused, applied = OutcomeKind.REFUSED, OutcomeKind.APPLIED
    assert said == [refused, applied, refused, refused, applied, applied]


@pytest.mark.parametrize(
    ("at", "chorus", "opened"),
    [(NOON + HOUR, False, 1), (NOON - HOUR, False, 0), (NOON + HOUR, True, 0)],
    ids=["later", "before the end", "chorus"],
)
def test_who_writes_again_opens_the_case_again(
    desk: Desk, click: Clicks, ledger: Ledger, at: datetime, chorus: bool, opened: int
) -> None:
    """A customer's later post opens an ended case once; an older post and a chorus do not."""
    desk.act(click("resolve", subject=SUBJECT, cause="已退款"))
    again = replace(post(9), published_at=at)
    joined = replace(kept(ledger), posts=("weibo:1", again.key), chorus=chorus)
    assert [reopen_returned(desk, [joined], [again]) for _ in range(2)] == [opened, 0]
    assert kept(ledger).status is (CaseStatus.OPEN if opened else CaseStatus.RESOLVED)
    done = [one for one in desk.actions_on(SUBJECT) if one.actor == CLOCK]
    assert len(done) == opened
    assert kept(ledger).brand == BRAND
