"""A Slack that is nobody's, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from alerts.notify.pacing import Pacer
from alerts.notify.slack.notifier import SlackNotifier
from alerts.notify.slack.settings import SlackReceiver
from tests.alerts.notify.slack_server import CHANNEL, TOKEN, SlackServer


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def slack_server() -> Iterator[SlackServer]:
    """Return a running server."""
    with SlackServer() as server:
        yield server


@pytest.fixture
def slack(slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch) -> SlackNotifier:
    """Return a notifier that posts to the server without pausing."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    return slack_notifier(slack_server)


def slack_notifier(server: SlackServer, timeout_seconds: int = 5) -> SlackNotifier:
    """Return a notifier that posts to `server` without pausing."""
    settings = SlackReceiver(
        name="crisis-room", channel=CHANNEL, base_url=server.url, timeout_seconds=timeout_seconds
    )
    return SlackNotifier(settings, pacer=Pacer(sleep=lambda _: None))
