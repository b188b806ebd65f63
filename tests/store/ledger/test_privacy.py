"""The words of posts leave the ledger when their authors want it, and in time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from records import (
    Action,
    ActionKind,
    Carrier,
    Notification,
    NotificationState,
    Situation,
    TurningPoint,
    Via,
    Voice,
)
from store.ledger.ledger import Ledger
from tests.alerts.made import OPENED, made_alert, made_incident
from tests.store.making import case

HOUR = timedelta(hours=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as opened:
        yield opened


def voice(key: str, carrier: Carrier = Carrier.LARGE) -> Voice:
    return Voice(carrier, "深**", OPENED, key, "https://weibo.example/1", "喝出虫子")


def told(ledger: Ledger) -> Situation:
    """Return the situation of the alert that the ledger holds."""
    (alert,) = ledger.alerts()
    assert alert.situation is not None
    return alert.situation


@pytest.fixture
def written(ledger: Ledger) -> Ledger:
    """Return a ledger with an incident and its alert, in the words of two posts."""
    incident = replace(made_incident(), title="奶茶喝出虫子", title_post="weibo:1")
    facts = Situation(
        title="奶茶喝出虫子",
        title_post="weibo:1",
        first=voice("weibo:1"),
        carriers=(voice("weibo:1"), voice("weibo:2"), voice("weibo:1", Carrier.PLATFORM)),
        turning_points=(TurningPoint(OPENED, "first", "深**", "weibo:1"),),
    )
    alert = replace(made_alert(incident=incident), situation=facts, citations=(), themes=())
    pending = Notification(alert, "pr", NotificationState.PENDING, OPENED)
    ledger.record_detection([incident], [pending])
    return ledger


def test_a_situation_forgets_a_post(written: Ledger) -> None:
    """What a forgotten post said and who said it leave title and voices; the rest stays."""
    assert written.forget_posts({"weibo:1"}) == 2
    facts = told(written)
    assert (facts.title, facts.title_post) == ("", "")
    assert facts.first is not None
    assert [one.text for one in (facts.first, *facts.carriers)] == ["", "", "喝出虫子", ""]
    assert [one.name for one in facts.carriers] == ["", "深**", ""]
    assert facts.turning_points == (TurningPoint(OPENED, "first"),)
    (incident,) = written.incidents()
    (alert,) = written.alerts()
    assert (incident.title, alert.incident.title) == ("", "")
    assert written.forget_posts({"weibo:1"}) == 0


def test_a_situation_forgets_in_time(written: Ledger) -> None:
    """After the promised time no words are left in titles and voices, and not before."""
    assert written.expire_words(OPENED) == 0
    assert told(written).title
    assert written.expire_words(OPENED + HOUR) == 2
    assert {one.text for one in told(written).carriers} == {""}
    assert written.incidents()[0].title == ""
    assert written.expire_words(OPENED + HOUR) == 0


def test_notes_on_a_forgotten_case_lose_their_words(written: Ledger) -> None:
    """What people wrote on a case may repeat its customer: it goes; that they wrote it stays."""
    written.upsert_cases([case(1), case(2)])
    by_subject = {f"case:{one.key}": "客户说她过敏了" for one in (case(1), case(2))}
    by_subject["incident:云朵茶饮@1"] = "已致电门店"
    written.append(
        [
            Action(f"web:{at}", subject, ActionKind.NOTE, "李雷", OPENED, Via.WEB, {"text": text})
            for at, (subject, text) in enumerate(by_subject.items())
        ]
    )
    written.forget_posts({case(1).posts[0]})
    found = {one.subject: one for one in written.actions()}
    assert found.keys() == by_subject.keys()
    words = [found[subject].data["text"] for subject in by_subject]
    assert words == ["", "客户说她过敏了", "已致电门店"]
    assert {one.actor for one in found.values()} == {"李雷"}
