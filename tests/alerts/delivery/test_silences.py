"""Silences: what they keep quiet, until when, and what none keeps quiet unless it says so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.delivery.silences import silence_for, silence_of_incident, silences_of
from records import Action, ActionKind, Alert, Level, Via
from tests.alerts.made import OPENED, made_alert, made_incident
from tests.alerts.messages.made import made_situation

HOUR = timedelta(hours=1)
AT = OPENED + HOUR
KEY = made_incident().key


def asked(at: int = 0, subject: str = "silence:a", kind: str = "silence", **data: str) -> Action:
    """Return an action about a silence of two hours, so many minutes after the opening."""
    when = OPENED + timedelta(minutes=at)
    until = {"until": (when + 2 * HOUR).isoformat(), "reason": "新品发布"}
    kept = until | data if kind == "silence" else data
    return Action(f"web:{at}", subject, ActionKind(kind), "王芳", when, Via.WEB, kept)


def mild(**situation: object) -> Alert:
    """Return a yellow alert that harms nobody."""
    facts = {"category": "service", "harm": 0, **situation}
    alert = made_alert(incident=made_incident(Level.YELLOW, terms=("异物", "杯底")))
    return replace(alert, situation=replace(made_situation(), **facts))  # type: ignore[arg-type]


def quiet(alert: Alert, *actions: Action, at: timedelta = HOUR) -> bool:
    """Say whether these actions keep the alert quiet so long after the opening."""
    return silence_for(silences_of(actions), alert, OPENED + at) is not None


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        ({"brand": "云朵茶饮"}, True),
        ({"brand": "别的"}, False),
        ({"incident": KEY}, True),
        ({"incident": "别的@1"}, False),
        ({"words": "直播\n杯底"}, True),
        ({"words": "直播\n抽奖"}, False),
        ({"category": "service"}, True),
        ({"category": "price"}, False),
        ({"below": "orange"}, True),
        ({"below": "yellow"}, False),
        ({"brand": "云朵茶饮", "words": "抽奖"}, False),
    ],
)
def test_all_conditions_have_to_fit(data: dict[str, str], *, fits: bool) -> None:
    """Brand, incident, any of the words, category and level: what is given has to fit."""
    assert quiet(mild(), asked(0, **data)) is fits


def test_a_silence_begins_and_ends() -> None:
    """It holds from when it was asked for until its end, or until somebody ends it."""
    one = asked(30, brand="云朵茶饮")
    assert not quiet(mild(), one, at=timedelta(minutes=29))
    assert quiet(mild(), one, at=timedelta(minutes=30))
    assert not quiet(mild(), one, at=timedelta(minutes=150))
    ended = asked(45, kind="unsilence")
    assert quiet(mild(), one, ended, at=timedelta(minutes=44))
    assert not quiet(mild(), one, ended, at=timedelta(minutes=45))
    (state,) = silences_of([one, ended, replace(ended, actor="别人", at=AT)])
    assert (state.author, state.ended_by) == ("王芳", "王芳")


@pytest.mark.parametrize(
    "alert",
    [
        mild(harm=1),
        mild(category="safety"),
        replace(mild(), incident=made_incident(Level.ORANGE)),
        replace(mild(), incident=made_incident(Level.RED)),
    ],
    ids=["harm", "safety", "orange", "red"],
)
def test_harm_and_orange_are_never_quiet_unless_said_so(alert: Alert) -> None:
    """Only a silence that names safety keeps quiet about harm, and about orange and above."""
    assert not quiet(alert, asked(brand="云朵茶饮"))
    assert not quiet(alert, asked(subject=f"incident:{KEY}"))
    assert quiet(alert, asked(brand="云朵茶饮", also_safety="yes"))


def test_silence_on_an_incident() -> None:
    """One that stands on an incident keeps that alone quiet; the last one set holds."""
    on_it = asked(subject=f"incident:{KEY}")
    assert quiet(mild(), on_it)
    other = replace(mild(), incident=replace(made_incident(Level.YELLOW), key="另一起@1"))
    assert not quiet(other, on_it)
    shorter = asked(1, f"incident:{KEY}", until=(OPENED + timedelta(minutes=9)).isoformat())
    assert not quiet(mild(), on_it, shorter)
    assert silence_of_incident(silences_of([on_it]), made_incident(Level.YELLOW), AT) is not None


def test_what_cannot_be_read_keeps_nothing_quiet() -> None:
    """A silence without an end that can be read holds never."""
    assert not quiet(mild(), asked(brand="云朵茶饮", until="明天"))
    assert silences_of([asked(kind="unsilence")]) == []
