"""Feishu as an app: its token, threads, changes in place, pictures, and every documented code."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.messages.compose import compose
from alerts.messages.message import Picture
from alerts.notify.feishu.app import FeishuApp
from alerts.notify.feishu.errors import APP, GONE
from alerts.notify.feishu.settings import FeishuReceiver
from alerts.notify.pacing import Pacer
from alerts.notify.protocol import NotifyError
from records import Change, Receipt
from tests.alerts.made import made_alert
from tests.alerts.notify.contract import SECRET, NotifierContract, made_brief, send_alert
from tests.alerts.notify.robot_contract import made_long
from tests.servers.scripted import Reply, Request, ScriptedServer, reply

CHAT = "oc_made_for_tests"
TOKEN = "t-made-for-tests"
ROOT = Receipt(CHAT, "om_root", "om_root")


class Feishu(ScriptedServer):
    """Takes everything: gives a token, and each message an id of its own."""

    def __init__(self) -> None:
        super().__init__(self._usual)
        self.known = TOKEN

    @property
    def calls(self) -> list[Request]:
        """The calls that are about messages."""
        return [one for one in self.requests if "/im/v1/" in one.target]

    def _usual(self, request: Request) -> Reply:
        if request.target.endswith("/tenant_access_token/internal"):
            if request.json["app_secret"] != SECRET:
                return reply(code=10014, msg="app secret invalid")
            return reply(code=0, msg="ok", tenant_access_token=self.known, expire=7200)
        if request.headers.get("Authorization") != f"Bearer {self.known}":
            return reply(400, code=99991663, msg="Invalid access token for authorization")
        if request.target.endswith("/images"):
            return reply(code=0, data={"image_key": "img_v3_1"})
        return reply(code=0, msg="success", data={"message_id": f"om_{len(self.requests)}"})


@pytest.fixture
def server() -> Iterator[Feishu]:
    """Return a running Feishu."""
    with Feishu() as running:
        yield running


@pytest.fixture
def notifier(server: Feishu, monkeypatch: pytest.MonkeyPatch) -> FeishuApp:
    """Return a notifier that posts to the server without pausing."""
    monkeypatch.setenv("APP_SECRET", SECRET)
    settings = FeishuReceiver(
        name="危机群",
        app_id="cli_made",
        app_secret_env="APP_SECRET",
        chat_id=CHAT,
        base_url=server.url,
        timeout_seconds=5,
    )
    return FeishuApp(settings, turns=Pacer(sleep=lambda _: None))


class TestContract(NotifierContract):
    @pytest.fixture
    def notifier(self, notifier: FeishuApp) -> FeishuApp:
        return notifier

    @pytest.fixture
    def delivered(self, server: Feishu) -> Callable[[], list[str]]:
        def texts() -> list[str]:
            """Return what stands in the group: an edited card is the one that took its place."""
            cards: dict[str, str] = {}
            for number, one in enumerate(server.requests, 1):
                if "/im/v1/messages" not in one.target:
                    continue
                changed = one.target.rpartition("/")[2] if one.method == "PATCH" else ""
                card = json.loads(one.json["content"])
                cards[changed or f"om_{number}"] = json.dumps(card, ensure_ascii=False)
            return list(cards.values())

        return texts

    @pytest.fixture
    def broken(self, notifier: FeishuApp, monkeypatch: pytest.MonkeyPatch) -> FeishuApp:
        monkeypatch.setenv("APP_SECRET", f"{SECRET}-of-before")
        return notifier


def test_the_first_opens_and_the_next_answers(notifier: FeishuApp, server: Feishu) -> None:
    """A first message goes to the group, a later one answers in its thread."""
    first = send_alert(notifier, made_alert())
    second = send_alert(notifier, made_alert(Change.LOWERED), first)
    created, replied = server.calls
    assert created.target == "/open-apis/im/v1/messages?receive_id_type=chat_id"
    assert created.json["receive_id"] == CHAT
    assert replied.target == f"/open-apis/im/v1/messages/{first.message}/reply"
    assert replied.json["reply_in_thread"] is True
    assert (second.place, second.thread) == (CHAT, first.message)
    assert second.message != first.message


def test_one_for_everybody_stands_in_the_group(notifier: FeishuApp, server: Feishu) -> None:
    """What the whole group should see is no answer in the thread, and keeps the thread."""
    message = replace(compose(made_alert()), broadcast=True)
    receipt = notifier.send(message, "k", ROOT)
    assert "reply" not in server.calls[0].target
    assert receipt.thread == "om_root"


def test_the_same_key_has_the_same_uuid(notifier: FeishuApp, server: Feishu) -> None:
    """A repetition carries the same uuid, another key or part another; 50 characters at most."""
    notifier.send(made_long(60), "a", None)
    parts = len(server.calls)
    notifier.send(made_long(60), "a", None)
    notifier.send(made_brief(), "b", None)
    uuids = [call.json["uuid"] for call in server.calls]
    assert parts > 1
    assert uuids[:parts] == uuids[parts : 2 * parts]
    assert len(set(uuids)) == parts + 1
    assert all(len(uuid) <= 50 for uuid in uuids)


def test_further_parts_answer_to_the_first(notifier: FeishuApp, server: Feishu) -> None:
    """A long message is one message in the group; the rest of it stands in its thread."""
    receipt = notifier.send(made_long(60), "k", None)
    first, *others = server.calls
    assert "receive_id_type" in first.target
    assert all(f"{receipt.message}/reply" in other.target for other in others)


def test_a_card_changes_in_place(notifier: FeishuApp, server: Feishu) -> None:
    """An edit replaces the card of the message and keeps its receipt."""
    assert notifier.abilities.edits
    receipt = notifier.edit(made_long(60), "k", ROOT)
    (call,) = server.calls
    assert (call.method, call.target) == ("PATCH", "/open-apis/im/v1/messages/om_root")
    assert json.loads(call.json["content"])["config"]["update_multi"] is True
    assert receipt == ROOT


@pytest.mark.parametrize("code", sorted(GONE))
def test_what_is_gone_is_sent_anew(notifier: FeishuApp, server: Feishu, code: int) -> None:
    """A message that was recalled, deleted or is too old is neither edited nor answered to."""
    notifier.check()
    for is_edit in (True, False):
        server.replies.append(reply(400, code=code, msg="gone"))
        act = notifier.edit if is_edit else notifier.send
        receipt = act(made_brief(), "k", ROOT)
        assert receipt.thread == receipt.message != "om_root"


def test_a_group_without_threads_gets_an_answer(notifier: FeishuApp, server: Feishu) -> None:
    """Where the group knows no threads the answer quotes the first message."""
    notifier.check()
    server.replies.append(reply(400, code=230071, msg="no threads"))
    receipt = notifier.send(made_brief(), "k", ROOT)
    refused, taken = server.calls
    assert refused.json["reply_in_thread"] is True
    assert "reply_in_thread" not in taken.json
    assert receipt.thread == "om_root"


def test_a_token_is_kept_and_replaced(notifier: FeishuApp, server: Feishu) -> None:
    """One token serves many calls; one that is refused is replaced, once."""
    for _ in range(3):
        send_alert(notifier, made_alert())
    assert len(server.requests) - len(server.calls) == 1
    server.known = "t-another"
    send_alert(notifier, made_alert())
    assert len(server.requests) - len(server.calls) == 2
    server.replies.extend(
        [
            reply(400, code=99991663),
            reply(code=0, tenant_access_token="t-a", expire=7200),
            reply(400, code=99991663),
        ]
    )
    with pytest.raises(NotifyError, match="99991663"):
        send_alert(notifier, made_alert())


def test_a_token_does_not_outlive_its_time(
    server: Feishu, notifier: FeishuApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a token ends a new one is asked for."""
    seconds = [0.0]
    monkeypatch.setattr(notifier, "_clock", lambda: seconds[0])
    for now in (0.0, 6_000.0, 7_000.0):
        seconds[0] = now
        send_alert(notifier, made_alert())
    assert len(server.requests) - len(server.calls) == 2


@pytest.mark.parametrize(
    "answer", [reply(code=0), reply(code=0, tenant_access_token="a\nb"), Reply(b"<html>")]
)
def test_an_answer_without_a_token_is_tried_again(
    notifier: FeishuApp, server: Feishu, answer: Reply
) -> None:
    """An answer that holds no token is no success."""
    server.replies.append(answer)
    with pytest.raises(NotifyError) as caught:
        notifier.check()
    assert caught.value.retry


@pytest.mark.parametrize("data", [{}, None, {"message_id": ""}, {"message_id": "a/../b"}])
def test_an_answer_without_an_id_is_tried_again(
    notifier: FeishuApp, server: Feishu, data: Any
) -> None:
    """An answer without the message's id, or with one that is a path, is no success."""
    notifier.check()
    server.replies.append(reply(code=0, data=data))
    with pytest.raises(NotifyError, match="message_id") as caught:
        send_alert(notifier, made_alert())
    assert caught.value.retry


def test_a_picture_stands_in_the_card(notifier: FeishuApp, server: Feishu) -> None:
    """The picture is uploaded first, and the card shows it with its words."""
    png = b"\x89PNG\r\n--made for tests"
    message = replace(made_brief(), picture=Picture("chart.png", png, "声量"))
    notifier.send(message, "k", None)
    upload, sent = server.calls
    assert png in upload.body
    assert upload.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    picture = json.loads(sent.json["content"])["body"]["elements"][-1]
    assert (picture["tag"], picture["img_key"]) == ("img", "img_v3_1")
    assert picture["alt"]["content"] == "声量"


def test_a_picture_holds_up_no_message(
    notifier: FeishuApp, server: Feishu, caplog: pytest.LogCaptureFixture
) -> None:
    """A picture that Feishu does not take is left out, and the log says so."""
    notifier.check()
    server.replies.append(reply(400, code=99991672, msg="no im:resource"))
    message = replace(made_brief(), picture=Picture("chart.png", b"\x89PNG", "声量"))
    notifier.send(message, "k", None)
    assert "99991672" in caplog.text
    assert len(json.loads(server.calls[-1].json["content"])["body"]["elements"]) == 1


def test_the_pause_of_the_header_is_kept(notifier: FeishuApp, server: Feishu) -> None:
    """Feishu says in a header how long to wait; until then it is not asked."""
    notifier.check()
    headers = (("x-ogw-ratelimit-reset", "52"),)
    server.replies.append(Reply(b'{"code": 99991400}', 429, headers))
    for _ in range(2):
        with pytest.raises(NotifyError) as caught:
            send_alert(notifier, made_alert())
        assert caught.value.after is not None
        assert timedelta(seconds=40) < caught.value.after <= timedelta(seconds=52)
    assert len(server.calls) == 1


def test_secrets_stay_in_the_environment(
    notifier: FeishuApp, server: Feishu, caplog: pytest.LogCaptureFixture
) -> None:
    """No log at any level and no repr holds the app's secret or its token."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "httpx")  # quiet by itself: it would show addresses
    send_alert(notifier, made_alert())
    assert server.calls[0].headers["Authorization"] == f"Bearer {TOKEN}"
    shown = caplog.text + repr(notifier) + repr(vars(notifier))
    assert caplog.records
    assert SECRET not in shown
    assert TOKEN not in shown


# Every code that is documented: code, whether to try again, after how long, a word for it.
ROWS: list[tuple[int, bool, float | None, str]] = [
    (10003, False, None, "app_id"),
    (10012, False, None, "app_id"),
    (10014, False, None, "app_secret_env"),
    (10015, False, None, "app_secret_env"),
    (230001, False, None, "chat_id"),
    (230002, False, None, "add the app"),
    (230006, False, None, "switch on"),
    (230011, False, None, "recalled"),
    (230013, False, None, "range"),
    (230015, False, None, "form"),
    (230017, False, None, "picture"),
    (230018, False, None, "talk"),
    (230019, False, None, "thread"),
    (230020, True, 60, "wait"),
    (230022, False, None, "words"),
    (230025, False, None, "too long"),
    (230027, False, None, "im:message"),
    (230028, False, None, "data protection"),
    (230029, False, None, "left"),
    (230031, False, None, "14 days"),
    (230034, False, None, "chat_id"),
    (230035, False, None, "talk"),
    (230036, False, None, "administrator"),
    (230038, False, None, "another company"),
    (230049, True, 30, "being sent"),
    (230050, False, None, "see"),
    (230053, False, None, "robots"),
    (230054, False, None, "cards"),
    (230055, False, None, "form"),
    (230071, False, None, "threads"),
    (230072, False, None, "thread"),
    (230075, False, None, "secret"),
    (230099, False, None, "card"),
    (230110, False, None, "deleted"),
    (230111, False, None, "delete itself"),
    (232009, False, None, "dissolved"),
    (99991400, True, 60, "wait"),
    (99991401, False, None, "IP address"),
    (99991403, False, None, "month"),
    (99991661, False, None, "token"),
    (99991663, False, None, "token"),
    (99991664, False, None, "token"),
    (99991668, False, None, "token"),
    (99991671, False, None, "token"),
    (99991672, False, None, "im:message"),
    (999999, False, None, "Feishu: 999999"),
]


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(("code", "retry", "after", "hint"), ROWS)
def test_every_code_has_its_meaning(
    notifier: FeishuApp,
    server: Feishu,
    code: int,
    retry: bool,
    after: float | None,
    hint: str,
    status: int,
) -> None:
    """Each code says whether to try again, when, and what to do, whatever the HTTP status."""
    answer = reply(status, code=code, msg=f"{SECRET} as Feishu words it")
    # The first message of an incident: nothing is edited, nothing answered to.
    server.usual = answer
    server.replies.append(reply(code=0, tenant_access_token=TOKEN, expire=7200))
    with pytest.raises(NotifyError) as caught:
        send_alert(notifier, made_alert())
    assert caught.value.retry is retry
    assert (caught.value.after.total_seconds() if caught.value.after else None) == after
    assert hint in str(caught.value)
    assert SECRET not in str(caught.value)


def test_the_table_is_whole() -> None:
    """The table has a row for every code that the notifier knows."""
    assert set(APP.meanings) == {row[0] for row in ROWS} - {999999}
