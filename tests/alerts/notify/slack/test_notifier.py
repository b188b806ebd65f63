"""Slack: the form of a message, its thread, every error, and the search for what may have come."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import ValidationError
from slack_sdk import WebClient

from alerts.messages.message import Message, Section
from alerts.notify.pacing import Pacer
from alerts.notify.protocol import NotifyError
from alerts.notify.slack.blocks import payload_of
from alerts.notify.slack.notifier import SlackNotifier
from alerts.notify.slack.settings import SlackReceiver
from records import Change, Receipt
from tests.alerts.conftest import slack_notifier
from tests.alerts.made import OPENED, made_alert, made_incident, made_story
from tests.alerts.notify.contract import SECRET, NotifierContract, made_brief, send_alert
from tests.alerts.notify.slack_server import (
    CHANNEL,
    TOKEN,
    Fault,
    SlackServer,
    blocks_of,
    fault_of_form,
    refusal,
    text_of,
)

SINCE = OPENED - timedelta(hours=1)
HTML = Fault(body="<html>a proxy speaks</html>", headers=(("Content-Type", "text/html"),))


class TestContract(NotifierContract):
    @pytest.fixture
    def notifier(self, slack: SlackNotifier) -> SlackNotifier:
        return slack

    @pytest.fixture
    def delivered(self, slack_server: SlackServer) -> Callable[[], list[str]]:
        return lambda: [json.dumps(m, ensure_ascii=False) for m in slack_server.messages]

    @pytest.fixture
    def broken(self, slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch) -> SlackNotifier:
        monkeypatch.setenv("SLACK_BOT_TOKEN", SECRET)
        return slack_notifier(slack_server)


def test_a_message_has_header_fallback_and_key(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """A message has a header, a fallback text with the numbers and its key; nothing unfurls."""
    alert = made_alert()
    receipt = send_alert(slack, alert)
    (message,) = slack_server.messages
    assert message["blocks"][0]["text"]["text"].startswith("🟠 橙 · 云朵茶饮 · ")
    assert "attachments" not in message
    assert "147 条负面" in message["text"]
    assert message["metadata"]["event_payload"]["alert"] == alert.key
    link = "<https://weibo.com/1/abc?from=x&amp;y=1|原帖>"
    assert any(link in text_of(block) for block in blocks_of(message))
    assert message["unfurl_links"] is message["unfurl_media"] is message["link_names"] is False
    assert receipt == Receipt(CHANNEL, message["ts"], message["ts"])


def test_only_a_raise_is_shown_in_the_channel_too(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """Later messages answer in the thread; only a risen level is broadcast to the channel."""
    first, *others = made_story()
    thread = send_alert(slack, first)
    for alert in others:
        send_alert(slack, alert, thread)
    opening, *replies = slack_server.messages
    assert "thread_ts" not in opening
    assert {reply["thread_ts"] for reply in replies} == {thread.thread}
    assert [reply["reply_broadcast"] for reply in replies] == [True, False, False]


def test_a_thread_elsewhere_is_not_answered(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """A thread of another channel (the settings have changed) is left; a new one opens."""
    receipt = send_alert(slack, made_alert(), Receipt("C0OTHER", "1.0", "1.0"))
    assert "thread_ts" not in slack_server.messages[0]
    assert receipt.thread == receipt.message


def test_a_deleted_thread_is_opened_anew(slack: SlackNotifier, slack_server: SlackServer) -> None:
    """If the thread's first message is gone, the alert still comes, in a thread of its own."""
    slack_server.faults.append(refusal("thread_not_found"))
    receipt = send_alert(slack, made_alert(Change.RAISED), Receipt(CHANNEL, "1.0", "1.0"))
    assert len(slack_server.messages) == 1
    assert receipt.thread == receipt.message


@pytest.mark.parametrize(
    ("fault", "retry", "after", "says"),
    [
        (Fault(429, headers=(("Retry-After", "7"),)), True, 7, "wait"),
        (Fault(429, body="<html>", headers=(("Retry-After", "7"),)), True, 7, "wait"),
        (Fault(429), True, 30, "wait"),
        (Fault(429, headers=(("Retry-After", "99999999999"),)), True, 3600, "wait"),
        (Fault(429, headers=(("Retry-After", "Tue, 03 Mar 2026 00:00 GMT"),)), True, 30, "wait"),
        (refusal("ratelimited"), True, 30, "wait"),
        (refusal("rate_limited"), True, 30, "wait"),
        (Fault(500), True, None, "HTTP 500"),
        (Fault(500, body='{"ok": false, "error": "x_y"}'), True, None, "HTTP 500"),
        (Fault(502, body="<html>"), True, None, "HTTP 502"),
        (Fault(503), True, None, "HTTP 503"),
        (Fault(504), True, None, "HTTP 504"),
        (Fault(400), False, None, "HTTP 400"),
        (Fault(403, body="<html>"), False, None, "HTTP 403"),
        (Fault(404), False, None, "HTTP 404"),
        (refusal("internal_error"), True, None, "internal_error"),
        (refusal("fatal_error"), True, None, "fatal_error"),
        (refusal("service_unavailable"), True, None, "service_unavailable"),
        (refusal("request_timeout"), True, None, "request_timeout"),
        (refusal("account_inactive"), False, None, "install"),
        (refusal("channel_not_found"), False, None, "invited"),
        (refusal("invalid_auth"), False, None, "not valid"),
        (refusal("invalid_blocks"), False, None, "form"),
        (refusal("is_archived"), False, None, "archived"),
        (refusal("missing_scope", needed="chat:write"), False, None, "chat:write"),
        (refusal("msg_too_long"), False, None, "too long"),
        (refusal("not_authed"), False, None, "token"),
        (refusal("not_in_channel"), False, None, "/invite"),
        (refusal("restricted_action"), False, None, "workspace"),
        (refusal("token_expired"), False, None, "expired"),
        (refusal("token_revoked"), False, None, "revoked"),
        (refusal("an_error_of_tomorrow"), False, None, "an_error_of_tomorrow"),
        (refusal("https://evil.example/?token=1"), True, None, "not come from Slack"),
        (HTML, True, None, "not come from Slack"),
        (Fault(body=""), True, None, "not come from Slack"),
        (Fault(body="{"), True, None, "not come from Slack"),
        (Fault(body="null"), True, None, "not come from Slack"),
        (Fault(body="[1]"), True, None, "no usable answer"),
        (Fault(body='{"ok": true}'), True, None, "lacks the message's id"),
        (Fault(body='{"ok": true, "ts": 5}'), True, None, "lacks the message's id"),
        (Fault(drop=True), True, None, "no usable answer"),
        (Fault(headers=(("Content-Type", "a/b; charset=none"),)), True, None, "no usable answer"),
    ],
)
def test_every_error_has_its_answer(
    slack: SlackNotifier,
    slack_server: SlackServer,
    fault: Fault,
    retry: bool,
    after: int | None,
    says: str,
) -> None:
    """Each status and code says whether and when to try again; nothing is tried behind our back."""
    slack_server.faults.append(fault)
    with pytest.raises(NotifyError, match=says) as caught:
        send_alert(slack, made_alert())
    assert caught.value.retry is retry
    assert caught.value.after == (timedelta(seconds=after) if after else None)
    assert TOKEN not in str(caught.value)
    assert len(slack_server.calls) == 1


def test_a_time_out_is_tried_again(
    slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that does not answer in time is worth another try."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    slack_server.faults.append(Fault(hang=5.0))
    with pytest.raises(NotifyError, match="in time") as caught:
        send_alert(slack_notifier(slack_server, timeout_seconds=1), made_alert())
    assert caught.value.retry


def test_nobody_there_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection is worth another try."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    with SlackServer() as gone:
        pass
    with pytest.raises(NotifyError, match="no usable answer") as caught:
        send_alert(slack_notifier(gone), made_alert())
    assert caught.value.retry


@pytest.mark.parametrize(("value", "says"), [("", "not set"), ("xoxb-\nsplit", "unprintable")])
def test_a_missing_token_is_named(
    slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch, value: str, says: str
) -> None:
    """A missing or broken token is reported by its variable's name, never by its value."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", value)
    with pytest.raises(NotifyError, match=f"SLACK_BOT_TOKEN.*{says}") as caught:
        send_alert(slack_notifier(slack_server), made_alert())
    assert not caught.value.retry
    assert "xoxb" not in str(caught.value)


def test_nothing_is_logged(
    slack: SlackNotifier,
    slack_server: SlackServer,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Neither the token nor the message nor an answer stands in any log, whatever its level."""
    caplog.set_level(logging.DEBUG)
    slack_server.faults.append(HTML)
    with pytest.raises(NotifyError):
        send_alert(slack, made_alert())
    send_alert(slack, made_alert())
    assert (caplog.text, *capsys.readouterr()) == ("", "", "")


def test_a_pause_that_slack_asked_for_is_kept(
    slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a 429 no message goes out before the pause is over; then they go again."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    seconds = [0.0]
    settings = SlackReceiver(name="room", channel=CHANNEL, base_url=slack_server.url)
    slack = SlackNotifier(settings, pacer=Pacer(clock=lambda: seconds[0], sleep=lambda _: None))
    slack_server.faults.append(Fault(429, headers=(("Retry-After", "20"),)))
    for _ in range(2):
        with pytest.raises(NotifyError) as caught:
            send_alert(slack, made_alert())
        assert caught.value.after == timedelta(seconds=20)
    assert len(slack_server.calls) == 1
    seconds[0] = 20.0
    send_alert(slack, made_alert())
    assert len(slack_server.messages) == 1


def test_one_message_a_second() -> None:
    """A pacer lets the first message through at once and each other one a second later."""
    seconds, slept = [100.0], []

    def sleep(pause: float) -> None:
        slept.append(pause)
        seconds[0] += pause

    pacer = Pacer(clock=lambda: seconds[0], sleep=sleep)
    pacer.wait()
    seconds[0] += 0.4
    pacer.wait()
    seconds[0] += 3.0
    pacer.wait()
    assert slept == pytest.approx([0.6])


def test_find_returns_what_notify_did(slack: SlackNotifier) -> None:
    """Openings, quiet replies and broadcasts are all found, each with the receipt it had."""
    first, *others = made_story()
    thread = send_alert(slack, first)
    receipts = [send_alert(slack, alert, thread) for alert in others]
    assert [slack.find(alert.key, SINCE) for alert in (first, *others)] == [thread, *receipts]


def test_find_reads_on_through_the_pages(slack: SlackNotifier, slack_server: SlackServer) -> None:
    """A message that lies pages back is found."""
    slack_server.page = 2
    alert = made_alert()
    receipt = send_alert(slack, alert)
    for hour in range(5):
        other = made_incident(opened_at=OPENED + timedelta(hours=hour))
        send_alert(slack, made_alert(incident=other, at=OPENED + timedelta(hours=hour)))
    assert slack.find(alert.key, SINCE) == receipt


def test_find_looks_for_the_thread_where_it_began(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """A reply is found in its thread, asked from the time on at which the thread can have begun."""
    opened, _, lowered, _ = made_story()
    thread = send_alert(slack, opened)
    slack_server.epoch += 7200
    receipt = send_alert(slack, lowered, thread)
    assert slack.find(lowered.key, lowered.incident.opened_at) == receipt


def test_find_looks_into_the_threads_that_may_hold_it(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """An approved reply is found in its incident's thread, an alert in a bundle's; others rest."""
    alert = made_alert()
    other = made_alert(incident=made_incident(brand="晨曦"))
    roots = [send_alert(slack, one) for one in (alert, other)]
    bundle = slack.send(made_brief(), "group-1", None)
    slack.send(made_brief(), "x", roots[1])
    reply = slack.send(made_brief(), f"reply@{alert.incident.key}@1", roots[0])
    later = slack.send(made_brief(), "晨曦@20260302T0042Z/raised", bundle)
    assert slack.find(f"reply@{alert.incident.key}@1", SINCE) == reply
    asked = [said["ts"] for method, said in slack_server.calls if "ts" in said and "repl" in method]
    assert roots[1].message not in asked
    assert slack.find("晨曦@20260302T0042Z/raised", SINCE) == later


def test_find_looks_no_farther_than_since(slack: SlackNotifier) -> None:
    """A message older than the incident and the question is not looked at."""
    later = OPENED + timedelta(days=30)
    alert = made_alert(incident=made_incident(opened_at=later), at=later)
    send_alert(slack, alert)
    assert slack.find(alert.key, later) is None


@pytest.mark.parametrize("code", ["missing_scope", "not_in_channel", "channel_not_found"])
def test_find_without_the_right_to_read_knows_nothing(
    slack: SlackNotifier, slack_server: SlackServer, code: str
) -> None:
    """An app that may not read the channel finds nothing: the message will be sent again."""
    alert = made_alert()
    send_alert(slack, alert)
    slack_server.faults.append(refusal(code))
    assert slack.find(alert.key, SINCE) is None


@pytest.mark.parametrize(
    "fault", [Fault(429), Fault(500), HTML, Fault(body='{"ok": true, "messages": 5}')]
)
def test_find_does_not_guess(slack: SlackNotifier, slack_server: SlackServer, fault: Fault) -> None:
    """If Slack cannot be asked now, that is an error to be tried again, not an answer."""
    slack_server.faults.append(fault)
    with pytest.raises(NotifyError) as caught:
        slack.find(made_alert().key, SINCE)
    assert caught.value.retry


def test_find_gives_up_before_the_lease_ends(
    slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search that takes too long ends with an error to be tried again."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    ticks = iter([0.0, 1.0, 1.0, 16.0])
    settings = SlackReceiver(name="room", channel=CHANNEL, base_url=slack_server.url)
    slack = SlackNotifier(settings, pacer=Pacer(sleep=lambda _: None), clock=lambda: next(ticks))
    slack_server.page = 1
    for hour in range(3):
        other = made_incident(opened_at=OPENED + timedelta(hours=hour))
        send_alert(slack, made_alert(incident=other))
    with pytest.raises(NotifyError, match="too long"):
        slack.find(made_alert(Change.LOWERED).key, SINCE)


def test_check_names_the_token_s_owner(slack: SlackNotifier) -> None:
    """A check tells whose token it is."""
    assert "fengsui" in slack.check()


def test_a_given_client_is_used(slack_server: SlackServer) -> None:
    """A client that is handed in takes the place of the one from the environment."""
    client = WebClient(token=TOKEN, base_url=slack_server.url, retry_handlers=[])
    send_alert(SlackNotifier(SlackReceiver(name="room", channel=CHANNEL), client), made_alert())
    assert len(slack_server.messages) == 1


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("channel", "#brand-crisis", "the channel's ID"),
        ("channel", "", "the channel's ID"),
        ("base_url", "http://slack.example/api/", "https"),
        ("base_url", "ftp://127.0.0.1/", "https"),
        ("token", "xoxb-1", "Extra inputs"),
    ],
)
def test_settings_are_refused_with_a_hint(field: str, value: str, says: str) -> None:
    """A channel's name, an open address or a token in the settings is refused with a hint."""
    with pytest.raises(ValidationError, match=says):
        SlackReceiver.model_validate({"name": "room", "channel": CHANNEL, field: value})


@pytest.mark.parametrize("text", ["<!channel> *x* `y` <https://a.example|b>", "长" * 400])
def test_listed_sections_fit_and_hold_no_markup(text: str) -> None:
    """However long or hostile, a brief stays within Slack's limits and holds no markup."""
    payload = payload_of(made_brief(60, text))
    assert fault_of_form({**payload, "metadata": {}}) == ""
    assert "attachments" not in payload
    assert "<!channel>" not in json.dumps(payload)
    assert "<https" not in json.dumps(payload)


def test_many_sections_are_cut_to_what_slack_takes() -> None:
    """More sections than Slack takes lose the last ones, whole."""
    sections = tuple(Section(f"{n}", ("x",), listed=True) for n in range(60))
    payload = payload_of(Message("zh", "日报", sections=sections))
    assert fault_of_form({**payload, "metadata": {}}) == ""
    assert [text_of(block) for block in payload["blocks"][1:]] == [f"*{n}*\nx" for n in range(40)]
