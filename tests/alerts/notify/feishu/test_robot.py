"""Feishu's custom robots: the signature, and every documented code."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any, ClassVar

import httpx
import pytest
from pydantic import ValidationError

from alerts.messages.message import Message
from alerts.notify.feishu.errors import ROBOT
from alerts.notify.feishu.robot import feishu_robot, signed
from alerts.notify.feishu.settings import FeishuReceiver
from alerts.notify.pacing import Pacer
from alerts.notify.robot import GroupRobot
from tests.alerts.made import made_alert
from tests.alerts.notify.contract import SECRET, send_alert
from tests.alerts.notify.robot_contract import RobotContract, check_code, made_long
from tests.servers.scripted import Reply, ScriptedServer, reply

SETTINGS = FeishuReceiver(
    name="危机群", url_env="ROBOT_URL", secret_env="ROBOT_SECRET", timeout_seconds=5
)
NOW = 1_772_415_720.5


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Return a robot's other side that takes everything."""
    with ScriptedServer(reply(code=0, msg="success", data={}, StatusCode=0)) as running:
        yield running


@pytest.fixture
def notifier(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> GroupRobot:
    """Return a notifier that posts to the server without pausing."""
    monkeypatch.setenv("ROBOT_URL", f"{server.url}/open-apis/bot/v2/hook/{SECRET}")
    monkeypatch.setenv("ROBOT_SECRET", SECRET)
    return feishu_robot(SETTINGS, turns=Pacer(sleep=lambda _: None), now=lambda: NOW)


class TestContract(RobotContract):
    too_fast: ClassVar[Reply] = reply(code=11232, msg="frequency limited psm")
    refused: ClassVar[Reply] = reply(code=19024, msg="Key Words Not Found")
    long: ClassVar[Message] = made_long(60)

    @pytest.fixture
    def server(self, server: ScriptedServer) -> ScriptedServer:
        return server

    @pytest.fixture
    def notifier(self, notifier: GroupRobot) -> GroupRobot:
        return notifier


# Every code that is documented: code, text, whether to try again, after how long, a word for it.
ROWS: list[tuple[int, str, bool, float | None, str]] = [
    (9499, "Bad Request", False, None, "form"),
    (9499, "too many request", True, 60, "wait"),
    (11232, "frequency limited psm[lark.oapi.app_platform_runtime]", True, 60, "wait"),
    (11246, "card content is invalid", False, None, "form"),
    (11247, "card content is invalid", False, None, "form"),
    (19001, "param invalid: incoming webhook access token invalid", False, None, "copy"),
    (19002, "params error", False, None, "form"),
    (19003, "msg_type need", False, None, "form"),
    (19005, "robot does not exist", False, None, "no such robot"),
    (19006, "robot is stopped", False, None, "stopped"),
    (19007, "Bot Not Enabled", False, None, "switched on"),
    (19021, "sign match fail or timestamp is not within one hour", False, None, "clock"),
    (19022, "Ip Not Allowed", False, None, "IP address"),
    (19024, "Key Words Not Found", False, None, "keyword"),
    (19036, "chat is dissolved", False, None, "dissolved"),
    (99991400, "request trigger frequency limit", True, 60, "wait"),
    (999999, "unheard of", False, None, "Feishu: 999999"),
]


@pytest.mark.parametrize(("code", "text", "retry", "after", "hint"), ROWS)
def test_every_code_has_its_meaning(
    notifier: GroupRobot,
    server: ScriptedServer,
    code: int,
    text: str,
    retry: bool,
    after: float | None,
    hint: str,
) -> None:
    """Each code in the body of an HTTP 200 says whether to try again, when, and what to do."""
    body: dict[str, Any] = {"code": code, "msg": text}
    check_code(notifier, server, (body, retry, after, hint))


def test_the_table_is_whole() -> None:
    """The table has a row for every code that the notifier knows."""
    assert set(ROBOT.meanings) == {row[0] for row in ROWS} - {999999}


def test_each_call_is_signed(notifier: GroupRobot, server: ScriptedServer) -> None:
    """The body carries the time in seconds, and the HMAC-SHA256 of nothing under time and key."""
    send_alert(notifier, made_alert())
    body = server.requests[0].json
    digest = hmac.new(f"1772415720\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert body["timestamp"] == "1772415720"
    assert body["sign"] == base64.b64encode(digest).decode()
    assert body["msg_type"] == "interactive"


def test_a_signature_hides_the_secret() -> None:
    """Neither address nor body of a signed call hold the secret."""
    address, body = signed(httpx.URL("https://robot.example/hook"), {"a": 1}, SECRET, NOW)
    assert SECRET not in f"{address}{body}"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"url_env": "A", "app_id": "cli_1", "chat_id": "oc_1"},
        {"app_id": "cli_1"},
        {"url_env": "A", "chat_id": "oc_1"},
        {"url_env": "A", "base_url": "https://user@lark.example"},
    ],
)
def test_the_settings_name_one_way(given: dict[str, str]) -> None:
    """A receiver is a robot or an app with its group, and nothing between."""
    with pytest.raises(ValidationError):
        FeishuReceiver.model_validate({"name": "a", **given})
