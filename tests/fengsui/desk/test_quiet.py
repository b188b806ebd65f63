"""What people ended stays quiet until it grows past what they knew; what is new is never hidden."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fengsui.desk.desk import Desk
from fengsui.desk.members import CLOCK
from fengsui.desk.quiet import ended_keys, reason_for
from fengsui.pipeline import steps
from fengsui.services import Services
from listeners.formats.read import read_file
from records import (
    ActionKind,
    Alert,
    Change,
    IncidentKind,
    IncidentStatus,
    Level,
    LevelChange,
    NotificationState,
    Post,
    Via,
    Window,
    subject_of,
)
from records.action import INCIDENT
from store.ledger.ledger import Ledger
from tests.alerts.made import OPENED, made_alert, made_incident
from tests.fengsui import stories
from tests.fengsui.desk.making import TEAM, Clock, team_settings

HOUR = timedelta(hours=1)
KEY = made_incident().key
TERMS = ("异物", "杯底", "客服")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return a desk with one open yellow incident."""
    with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as ledger:
        ledger.record_detection([made_incident(Level.YELLOW, terms=TERMS)], [])
        yield Desk(ledger, team_settings(), Clock(OPENED + HOUR))


def done(desk: Desk, kind: str, key: str = KEY, **data: str) -> None:
    """Do something as the lead."""
    number = len(desk.last_actions(1000))
    subject = subject_of(INCIDENT, key)
    made = desk.new(ActionKind(kind), subject, "王芳", Via.WEB, f"{kind}{number}", **data)
    assert desk.act(made).is_done


def alert(change: Change = Change.PROGRESS, level: Level = Level.YELLOW, **fields: Any) -> Alert:
    """Return an alert about the incident at a level."""
    incident = replace(made_incident(level, terms=TERMS), **fields)
    return made_alert(change, incident=incident, at=OPENED + 2 * HOUR)


ENDS = {
    "resolve": {"cause": "门店已道歉"},
    "false_alarm": {},
    "not_us": {},
}


@pytest.mark.parametrize("kind", ENDS)
def test_what_was_ended_is_quiet(desk: Desk, kind: str) -> None:
    """Nobody hears more of it at the level that people knew, and the log is as it was."""
    done(desk, kind, **ENDS[kind])
    before = desk.incident(KEY)
    for change in (Change.PROGRESS, Change.JOINED, Change.LOWERED, Change.RECOVERED):
        assert "王芳" in reason_for(desk, alert(change))
    assert desk.incident(KEY) == before


@pytest.mark.parametrize("kind", ENDS)
def test_what_grows_past_it_goes_on(desk: Desk, kind: str) -> None:
    """At a higher level people are notified again, and the log says that the clock reopened it."""
    done(desk, "claim")
    done(desk, kind, **ENDS[kind])
    raised = alert(Change.RAISED, Level.ORANGE)
    assert reason_for(desk, raised) == ""
    view = desk.incident(KEY)
    assert (view.state.ended, view.state.owner) == (None, "王芳")
    assert (view.actions[-1].kind, view.actions[-1].actor) == (ActionKind.REOPEN, CLOCK)
    # A detection that died before it wrote its alerts comes again.
    assert reason_for(desk, raised) == ""
    assert desk.incident(KEY).actions == view.actions


@pytest.mark.parametrize("kind", ENDS)
def test_another_story_is_never_hidden(desk: Desk, kind: str) -> None:
    """A story that begins in an incident that was ended is reported."""
    done(desk, kind, **ENDS[kind])
    assert reason_for(desk, alert(Change.NEW_STORY)) == ""
    assert desk.incident(KEY).state.ended is None


def test_next_wave_of_what_was_resolved_is_reported(desk: Desk) -> None:
    """What was resolved and comes back after it had recovered is reported; no false alarm is."""
    done(desk, "resolve", cause="已道歉")
    assert reason_for(desk, alert(Change.REOPENED)) == ""
    done(desk, "false_alarm")
    assert reason_for(desk, alert(Change.REOPENED)) != ""


def test_false_alarm_is_known_at_its_worst(desk: Desk) -> None:
    """A false alarm that had been orange stays quiet at orange; red is reported."""
    peaked = made_incident(Level.YELLOW, terms=TERMS, peak_level=Level.ORANGE)
    desk._ledger.record_detection([peaked], [])
    done(desk, "false_alarm")
    assert reason_for(desk, alert(Change.RAISED, Level.ORANGE)) != ""
    assert reason_for(desk, alert(Change.RAISED, Level.RED)) == ""


def test_later_incident_of_the_same_story_is_quiet(desk: Desk) -> None:
    """A new incident with the words of a false alarm is quiet, unless it is worse or taken."""
    done(desk, "false_alarm")
    later: dict[str, Any] = {"key": "云朵茶饮@later", "opened_at": OPENED + timedelta(days=2)}
    again = alert(Change.OPENED, terms=("杯底", "异物", "退款"), **later)
    assert reason_for(desk, again) == f"false_alarm: {KEY}"
    assert reason_for(desk, replace(again, change=Change.NEW_STORY)) == ""
    assert reason_for(desk, alert(Change.OPENED, terms=("苍蝇", "外卖"), **later)) == ""
    assert reason_for(desk, alert(Change.OPENED, terms=(), **later)) == ""
    assert reason_for(desk, alert(Change.OPENED, Level.ORANGE, **later)) == ""
    long_after = later | {"opened_at": OPENED + timedelta(days=15)}
    assert reason_for(desk, alert(Change.OPENED, **long_after)) == ""
    desk._ledger.record_detection([again.incident], [])
    done(desk, "claim", again.incident.key)
    assert reason_for(desk, again) == ""


def test_resolved_story_does_not_silence_the_next_one(desk: Desk) -> None:
    """What was resolved was real: a new incident of the same words alerts."""
    done(desk, "resolve", cause="已道歉")
    later: dict[str, Any] = {"key": "云朵茶饮@later", "opened_at": OPENED + timedelta(days=2)}
    assert reason_for(desk, alert(Change.OPENED, **later)) == ""


def test_merged_incidents_alert_as_one(desk: Desk) -> None:
    """A merged one is quiet, unless it is worse than it was and than the other one."""
    other = replace(made_incident(Level.ORANGE, brand="晨曦"), key="晨曦@1")
    desk._ledger.record_detection([other], [])
    done(desk, "merge", into=other.key)
    assert reason_for(desk, alert(Change.RAISED, Level.ORANGE)) == "merged: 王芳"
    assert reason_for(desk, alert(Change.RAISED, Level.RED)) == ""
    assert desk.incident(KEY).state.merged_into == other.key
    over = replace(other, status=IncidentStatus.RECOVERED)
    desk._ledger.record_detection([over], [])
    assert reason_for(desk, alert(Change.RAISED, Level.ORANGE)) == ""


def test_lowered_by_hand_holds_until_newer_evidence(desk: Desk) -> None:
    """Progress of what was lowered by hand is left out; a rise after that is reported."""
    done(desk, "level", level="blue")
    assert desk.incident(KEY).level is Level.BLUE
    assert reason_for(desk, alert(Change.PROGRESS, Level.YELLOW)) == "level by hand: blue"
    assert reason_for(desk, alert(Change.RAISED, Level.ORANGE)) == ""
    risen = made_incident(Level.YELLOW, terms=TERMS)
    later = LevelChange(OPENED + 2 * HOUR, Level.ORANGE)
    desk._ledger.record_detection(
        [replace(risen, level=Level.ORANGE, history=(*risen.history, later))], []
    )
    assert desk.incident(KEY).level is Level.ORANGE


def test_operational_incidents_always_alert(desk: Desk) -> None:
    """A source that is not read is no story: nothing that people said of stories mutes it."""
    done(desk, "false_alarm")
    assert reason_for(desk, alert(kind=IncidentKind.COVERAGE)) == ""


def test_ended_incidents_speak_for_no_other(desk: Desk) -> None:
    """The keys of what was ended are known, so that no part is muted for it."""
    incidents = [made_incident(), replace(made_incident(), key="另一起")]
    assert ended_keys(desk, incidents) == frozenset()
    done(desk, "false_alarm")
    assert ended_keys(desk, incidents) == {KEY}


def test_false_alarm_in_the_chain(tmp_path: Path) -> None:
    """Detection goes on counting: messages are left out with the reason until it grows worse."""
    settings = stories.settings(tmp_path / "state", members=TEAM)
    with Services(settings, notifiers={}) as services:
        posts = [
            item
            for item in read_file(stories.write(tmp_path / "story.jsonl"), fetched_at=None)
            if isinstance(item, Post)
        ]
        clock = Clock(stories.CRISIS - HOUR)
        desk = Desk(services.ledger, settings, clock)

        def step() -> list[Alert]:
            nonlocal posts
            clock.at += timedelta(minutes=10)
            services.ledger.record_read("story", Window(stories.START, clock.at), ok=True)
            steps.store_items(services, [one for one in posts if one.published_at <= clock.at])
            posts = [one for one in posts if one.published_at > clock.at]
            steps.annotate(services)
            return list(steps.detect(services, clock.at).alerts)

        while not (alerts := step()):
            assert posts
        marked = alerts[-1].incident
        done(desk, "false_alarm", marked.key)
        before = len(services.ledger.notifications(marked.key))
        while posts:
            step()
        later = services.ledger.notifications(marked.key)[before:]
        view = desk.incident(marked.key)
    quiet = [one for one in later if one.state is NotificationState.SUPPRESSED]
    loud = [one for one in later if one.state is not NotificationState.SUPPRESSED]
    assert {one.reason for one in quiet} <= {"false_alarm: 王芳"}
    # The story does grow: it is reported as soon as it is worse, and not before.
    assert view.incident.peak_level > marked.peak_level
    assert loud[0].alert is not None
    assert loud[0].alert.incident.level > marked.peak_level
    assert later.index(loud[0]) == len(
        [one for one in quiet if one.created_at < loud[0].created_at]
    )
    assert view.actions[-1].actor == CLOCK
