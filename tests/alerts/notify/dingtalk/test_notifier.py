"""DingTalk: the signature, every documented code, and the limits."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from alerts.messages.message import Message
from alerts.notify.dingtalk.errors import CODES
from alerts.notify.dingtalk.notifier import A_MINUTE, dingtalk, signed
from alerts.notify.dingtalk.settings import DingTalkReceiver
from alerts.notify.pacing import Pacer
from alerts.notify.protocol import NotifyError
from alerts.notify.robot import GroupRobot
from tests.alerts.made import made_alert
from tests.alerts.notify.contract import SECRET, send_alert
from tests.alerts.notify.robot_contract import RobotContract, check_code, made_long
from tests.servers.scripted import Reply, ScriptedServer, reply

SETTINGS = DingTalkReceiver(
    name="客服群", url_env="ROBOT_URL", secret_env="ROBOT_SECRET", timeout_seconds=5
)
NOW = 1_772_415_720.5


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Return a robot's other side that takes everything."""
    with ScriptedServer(reply(errcode=0, errmsg="ok")) as running:
        yield running


@pytest.fixture
def notifier(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> GroupRobot:
    """Return a notifier that posts to the server without pausing."""
    monkeypatch.setenv("ROBOT_URL", f"{server.url}/robot/send?access_token={SECRET}")
    monkeypatch.setenv("ROBOT_SECRET", f"SEC{SECRET}")
    return dingtalk(SETTINGS, turns=Pacer(sleep=lambda _: None), now=lambda: NOW)


class TestContract(RobotContract):
    too_fast: ClassVar[Reply] = reply(errcode=130101, errmsg="send too fast")
    refused: ClassVar[Reply] = reply(errcode=310000, errmsg="sign not match")
    long: ClassVar[Message] = made_long(80)

    @pytest.fixture
    def server(self, server: ScriptedServer) -> ScriptedServer:
        return server

    @pytest.fixture
    def notifier(self, notifier: GroupRobot) -> GroupRobot:
        return notifier


# Every code that is documented: code, text, whether to try again, after how long, a word for it.
ROWS: list[tuple[int, str, bool, float | None, str]] = [
    (-1, "系统繁忙", True, 30, "busy"),
    (88, "ding talk error", False, None, "address"),
    (40035, "缺少参数 access_token", False, None, "access_token"),
    (43004, "无效的HTTP HEADER Content-Type", False, None, "content type"),
    (130101, "send too fast, exceed 20 times per minute", True, 600, "20 messages"),
    (130102, "send too fast", True, 600, "20 messages"),
    (300001, "token is not exist", False, None, "copy"),
    (300005, "token is not exist", False, None, "copy"),
    (310000, "keywords not in content", False, None, "keyword"),
    (310000, "sign not match", False, None, "secret_env"),
    (310000, "invalid timestamp", False, None, "clock"),
    (310000, "ip 10.1.1.1 not in whitelist", False, None, "IP address"),
    (310000, "something new", False, None, "safety setting"),
    (400013, "群已被解散", False, None, "dissolved"),
    (400101, "access_token不存在", False, None, "copy"),
    (400102, "机器人已停用", False, None, "switch it on"),
    (400105, "不支持的消息类型", False, None, "type"),
    (400106, "机器人不存在", False, None, "no such robot"),
    (410100, "发送速度太快而限流", True, 600, "20 messages"),
    (430101, "含有不安全的外链", False, None, "link"),
    (430102, "含有不合适的文本", False, None, "words"),
    (430103, "含有不合适的图片", False, None, "picture"),
    (430104, "含有不合适的内容", False, None, "content"),
    (460101, "message too long, exceed 20000 bytes", False, None, "too long"),
    (999999, "unheard of", False, None, "DingTalk: 999999"),
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
    body: dict[str, Any] = {"errcode": code, "errmsg": text}
    check_code(notifier, server, (body, retry, after, hint))


def test_the_table_is_whole() -> None:
    """The table has a row for every code that the notifier knows."""
    assert set(CODES.meanings) == {row[0] for row in ROWS} - {999999}


def test_each_call_is_signed(notifier: GroupRobot, server: ScriptedServer) -> None:
    """The address carries the time in milliseconds and HMAC-SHA256 of time and secret."""
    send_alert(notifier, made_alert())
    query = parse_qs(urlsplit(server.requests[0].target).query)
    secret = f"SEC{SECRET}"
    digest = hmac.new(secret.encode(), f"1772415720500\n{secret}".encode(), hashlib.sha256)
    assert query == {
        "access_token": [SECRET],
        "timestamp": ["1772415720500"],
        "sign": [base64.b64encode(digest.digest()).decode()],
    }


@pytest.mark.usefixtures("notifier")
def test_without_a_secret_nothing_is_signed(server: ScriptedServer) -> None:
    """A robot with a keyword in place of a signature gets its address as it is."""
    plain = dingtalk(SETTINGS.model_copy(update={"secret_env": None}))
    send_alert(plain, made_alert())
    assert server.requests[0].target == f"/robot/send?access_token={SECRET}"
    assert plain.check()


def test_a_minute_has_room_for_so_many(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is above the quota of a minute is put off before the robot is asked."""
    monkeypatch.setenv("ROBOT_URL", f"{server.url}/robot/send")
    robot = dingtalk(SETTINGS.model_copy(update={"secret_env": None}))
    for _ in range(A_MINUTE):
        send_alert(robot, made_alert())
    with pytest.raises(NotifyError, match="quota") as caught:
        send_alert(robot, made_alert())
    assert caught.value.retry
    assert caught.value.after is not None
    assert len(server.requests) == A_MINUTE


def test_nobody_is_called(notifier: GroupRobot, server: ScriptedServer) -> None:
    """The call names nobody, and everybody least of all."""
    send_alert(notifier, made_alert(text="@all @13800001111 <@all>"))
    body = server.requests[0].json
    assert body["at"] == {"atMobiles": [], "atUserIds": [], "isAtAll": False}
    assert "@" not in body["markdown"]["text"] + body["markdown"]["title"]


def test_a_signature_hides_the_secret() -> None:
    """Neither address nor body of a signed call hold the secret."""
    address, body = signed(httpx.URL("https://robot.example/send"), {}, SECRET, NOW)
    assert SECRET not in f"{address}{body}"
