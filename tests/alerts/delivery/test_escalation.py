"""Escalation: each step once, none left out, and no storm after an outage."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.delivery.escalation import Done, Standing, StepKind, next_step, worth_since
from alerts.policies import EscalationPolicy
from records import IncidentStatus, Level, LevelChange
from tests.alerts.made import HOUR, MINUTE, OPENED, made_incident

STEPS = [
    {"after_minutes": 10, "on_call": "pr"},
    {"after_minutes": 20, "member": "李四"},
    {"after_minutes": 45, "receivers": ["phone"]},
]


def policy(**fields: Any) -> EscalationPolicy:
    return EscalationPolicy.model_validate({"name": "standard", "steps": STEPS, **fields})


def walk(
    rules: EscalationPolicy, times: list[datetime], standing: Standing | None = None
) -> list[Done]:
    """Do at each of `times` all that is due, and return what was done."""
    now = standing or Standing(OPENED)
    for at in times:
        while (due := next_step(rules, made_incident(), now, at)) is not None:
            now = replace(now, done=(*now.done, Done(due.kind, due.number, at)))
    return list(now.done)


def minutes(*numbers: int) -> list[datetime]:
    return [OPENED + one * MINUTE for one in numbers]


def test_each_step_comes_in_its_time() -> None:
    """While nobody claims it the steps come one after the other, each after its minutes."""
    done = walk(policy(), minutes(*range(60)))
    assert [(one.number, (one.at - OPENED) // MINUTE) for one in done] == [
        (0, 10),
        (1, 20),
        (2, 45),
    ]


def test_after_an_outage_steps_do_not_come_at_once() -> None:
    """A step that is overdue by hours is done once, and gives its person the time to answer."""
    done = walk(policy(), minutes(300, 301, 302, 309, 310, 334, 335, 400))
    assert [(one.number, (one.at - OPENED) // MINUTE) for one in done] == [
        (0, 300),
        (1, 310),
        (2, 335),
    ]


def test_a_claim_ends_the_steps() -> None:
    """Nothing is done of an incident that somebody has, where no note is asked for."""
    claimed = Standing(OPENED, claimed_at=OPENED + MINUTE)
    assert walk(policy(), minutes(10, 20, 45, 600), claimed) == []


def test_an_incident_that_is_given_back_is_escalated_anew() -> None:
    """The steps count from when it was given back."""
    back = Standing(OPENED + HOUR)
    assert next_step(policy(), made_incident(), back, OPENED + 69 * MINUTE) is None
    due = next_step(policy(), made_incident(), back, OPENED + 70 * MINUTE)
    assert due is not None
    assert (due.kind, due.number) == (StepKind.STEP, 0)


def test_a_note_that_is_missing_reminds_the_owner_ever_more_rarely() -> None:
    """The owner is reminded after the hours of the policy, then after pauses that double."""
    claimed = Standing(OPENED, claimed_at=OPENED)
    rules = policy(note_hours=2, repeat_most_minutes=480)
    done = walk(rules, [OPENED + number * HOUR for number in range(30)], claimed)
    assert [one.at - OPENED for one in done] == [h * HOUR for h in (2, 6, 14, 22)]
    assert {one.kind for one in done} == {StepKind.REMINDER}


def test_a_note_puts_the_reminder_off() -> None:
    """The time counts from the last note, and the pauses begin again."""
    noted = Standing(
        OPENED,
        claimed_at=OPENED,
        last_note_at=OPENED + 3 * HOUR,
        done=(Done(StepKind.REMINDER, 0, OPENED + 2 * HOUR),),
    )
    rules = policy(note_hours=2)
    assert next_step(rules, made_incident(), noted, OPENED + 4 * HOUR) is None
    due = next_step(rules, made_incident(), noted, OPENED + 5 * HOUR)
    assert due is not None
    assert due.number == 0


def test_a_repeat_backs_off() -> None:
    """Its receivers are reminded after pauses that double up to the longest."""
    rules = policy(steps=[], repeat_minutes=30, repeat_most_minutes=120)
    done = walk(rules, minutes(*range(0, 600, 10)))
    assert [(one.at - OPENED) // MINUTE for one in done] == [30, 90, 210, 330, 450, 570]


def test_repeats_missed_in_an_outage_are_one() -> None:
    """After hours without us the receivers are reminded once."""
    rules = policy(steps=[], repeat_minutes=30, repeat_most_minutes=60)
    assert len(walk(rules, minutes(600, 601, 602))) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"level": Level.YELLOW},
        {"status": IncidentStatus.RECOVERED},
    ],
)
def test_what_is_over_or_mild_is_not_escalated(fields: dict[str, Any]) -> None:
    """Nothing is done of an incident that is over, or below the level of the policy."""
    incident = replace(made_incident(), **fields)
    assert next_step(policy(), incident, Standing(OPENED), OPENED + HOUR) is None


def test_the_time_counts_from_when_it_became_worth_it() -> None:
    """An incident that rose to orange after hours is not overdue then."""
    history = (
        LevelChange(OPENED, Level.ORANGE),
        LevelChange(OPENED + HOUR, Level.YELLOW),
        LevelChange(OPENED + 3 * HOUR, Level.ORANGE),
        LevelChange(OPENED + 4 * HOUR, Level.RED),
    )
    incident = replace(made_incident(Level.RED), history=history)
    assert worth_since(incident, policy()) == OPENED + 3 * HOUR


@pytest.mark.parametrize(
    "fields",
    [
        {"steps": [{"after_minutes": 10}]},
        {"steps": [STEPS[1], STEPS[0]]},
        {"steps": [STEPS[0], STEPS[0]]},
        {"name": ""},
    ],
)
def test_a_policy_that_says_nothing_is_refused(fields: dict[str, Any]) -> None:
    """A step asks somebody, and comes later than the one before it."""
    with pytest.raises(ValidationError):
        policy(**fields)


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 200), min_size=1, max_size=60),
    st.integers(0, 60),
    st.integers(0, 12),
)
def test_never_twice_never_none(pauses: list[int], repeat: int, outage: int) -> None:
    """However late we look, no step is done twice, none is left out, none comes too soon."""
    times = [OPENED + outage * HOUR]
    for pause in pauses:
        times.append(times[-1] + timedelta(minutes=pause))
    rules = policy(repeat_minutes=repeat)
    done = walk(rules, times)
    assert len({(one.kind, one.number) for one in done}) == len(done)
    steps = [one for one in done if one.kind is StepKind.STEP]
    assert [one.number for one in steps] == list(range(len(steps)))
    for one, step in zip(steps, rules.steps, strict=False):
        assert one.at >= OPENED + step.after
    # A look is enough for each step that is due by then, so none is missing at the last one.
    left = next_step(rules, made_incident(), Standing(OPENED, done=tuple(done)), times[-1])
    assert left is None
    gaps = [after.at - before.at for before, after in pairwise(steps)]
    wanted = [b.after - a.after for a, b in pairwise(rules.steps)]
    assert all(gap >= want for gap, want in zip(gaps, wanted, strict=False))
