"""What Slack shows at once of an alert: blocks, links behind lines, a picture in the thread."""

import logging
from dataclasses import replace

import pytest

from alerts.messages.evidence_message import evidence
from alerts.messages.message import Anchor, Line, Message, Picture, Section
from alerts.notify.slack.blocks import payload_of
from alerts.notify.slack.notifier import SlackNotifier
from records import Level
from tests.alerts.made import made_alert, made_story
from tests.alerts.notify.contract import send_alert
from tests.alerts.notify.slack_server import CHANNEL, Fault, SlackServer, fault_of_form

ALERT = made_alert()
SCREEN = Message(
    "zh",
    "🔵 蓝 · 云朵茶饮 · 喝出活虫",
    level=Level.BLUE,
    screen=(
        Line("20:25｜45 分钟 9 条负面"),
        Line("源头：橙**", (Anchor("原帖", "https://weibo.example/1?a=1&b=2"),), "source"),
    ),
    closing=(Section("编号", (ALERT.incident.key,), "key"),),
    alert=ALERT,
)
PNG = b"\x89PNG\r\n\x1a\n\xff\x00made for tests"
PICTURED = replace(SCREEN, picture=Picture("chart.png", PNG, "负面条数走势"))


def test_the_screen_is_blocks_and_no_attachment() -> None:
    """Header, one section with the lines, and the incident's key last; nothing to fold away."""
    payload = payload_of(SCREEN)
    header, section, context = payload["blocks"]
    assert "attachments" not in payload
    assert header["text"]["text"] == SCREEN.title
    assert section["text"]["text"] == (
        "20:25｜45 分钟 9 条负面\n源头：橙＊＊ <https://weibo.example/1?a=1&amp;b=2|原帖>"
    )
    assert context["type"] == "context"
    assert ALERT.incident.key.replace("@", "＠") in context["elements"][0]["text"]
    assert payload["text"].startswith(SCREEN.title)
    assert "9 条负面" in payload["text"]


def test_a_hostile_screen_calls_nobody_and_links_nowhere() -> None:
    """Neither a line, a label nor an address can mark up, call or link elsewhere."""
    text = "<!channel> <https://evil.example|x> *b* @here `c`"
    anchor = Anchor("原|帖>", "https://a.example/x|y><!here>")
    payload = payload_of(replace(SCREEN, screen=(Line(text, (anchor,)),)))
    shown = payload["blocks"][1]["text"]["text"]
    assert shown.count("<") == shown.count(">") == 1
    assert shown.endswith("<https://a.example/x%7Cy%3E%3C!here%3E|原｜帖&gt;>")


def test_a_long_screen_fits() -> None:
    """However long its lines are, a screen stays within Slack's limits."""
    lines = tuple(
        Line("长<" * 400, (Anchor("x", "https://a.example/" + "y" * 900),)) for _ in "1234"
    )
    assert fault_of_form({**payload_of(replace(SCREEN, screen=lines)), "metadata": {}}) == ""


def test_an_edit_leaves_no_attachment_behind(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """A message of an older version, which had an attachment, has none after it was edited."""
    opening, *_ = made_story()
    receipt = send_alert(slack, opening)
    slack_server.messages[0]["attachments"] = [{"color": "#fff", "blocks": []}]
    slack.edit(SCREEN, f"{opening.key}/edit", receipt)
    assert not slack_server.messages[0]["attachments"]


@pytest.mark.parametrize("broadcast", [True, False])
def test_a_broadcast_is_shown_to_the_channel(
    slack: SlackNotifier, slack_server: SlackServer, broadcast: bool
) -> None:
    """An answer that says so is shown in the channel too."""
    receipt = slack.send(SCREEN, "a", None)
    slack.send(replace(SCREEN, broadcast=broadcast), "b", receipt)
    assert slack_server.messages[1]["reply_broadcast"] is broadcast


def test_the_picture_goes_into_the_thread(slack: SlackNotifier, slack_server: SlackServer) -> None:
    """With the scope, the picture is uploaded with its three calls and stands in the thread."""
    slack_server.scopes |= {"files:write"}
    receipt = slack.send(PICTURED, "a", None)
    (upload,) = slack_server.uploads.values()
    assert upload["body"] == PNG
    assert (upload["title"], upload["channel"]) == ("负面条数走势", CHANNEL)
    assert upload["thread_ts"] == receipt.thread
    called = [method for method, _ in slack_server.calls if "pload" in method]
    assert called == ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"]


def test_without_the_scope_the_message_goes_alone(
    slack: SlackNotifier, slack_server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Without files:write every message goes out; the log says so once, and Slack is asked once."""
    with caplog.at_level(logging.WARNING):
        for key in "abc":
            slack.send(PICTURED, key, None)
    assert len(slack_server.messages) == 3
    assert [one.getMessage() for one in caplog.records if "files:write" in one.getMessage()] == [
        "crisis-room gets no pictures: the app lacks files:write"
    ]
    assert [method for method, _ in slack_server.calls].count("files.getUploadURLExternal") == 1


@pytest.mark.parametrize("status", [429, 500])
def test_a_picture_that_fails_loses_no_message(
    slack: SlackNotifier, slack_server: SlackServer, status: int
) -> None:
    """A message without its picture has arrived: it is not sent again."""
    slack_server.scopes |= {"files:write"}
    slack_server.faults.append(Fault(status, method="files.getUploadURLExternal"))
    assert slack.send(PICTURED, "a", None).message
    assert len(slack_server.messages) == 1
    slack.send(PICTURED, "b", None)
    assert len(slack_server.uploads) == 1


def test_pictures_can_be_turned_off(slack_server: SlackServer, slack: SlackNotifier) -> None:
    """With `pictures = false` nothing is uploaded."""
    slack_server.scopes |= {"files:write"}
    off = SlackNotifier(slack._settings.model_copy(update={"pictures": False}))
    off.send(PICTURED, "a", None)
    assert (slack_server.uploads, off.abilities.pictures) == ({}, False)


def test_a_checklist_is_a_block_of_its_own() -> None:
    """Listed closing lines stand one below the other; the others share the small print."""
    red = replace(ALERT, incident=replace(ALERT.incident, level=Level.RED))
    blocks = payload_of(evidence(red, "zh"))["blocks"]
    ticked = next(block for block in blocks if "☐" in str(block))
    assert ticked["type"] == "section"
    assert ticked["text"]["text"].count("\n☐") >= 6
    assert blocks[-1]["type"] == "context"
