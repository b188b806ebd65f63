"""From an empty folder to the first alert: a settings file, `fengsui run`, and nothing else."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.settings import SlackReceiver
from fengsui.ingest.poll import means_of
from fengsui.pipeline.run import poll_once, turn
from fengsui.services import Services
from fengsui.settings.application import load
from listeners.parsing.weibo_ids import MID_EPOCH
from listeners.settings import listener_of
from records import IncidentKind
from tests.alerts.notify.slack_server import CHANNEL, TOKEN, SlackServer
from tests.fengsui import stories
from tests.fengsui.pipeline.test_run import eventually
from tests.listeners.faults import Faults
from tests.listeners.made_posts import MadePost
from tests.listeners.weibo_site import Site

SETTINGS = """
[[brands]]
name = "{brand}"
[[sources]]
kind = "weibo_search"
name = "licensed"
keywords = ["{brand}"]
token_env = "WEIBO_TOKEN"
accept_terms = "微博开放平台开发者协议"
base_url = "{site}"
poll_seconds = 2
request_seconds = 0.1
[[receivers]]
kind = "slack"
name = "pr"
channel = "{channel}"
base_url = "{slack}"
[[routes]]
receivers = ["pr"]
"""


def crisis(now: datetime, number: int = 160) -> list[MadePost]:
    """Return angry posts of the last ten minutes, each in its own words."""
    angry = [line for line in stories.lines() if "虫" in line["text"]][:number]
    posts = []
    for place, line in enumerate(angry):
        at = (now - timedelta(seconds=590 * (place + 1) / number)).replace(microsecond=0)
        mid = ((int(at.timestamp()) - MID_EPOCH) << 22) + place
        posts.append(MadePost(str(mid), stories.BRAND, line["text"], at, at, None, 10_000 + place,
                              place, place))  # fmt: skip
    return sorted(posts, key=lambda post: post.mid)


@pytest.mark.parametrize("minute", [0, 10, 23, 30, 47])
def test_first_alert_at_any_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minute: int
) -> None:
    """The first read alone is enough for the alarm, wherever in the hour it falls."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("WEIBO_TOKEN", "a-token")
    now = datetime(2026, 11, 25, 20, minute, 23, tzinfo=UTC)
    faults = Faults(1, now, now)
    with SlackServer() as slack, Site(crisis(now), lambda: now, faults) as site:
        path = written(tmp_path, site, slack)
        with Services(load(path)) as services:
            (source,) = services.settings.sources
            context = means_of(services, budget=timedelta(seconds=30))
            poll_once(
                services, source, listener_of(source, replace(context, clock=lambda: now)), now
            )
            turn(services, lambda: now)
        assert slack.keys()[0].startswith(f"{stories.BRAND}@")


def written(folder: Path, site: Site, slack: SlackServer) -> Path:
    path = folder / "fengsui.toml"
    made = SETTINGS.format(brand=stories.BRAND, site=site.url, slack=slack.url, channel=CHANNEL)
    path.write_text(made, encoding="utf-8")
    return path


@pytest.fixture
def site() -> Iterator[Site]:
    now = datetime.now(UTC)
    with Site(crisis(now), lambda: datetime.now(UTC), Faults(1, now, now)) as site:
        yield site


def test_first_alert_without_a_manual_step(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`fengsui run` reads the site, annotates, detects and notifies Slack, from a clean start."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("WEIBO_TOKEN", "a-token")
    monkeypatch.delenv("FENGSUI_AUTHOR_KEY")
    with SlackServer() as slack:
        path = written(tmp_path, site, slack)
        command = [sys.executable, "-m", "fengsui", "run", "--config", str(path)]
        with subprocess.Popen(command, env=os.environ | {"PYTHONUTF8": "1"}) as process:
            try:
                eventually(lambda: slack.messages, seconds=240)
            finally:
                process.send_signal(signal.SIGINT)
                assert process.wait(timeout=60) == 0
    assert slack.keys()[0].startswith(f"{stories.BRAND}@")
    with Services(load(path)) as services:
        assert isinstance(services.settings.receivers[0], SlackReceiver)
        (incident,) = [one for one in services.ledger.incidents() if one.kind is IncidentKind.BRAND]
        assert incident.brand == stories.BRAND
        assert "10000" not in {mention.author for mention in services.store.mentions_of(
            [f"weibo:{post.mid}" for post in crisis(datetime.now(UTC))])}  # fmt: skip
