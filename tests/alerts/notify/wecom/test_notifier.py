"""WeCom: every documented code, the limit of 4,096 bytes, and pictures."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from alerts.messages.message import Message, Picture
from alerts.notify.pacing import Pacer
from alerts.notify.robot import GroupRobot
from alerts.notify.wecom.errors import CODES
from alerts.notify.wecom.notifier import wecom
from alerts.notify.wecom.renderer import PICTURE_LIMIT, bodies_of
from alerts.notify.wecom.settings import WeComReceiver
from tests.alerts.notify.contract import SECRET, made_brief
from tests.alerts.notify.robot_contract import RobotContract, check_code, made_long
from tests.servers.scripted import Reply, ScriptedServer, reply

SETTINGS = WeComReceiver(name="公关群", url_env="ROBOT_URL", timeout_seconds=5)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Return a robot's other side that takes everything."""
    with ScriptedServer(reply(errcode=0, errmsg="ok")) as running:
        yield running


@pytest.fixture
def notifier(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> GroupRobot:
    """Return a notifier that posts to the server without pausing."""
    monkeypatch.setenv("ROBOT_URL", f"{server.url}/cgi-bin/webhook/send?key={SECRET}")
    return wecom(SETTINGS, turns=Pacer(sleep=lambda _: None))


class TestContract(RobotContract):
    too_fast: ClassVar[Reply] = reply(errcode=45009, errmsg="api freq out of limit")
    refused: ClassVar[Reply] = reply(errcode=93000, errmsg="invalid webhook url")
    long: ClassVar[Message] = made_long(20)

    @pytest.fixture
    def server(self, server: ScriptedServer) -> ScriptedServer:
        return server

    @pytest.fixture
    def notifier(self, notifier: GroupRobot) -> GroupRobot:
        return notifier


# Every code that is documented: code, text, whether to try again, after how long, a word for it.
ROWS: list[tuple[int, str, bool, float | None, str]] = [
    (-1, "system error", True, 30, "busy"),
    (6000, "data version conflict", True, None, "at once"),
    (40001, "invalid credential", False, None, "key"),
    (40008, "invalid message type", False, None, "type"),
    (40009, "invalid image size", False, None, "picture"),
    (40033, "invalid request character", False, None, "form"),
    (40035, "invalid parameter", False, None, "copy"),
    (40058, "markdown_v2.content exceed max length 4096", False, None, "too long"),
    (40063, "some parameters are empty", False, None, "missing"),
    (41001, "access_token missing", False, None, "no key"),
    (43004, "require subscribe", False, None, "owner"),
    (44004, "empty content", False, None, "empty"),
    (45002, "content size out of limit", False, None, "too long"),
    (45008, "article size out of limit", False, None, "form"),
    (45009, "api freq out of limit", True, 60, "20 messages"),
    (45033, "api concurrent out of limit", True, 10, "at once"),
    (47001, "data format error", False, None, "form"),
    (48002, "api forbidden", False, None, "may not"),
    (93000, "invalid webhook url", False, None, "copy"),
    (93004, "robot is disabled", False, None, "switch it on"),
    (93008, "robot not in the chat", False, None, "add it"),
    (93017, "webhook is gone", False, None, "copy"),
    (999999, "unheard of", False, None, "WeCom: 999999"),
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


@pytest.mark.parametrize("lines", [1, 12, 13, 14, 30, 400])
def test_no_part_is_too_long(lines: int) -> None:
    """No part has more than 4,096 bytes, and what is far too long ends with an ellipsis."""
    contents = [body["markdown_v2"]["content"] for body in bodies_of(made_long(lines))]
    assert all(len(content.encode()) <= 4096 for content in contents)
    assert len(contents) <= 4
    assert contents[-1].endswith("…") == (lines == 400)


def test_a_picture_follows_its_message(notifier: GroupRobot, server: ScriptedServer) -> None:
    """The picture comes as a message of its own, with its checksum."""
    png = b"\x89PNG made for tests"
    message = replace(made_brief(), picture=Picture("chart.png", png, "声量"))
    notifier.send(message, "k", None)
    text, picture = [request.json for request in server.requests]
    assert text["msgtype"] == "markdown_v2"
    assert base64.b64decode(picture["image"]["base64"]) == png
    assert picture["image"]["md5"] == hashlib.md5(png, usedforsecurity=False).hexdigest()
    assert notifier.abilities.pictures


def test_a_picture_that_is_too_large_stays_behind() -> None:
    """A picture of more than 2 MB holds up no message: it is left out."""
    large = Picture("chart.png", b"\0" * (PICTURE_LIMIT + 1), "声量")
    assert len(bodies_of(replace(made_brief(), picture=large))) == 1
