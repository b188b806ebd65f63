"""Rules of notices: whole, escaped, within each channel's limits, in the thread they belong to."""

import io
import json
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr
from rich.console import Console

from alerts.messages.notice import Notice, Paragraph
from alerts.notify.protocol import NotifyError, Teller
from alerts.notify.slack.blocks import notice_payload_of
from alerts.notify.slack.notifier import SlackNotifier, SlackReceiver
from alerts.notify.terminal import TerminalNotifier, TerminalReceiver
from alerts.notify.webhook.notifier import WebhookNotifier, WebhookReceiver
from alerts.settings import ReceiverSettings, notifier_of
from records import Receipt
from tests.alerts.notify.slack_server import Fault, SlackServer, blocks_of, fault_of_form, text_of

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def notice(lines: int = 2, text: str = "云朵茶饮 12 条") -> Notice:
    paragraphs = tuple(
        Paragraph(f"段落 {n}", tuple(f"{text} {i}" for i in range(lines))) for n in range(3)
    )
    return Notice(key="brief@20260302T0400Z", language="zh", title="日报", paragraphs=paragraphs)


def test_slack_gets_it_whole_and_knows_it_again(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """A notice is posted with all its lines, and is found in the channel by its key alone."""
    assert slack.told(notice(), NOON) is None
    receipt = slack.tell(notice(), None)
    (message,) = slack_server.messages
    shown = "\n".join(text_of(block) for block in blocks_of(message))
    assert all(line in shown for line in notice().plain().splitlines())
    assert slack.told(notice(), datetime.fromtimestamp(slack_server.epoch, UTC)) == receipt


def test_slack_answers_in_the_thread(slack: SlackNotifier, slack_server: SlackServer) -> None:
    """With a receipt of this channel a notice is an answer in its thread; of another, it is not."""
    root = slack.tell(notice(), None)
    slack.tell(notice(), root)
    slack.tell(notice(), Receipt("C0ANOTHER", "1", "1"))
    threads = [message.get("thread_ts") for message in slack_server.messages]
    assert threads == [None, root.thread, None]


@pytest.mark.parametrize("text", ["<!channel> *x* `y` <https://a.example|b>", "长" * 400])
def test_slack_takes_any_notice(text: str) -> None:
    """However long or hostile, a notice stays within Slack's limits and holds no markup."""
    payload = notice_payload_of(notice(60, text))
    assert fault_of_form({**payload, "metadata": {}}) == ""
    assert "<!channel>" not in json.dumps(payload)
    assert "<https" not in json.dumps(payload)


def test_slack_that_refuses_says_so(slack: SlackNotifier, slack_server: SlackServer) -> None:
    """What Slack does not take raises."""
    slack_server.faults.append(Fault(status=503, method="chat.postMessage"))
    with pytest.raises(NotifyError):
        slack.tell(notice(), None)


def test_terminal_prints_it_as_it_is() -> None:
    """A terminal shows every line, and takes no markup for markup."""
    out = io.StringIO()
    terminal = TerminalNotifier("t", Console(file=out, width=120))
    receipt = terminal.tell(notice(text="[red]x[/red]"), None)
    assert receipt.message == notice().key
    assert out.getvalue().count("[red]x[/red]") == 6
    assert terminal.told(notice(), NOON) is None


def test_webhook_gets_json_under_its_key() -> None:
    """A webhook gets the notice as JSON with its key for Idempotency-Key; a refusal raises."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        status = 200 if len(requests) == 1 else 500
        return httpx.Response(status, stream=httpx.ByteStream(b""))

    settings = WebhookReceiver(name="w", url=SecretStr("https://hook.example/x"))
    webhook = WebhookNotifier(settings, transport=httpx.MockTransport(answer))
    webhook.tell(notice(), Receipt("w", "m", "root"))
    body = json.loads(requests[0].content)
    assert (body["type"], body["key"], body["thread"]) == ("notice", notice().key, "root")
    assert body["message"]["text"] == notice().plain()
    assert requests[0].headers["Idempotency-Key"] == notice().key
    with pytest.raises(NotifyError):
        webhook.tell(notice(), None)


@pytest.mark.parametrize(
    "settings",
    [
        SlackReceiver(name="s", channel="C0"),
        TerminalReceiver(name="t"),
        WebhookReceiver(name="w", url_env="HOOK_URL"),
    ],
)
def test_every_receiver_takes_notices(settings: ReceiverSettings) -> None:
    """Each kind of receiver is a Teller."""
    assert isinstance(notifier_of(settings, Console()), Teller)
