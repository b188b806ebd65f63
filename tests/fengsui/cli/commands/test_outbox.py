"""Rules of `fengsui outbox` and `fengsui notify --resend`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.services import Services
from fengsui.settings.application import load
from records import Notification, NotificationState
from tests.alerts.made import made_alert, made_incident
from tests.fengsui.commands import UNSAFE, Shell

S = NotificationState
ALERT = made_alert()
SETTINGS = """language = "{language}"
[[brands]]
name = "云朵茶饮"
[[receivers]]
kind = "terminal"
name = "terminal"
[[receivers]]
kind = "slack"
name = "pr"
channel = "C0TESTS"
token_env = "NO_SUCH_TOKEN"
[[routes]]
receivers = ["terminal", "pr"]
"""
HOSTILE = "\x1b[31m\u202e"


@pytest.fixture
def entries(fengsui: Shell) -> list[Notification]:  # noqa: ARG001 - the folder is its
    """Return what waits: an alert in its pause, one that was given up, and one for Slack."""
    Path("fengsui.toml").write_text(SETTINGS.format(language="zh"), encoding="utf-8")
    now = datetime.now(UTC)
    paused = Notification(
        ALERT, "terminal", S.PENDING, now, attempts=3, retry_at=now + timedelta(hours=1),
        reason=f"busy{HOSTILE}",
    )  # fmt: skip
    other = made_alert(incident=made_incident(brand="别的"))
    lost = replace(
        paused, alert=other, state=S.FAILED, reason="given up after 9 attempts: HTTP 404"
    )
    waiting = replace(paused, receiver="pr", attempts=0, retry_at=None, reason="")
    found = [paused, lost, waiting]
    with Services(load(Path("fengsui.toml"))) as services:
        services.ledger.record_detection([ALERT.incident, other.incident], found)
    return found


def test_the_outbox_shows_what_waits_and_why(fengsui: Shell, entries: list[Notification]) -> None:
    """Each entry is listed with receiver, key, attempts, reason and next try; SENT ones are not."""
    answer = fengsui("outbox", "--json").answer["entries"]
    assert [(one["receiver"], one["state"]) for one in answer] == [
        ("pr", "pending"), ("terminal", "pending"), ("terminal", "failed"),
    ]  # fmt: skip
    (paused,) = (one for one in answer if one["next_try"] and one["state"] == "pending")
    assert paused["key"] == ALERT.key
    assert paused["incident"] == ALERT.incident.key
    assert paused["attempts"] == 3
    assert "busy" in paused["reason"]
    assert len(fengsui("outbox", "--receiver", "pr", "--json").answer["entries"]) == 1
    assert len(entries) == 3


def test_the_list_is_safe_and_whole(fengsui: Shell, entries: list[Notification]) -> None:
    """The list moves no terminal, says in Chinese what waits and was given up, folds no key."""
    shown = fengsui("outbox")
    assert all(one.message_key in shown.out for one in entries)
    assert shown.code == 0
    assert not UNSAFE.search(shown.out)
    assert "等待" in shown.out
    assert "已放弃" in shown.out
    assert len(entries) == 3


def test_resending_sends_what_was_given_up(fengsui: Shell, entries: list[Notification]) -> None:
    """By its receiver, what waits and what was given up goes out at once; then nothing waits."""
    ran = fengsui("notify", "--resend", "--receiver", "terminal", "--json")
    assert ran.code == 0
    assert (ran.answer["queued"], ran.answer["sent"]) == (2, 2)
    assert fengsui("outbox", "--receiver", "terminal").out.strip() == "没有待发的消息。"
    assert entries[2].receiver == "pr"


def test_a_receiver_that_fails_ends_with_code_1(
    fengsui: Shell, entries: list[Notification], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing variable is no end: the alert waits, its receiver is named, the code is 1."""
    monkeypatch.delenv("NO_SUCH_TOKEN", raising=False)
    ran = fengsui("notify", "--resend", entries[2].message_key, "--receiver", "pr")
    assert ran.code == 1
    assert "pr: the environment variable NO_SUCH_TOKEN is not set" in ran.err
    (waiting,) = fengsui("outbox", "--receiver", "pr", "--json").answer["entries"]
    assert (waiting["state"], waiting["attempts"]) == ("pending", 1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["notify", "a-key"], "--resend"),
        (["notify", "--resend", "a-key"], "没有编号「a-key」"),
        (["outbox", "--receiver", "nobody"], "没有名为「nobody」的接收者"),
    ],
)
def test_what_cannot_be_is_refused(
    fengsui: Shell, entries: list[Notification], arguments: list[str], says: str
) -> None:
    """A key without --resend, an unknown key and an unknown receiver are refused."""
    ran = fengsui(*arguments)
    assert ran.code == 2
    assert says in " ".join(ran.err.replace("│", " ").split())
    assert len(entries) == 3


def test_what_has_to_wait_ends_with_code_1(
    fengsui: Shell, entries: list[Notification], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that its receiver did not take now ends with code 1, also at the first failure."""
    monkeypatch.setenv("NO_SUCH_TOKEN", "xoxb-made-for-tests")
    away = SETTINGS.format(language="zh").replace(
        'name = "pr"\n', 'name = "pr"\nbase_url = "http://127.0.0.1:9/"\n'
    )
    Path("fengsui.toml").write_text(away, encoding="utf-8")
    ran = fengsui("notify", "--receiver", "pr", "--json")
    assert (ran.answer["sent"], ran.answer["retried"], ran.answer["failing"]) == (0, 1, {})
    assert ran.code == 1
    assert len(entries) == 3
