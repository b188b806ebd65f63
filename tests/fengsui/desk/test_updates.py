"""Every message of an incident shows who has it: edited where a channel can, replied where not."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from alerts.delivery.answers import is_update
from alerts.messages.compose import compose
from alerts.messages.message import Message
from alerts.notify.slack.notifier import SlackNotifier
from alerts.settings import RouteSettings, SlackReceiver, TerminalReceiver
from fengsui.desk.desk import Desk
from fengsui.pipeline.sending import notify
from fengsui.services import Services
from records import ActionKind, Alert, Notification, NotificationState, Via, subject_of
from records.action import INCIDENT
from tests.alerts.made import OPENED, made_alert, made_incident
from tests.alerts.notify.slack_server import CHANNEL, TOKEN, Fault, SlackServer
from tests.fengsui import stories
from tests.fengsui.desk.making import TEAM
from tests.fengsui.pipeline.test_run import (
    FastClock,
    eventually,
    made_settings,
    running,
    write_crisis,
)

NOW = OPENED + timedelta(minutes=40)
KEY = made_incident().key
SUBJECT = subject_of(INCIDENT, KEY)
S = NotificationState


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackServer]:
    """Return a running Slack server whose token is in the environment."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    with SlackServer(epoch=NOW.timestamp() + 1_000_000) as made:
        yield made


class Told:
    """Services with one incident that a Slack channel and a terminal were notified of."""

    def __init__(self, services: Services, console: Console) -> None:
        self.services = services
        self.desk = Desk(services.ledger, services.settings, lambda: NOW)
        self._console = console
        self._clicks = 0

    def act(self, kind: str, actor: str = "李雷", **data: str) -> str:
        """Do something and return what became of it."""
        self._clicks += 1
        action = ActionKind(kind)
        key = str(self._clicks)
        return str(self.desk.act(self.desk.new(action, SUBJECT, actor, Via.WEB, key, **data)).kind)

    def send(self) -> None:
        """Send what waits."""
        notify(self.services, lambda: NOW)

    def printed(self) -> str:
        """Return what the terminal has printed since it was asked last."""
        return self._console.export_text()


@pytest.fixture
def told(tmp_path: Path, server: SlackServer) -> Iterator[Told]:
    """Return the services once the first alert was sent."""
    console = Console(record=True, width=100, file=io.StringIO())
    settings = stories.settings(
        tmp_path / "state",
        receivers=(
            SlackReceiver(kind="slack", name="pr", channel=CHANNEL, base_url=server.url),
            TerminalReceiver(kind="terminal", name="terminal"),
        ),
        routes=(RouteSettings(receivers=("pr", "terminal")),),
        members=TEAM,
    )
    with Services(settings, console=console) as services:
        first = [Notification(made_alert(), name, S.PENDING, NOW) for name in ("pr", "terminal")]
        services.ledger.record_detection([made_incident()], first)
        made = Told(services, console)
        made.send()
        made.printed()
        yield made


def shown(message: dict[str, Any]) -> str:
    """Return all text of a message."""
    return json.dumps(message["blocks"], ensure_ascii=False)


def test_first_message_shows_the_owner_and_the_end(told: Told, server: SlackServer) -> None:
    """A claim changes the first message in place, and so does the end, with its cause."""
    (root,) = server.alerts
    assert "跟进：未认领" in shown(root)
    told.act("claim")
    told.send()
    assert server.alerts == [root]
    assert "跟进：李雷" in shown(root)
    assert "未认领" not in shown(root)
    told.act("resolve", cause="门店已道歉并退款")
    told.send()
    assert server.alerts == [root]
    assert "已解决：李雷" in shown(root)
    assert "门店已道歉并退款" in shown(root)
    assert "✅ 已解决" in root["text"]
    told.act("reopen")
    told.send()
    assert "跟进：李雷" in shown(root)
    assert "已解决" not in shown(root)


def test_channel_that_cannot_edit_gets_a_reply_on_claim_and_end_alone(told: Told) -> None:
    """A terminal prints who took it and how it ended; nothing else that was done."""
    told.act("claim")
    told.send()
    assert "云朵茶饮：李雷 已认领" in told.printed()
    for kind, data in (("note", {"text": "已致电"}), ("unclaim", {}), ("assign", {"to": "韩梅梅"})):
        told.act(kind, **data)
    told.act("level", "王芳", level="red")
    told.send()
    assert told.printed().count("云朵茶饮：") == 1  # the assignment
    told.act("false_alarm", "韩梅梅")
    told.send()
    assert "云朵茶饮：韩梅梅 判为误报" in told.printed()
    told.send()
    assert told.printed() == ""


def test_level_by_hand_shows(told: Told, server: SlackServer) -> None:
    """The first message takes the colour and the name of the level set by hand."""
    assert "🔴" not in server.alerts[0]["text"]
    told.act("level", "王芳", level="red")
    told.send()
    assert "🔴 红" in server.alerts[0]["text"]
    assert "王芳 手动定级" in shown(server.alerts[0])


def test_many_actions_at_once_are_one_edit(told: Told, server: SlackServer) -> None:
    """What is superseded before it is sent is left out: the message shows what holds last."""
    for kind, data in (("claim", {}), ("unclaim", {}), ("assign", {"to": "韩梅梅"})):
        told.act(kind, **data)
    told.send()
    edits = [1 for method, _ in server.calls if method == "chat.update"]
    assert len(edits) == 1
    assert "跟进：韩梅梅" in shown(server.alerts[0])


def test_second_claim_edits_nothing(told: Told, server: SlackServer) -> None:
    """What does not enter the log queues no update."""
    told.act("claim")
    told.send()
    calls = len(server.calls)
    assert told.act("claim", "韩梅梅") == "second"
    assert told.act("claim") == "repeated"
    told.send()
    assert len(server.calls) == calls


def test_later_alerts_show_the_owner_too(told: Told, server: SlackServer) -> None:
    """An alert that is sent after the claim says who has it, whenever it was detected."""
    told.services.ledger.enqueue(Notification(made_alert(at=NOW), "pr", S.PENDING, NOW))
    told.act("claim")
    told.send()
    assert len(server.alerts) == 2
    assert ["跟进：李雷" in shown(one) for one in server.alerts] == [True, True]


def test_action_while_the_first_message_is_being_sent(told: Told, server: SlackServer) -> None:
    """An update waits for the first message that another process is sending, then changes it."""
    ledger = told.services.ledger
    other = made_incident(brand="晨曦")
    alert = made_alert(incident=other)
    ledger.record_detection([other], [Notification(alert, "pr", S.PENDING, NOW)])
    (waiting,) = ledger.waiting("pr")
    (claimed,) = ledger.claim_all([waiting], NOW + timedelta(seconds=60))
    subject = subject_of(INCIDENT, other.key)
    desk = told.desk
    desk.act(desk.new(ActionKind.CLAIM, subject, "李雷", Via.WEB, "x"))
    told.send()
    assert sorted(is_update(one) for one in ledger.waiting("pr")) == [False, True]
    receipt = SlackNotifier(told.services.settings.receivers[0]).send(  # type: ignore[arg-type]
        told_before(alert), alert.key, None
    )
    ledger.record(
        Notification(alert, "pr", S.SENT, NOW, attempts=claimed.attempts, receipt=receipt)
    )
    told.send()
    assert ledger.waiting("pr") == []
    assert "跟进：李雷" in shown(server.alerts[-1])


def told_before(alert: Alert) -> Message:
    """Return the message as the other process composed it, before the claim."""
    return compose(alert, "zh")


def test_edit_that_fails_is_tried_again(told: Told, server: SlackServer) -> None:
    """An update that Slack did not take waits and is sent, and no alert waits for it."""
    server.faults.append(Fault(method="chat.update", status=503))
    told.act("claim")
    told.send()
    assert "跟进：未认领" in shown(server.alerts[0])
    notify(told.services, lambda: NOW + timedelta(minutes=2))
    assert "跟进：李雷" in shown(server.alerts[0])


def test_hostile_names_and_causes_do_nothing_in_slack(told: Told, server: SlackServer) -> None:
    """A cause that calls a channel, fakes a link or a button is shown as it is, in one line."""
    cause = "<!channel> *粗* <https://evil.example|点我>\n\n```按钮``` @here " + "长" * 300
    told.act("resolve", cause=cause)
    told.send()
    text = shown(server.alerts[0])
    assert "<!channel>" not in text
    assert "<https://evil" not in text
    assert "@here" not in text
    assert "```" not in text
    assert "长" * 100 not in text
    assert "&lt;!channel&gt;" in text


def test_claim_during_the_run_is_seen(tmp_path: Path, server: SlackServer) -> None:
    """While `fengsui run` goes on, a claim made in another process changes the message."""
    server.epoch = stories.CRISIS.timestamp() + 1_000_000
    settings = made_settings(tmp_path, server.url).model_copy(update={"members": ()})
    write_crisis(tmp_path)
    with running(settings, FastClock()):
        eventually(lambda: server.messages)
        with Services(settings) as services:
            desk = Desk(services.ledger, settings)
            (view,) = desk.incidents(is_open=True)
            subject = subject_of(INCIDENT, view.incident.key)
            desk.act(desk.new(ActionKind.CLAIM, subject, "命令行:root", Via.CLI, "1"))
        eventually(lambda: "命令行:root" in shown(server.alerts[0]))
