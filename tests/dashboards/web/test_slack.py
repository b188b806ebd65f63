"""Slack's clicks by HTTP: only what Slack signed lately is read."""

import json
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier
from starlette.testclient import TestClient

from dashboards.web.slack import LARGEST
from fengsui.desk.desk import Desk
from fengsui.services import Services
from tests.alerts.notify.slack_server import CHANNEL, TOKEN
from tests.dashboards.web.crisis import Crisis
from tests.fengsui.desk.making import TEAM
from tests.fengsui.desk.slack.socket import SocketSlack, socket_slack

SECRET = "made-for-tests"
PATIENCE = 20.0


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[SocketSlack]:
    """Return Slack on this machine, and the secrets of its app."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    with socket_slack() as server:
        yield server


@pytest.fixture
def browser(crisis: Crisis, slack: SocketSlack) -> Iterator[TestClient]:
    """Return a client of the page that takes what Slack sends."""
    app = {"mode": "http", "base_url": slack.web.url}
    with crisis.client(members=TEAM, slack=app) as client:
        yield client


def click(slack: SocketSlack, key: str) -> str:
    """Return the body of a click on the first button."""
    payload = {
        "type": "block_actions",
        "user": {"id": "U0001"},
        "channel": {"id": CHANNEL},
        "trigger_id": "t",
        "response_url": f"{slack.web.url}respond",
        "actions": [
            {"action_id": "fengsui.claim", "block_id": "b", "value": key, "action_ts": "1"}
        ],
    }
    return urlencode({"payload": json.dumps(payload)})


def signed(body: str, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    """Return the headers with which Slack signs a body."""
    at = str(int(time.time()) - age)
    signature = SignatureVerifier(secret).generate_signature(timestamp=at, body=body)
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": at,
        "x-slack-signature": str(signature),
    }


def test_a_signed_click_is_done(browser: TestClient, slack: SocketSlack, crisis: Crisis) -> None:
    """Slack needs no session: its signature opens the door; who clicked gets an answer."""
    body = click(slack, crisis.key)
    answer = browser.post("/slack/events", content=body, headers=signed(body))
    assert answer.status_code == 200
    assert "认领" in slack.whispers.get(timeout=PATIENCE)
    with Services(crisis.settings(members=TEAM)) as services:
        found = Desk(services.ledger, services.settings).incident(crisis.key)
    assert found.state.owner == "李雷"


@pytest.mark.parametrize(
    ("secret", "age"), [("another-secret", 0), (SECRET, 600)], ids=["forged", "replayed"]
)
def test_a_forged_or_old_click_is_refused(
    browser: TestClient, slack: SocketSlack, crisis: Crisis, secret: str, age: int
) -> None:
    """Another secret, or a signature of ten minutes ago, is refused and does nothing."""
    body = click(slack, crisis.key)
    headers = signed(body, secret, age)
    answer = browser.post("/slack/events", content=body, headers=headers)
    assert answer.status_code == 401
    assert slack.whispers.empty()


def test_a_body_is_bounded_and_text(browser: TestClient) -> None:
    """What is too long is not read to its end, and what is no text is refused."""
    for content, status in ((b"a" * (LARGEST + 1), 413), (b"\xff\xfe", 400)):
        assert browser.post("/slack/events", content=content).status_code == status


def test_without_the_setting_there_is_no_door(crisis: Crisis) -> None:
    """Unless the settings say http, nothing is taken at the address."""
    with crisis.client() as client:
        assert client.post("/slack/events").status_code in {404, 405}
