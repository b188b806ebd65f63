"""What a review says is to be changed: each lesson by its fact, and none without it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.messages.playbook.playbook import shipped
from fengsui.desk.states import IncidentState
from fengsui.reports.handling import Handled
from fengsui.reports.review.facts import Keys, Review, Sent, Statement
from fengsui.reports.review.lessons import lessons_of, playbook_of, steps_of
from records import Case, CaseStatus, Change, Level, Situation, Urgency
from tests.alerts.made import OPENED, made_alert, made_incident

MINUTE = timedelta(minutes=1)
FIRST = OPENED - 10 * MINUTE
PEAK = OPENED + 30 * MINUTE


def case(status: CaseStatus) -> Handled:
    made = Case(
        "b@weibo:1", "b", "safety", Urgency.URGENT, status, FIRST, FIRST, FIRST, "", "", "",
        ("weibo:1",),
    )  # fmt: skip
    return Handled(made, status, None)


def made(**changes: object) -> Review:
    """Return the review of an incident in which all went well, with some facts changed."""
    incident = replace(made_incident(Level.RED), recovered_at=OPENED + 300 * MINUTE)
    review = Review(
        incident=incident,
        at=OPENED + 300 * MINUTE,
        alert=replace(
            made_alert(change=Change.RECOVERED), since=FIRST, situation=Situation("喝出虫子")
        ),
        keys=Keys(),
        reach={},
        sent=(Sent(OPENED, Change.OPENED, Level.BLUE, 2, 2),),
        cases=(case(CaseStatus.RESOLVED),),
        coverage=1.0,
        read_at=FIRST + MINUTE,
        statement=said(PEAK - MINUTE),
        knows_own=True,
        state=IncidentState(claimed_at=OPENED + 5 * MINUTE),
    )
    return replace(review, **changes)  # type: ignore[arg-type]  # fields by name


def said(at: datetime, before: int = 9, after: int = 3) -> Statement:
    return Statement(at, "weibo:said", before, after)


def keys(review: Review) -> list[str]:
    return [one.key for one in lessons_of(review)]


def test_where_all_went_well_there_is_no_lesson() -> None:
    """Read, alerted, claimed and answered in time, with every case ended: nothing to change."""
    assert keys(made()) == []


LATE = OPENED + 500 * MINUTE
FACTS: dict[str, Callable[[], Review]] = {
    "coverage": lambda: made(coverage=0.9),
    "coverage.unknown": lambda: made(coverage=None),
    "read": lambda: made(read_at=FIRST + 16 * MINUTE, sent=(sent(FIRST + 20 * MINUTE),)),
    "alert": lambda: made(sent=(sent(FIRST + 62 * MINUTE),), state=claimed(FIRST + 70 * MINUTE)),
    "alert.none": lambda: made(sent=()),
    "claim.none": lambda: made(state=IncidentState()),
    "claim": lambda: made(state=claimed(OPENED + 16 * MINUTE)),
    "delivery": lambda: made(sent=(replace(sent(OPENED), taken=1),)),
    "answer.none": lambda: made(statement=None),
    "answer.unknown": lambda: made(statement=None, knows_own=False),
    "rebound": lambda: made(statement=said(PEAK - MINUTE, 3, 9)),
    "answer.late": lambda: made(statement=said(PEAK + MINUTE)),
    "cases": lambda: made(cases=(case(CaseStatus.OPEN), case(CaseStatus.RESOLVED))),
    "low_baseline": lambda: made(incident=replace(made().incident, low_baseline=True)),
}


def sent(at: datetime) -> Sent:
    return Sent(at, Change.OPENED, Level.BLUE, 2, 2)


def claimed(at: datetime) -> IncidentState:
    return IncidentState(claimed_at=at)


@pytest.mark.parametrize("key", FACTS)
def test_each_fact_brings_its_lesson(key: str) -> None:
    """A single fact that is not well brings the one lesson about it."""
    assert keys(FACTS[key]()) == [key]


def test_a_late_answer_says_how_late() -> None:
    """An answer after four hours and after the peak brings both, with the time and the post."""
    late, after = lessons_of(made(statement=said(LATE)))
    assert (late.key, late.span) == ("answer", LATE - FIRST)
    assert (after.key, after.span) == ("answer.late", LATE - PEAK)
    assert late.posts == after.posts == ("weibo:said",)


def test_steps_come_from_the_playbook_of_harm() -> None:
    """Harm to people comes before the category; the first poster's name stands in the steps."""
    review = made()
    plain = steps_of(review, shipped("zh"), "橙**")
    harmed = replace(review.alert, situation=Situation("喝出虫子", category="price", harm=2))
    steps = steps_of(replace(review, alert=harmed), shipped("zh"), "橙**")
    assert steps[: len(shipped("zh").steps["safety"]["red"])] == tuple(
        shipped("zh").steps["safety"]["red"]
    )
    assert set(shipped("zh").checklist(Level.RED)) <= set(steps)
    assert not [one for one in (*plain, *steps) if "{first}" in one]


def test_a_broken_playbook_is_replaced_by_ours(tmp_path: Path) -> None:
    """A team's own playbook is used; one that cannot be read gives way to the one that ships."""
    own = tmp_path / "own.toml"
    own.write_text('[steps.default]\nred = ["打电话"]\n', encoding="utf-8")
    assert playbook_of(own, "zh").steps["default"]["red"] == ("打电话",)
    own.write_text("[[[", encoding="utf-8")
    assert playbook_of(own, "zh") is shipped("zh")
    assert playbook_of(None, "en") is shipped("en")
