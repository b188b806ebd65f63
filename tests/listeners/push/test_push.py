"""What is pushed to us: signed, recent, small, on disk before it is answered, read once."""

import base64
import http.client
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from listeners.context import ReadContext
from listeners.errors import RetryLater
from listeners.protocol import CoverageMarker, Item
from listeners.push.server import GREATEST_BODY, Receiver
from listeners.push.spool import Spool
from listeners.sources import webhook, wechat_pay
from listeners.sources.webhook import WebhookSource, signature
from listeners.sources.wechat_pay import WechatPaySource
from records import Post, PostKind, Rejected, Window
from tests.listeners.samples import json_lines, own
from tests.listeners.weibo_site import MovedClock

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
SECRET = "a secret of sixteen or more"
API_KEY = "k" * 32
WINDOW = Window(NOW - timedelta(hours=1), NOW)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("API_V3", API_KEY)


@pytest.fixture
def source(tmp_path: Path) -> WebhookSource:
    return WebhookSource(kind="webhook", name="hook", secret_env="HOOK_SECRET", port=0,
                         path=tmp_path / "spool")  # fmt: skip


@pytest.fixture
def receiver(source: WebhookSource) -> Iterator[Receiver]:
    with source.receiver(lambda: NOW) as receiver:
        yield receiver


def push(receiver: Receiver, body: bytes, path: str = "/posts", **headers: str) -> tuple[int, Any]:
    signed = {"X-Fengsui-Timestamp": STAMP,
              "X-Fengsui-Signature": signature(SECRET.encode(), STAMP, body)}  # fmt: skip
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=5)) as connection:
        connection.request("POST", path, body, {**signed, **given})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def fetched(
    source: WebhookSource | WechatPaySource, context: ReadContext | None = None
) -> list[Item]:
    return list(source.listener(context or ReadContext()).fetch(WINDOW))


@pytest.mark.parametrize("body", [json_lines(own()), json.dumps([own()]).encode(),
                                  json.dumps(own(), indent=1).encode()])  # fmt: skip
def test_push_is_read_once(source: WebhookSource, receiver: Receiver, body: bytes) -> None:
    """A signed post is taken in every form of JSON, read, and then gone from the disk."""
    assert push(receiver, body) == (202, {"accepted": 1, "rejected": []})
    post, covered = fetched(source)
    assert isinstance(post, Post)
    assert post.key == "forum:7"
    assert covered == CoverageMarker("", WINDOW)
    assert fetched(source) == [covered]


def test_repeat_is_one_push(source: WebhookSource, receiver: Receiver) -> None:
    """The same push sent again, as after a lost answer, is taken once."""
    for _ in range(3):
        assert push(receiver, json_lines(own()))[0] == 202
    assert sum(isinstance(item, Post) for item in fetched(source)) == 1


def test_killed_between_reading_and_storing(source: WebhookSource, receiver: Receiver) -> None:
    """What was read and not yet written down is read again."""
    push(receiver, json_lines(own()))
    half = source.listener(ReadContext()).fetch(WINDOW)
    assert isinstance(next(half), Post)
    assert isinstance(next(half), CoverageMarker)
    half.close()  # type: ignore[attr-defined]
    assert isinstance(fetched(source)[0], Post)


def test_only_its_owner_reads_the_spool(source: WebhookSource, receiver: Receiver) -> None:
    """What waits can be read by its owner alone."""
    push(receiver, json_lines(own()))
    modes = [path.stat().st_mode & 0o777 for path in source.path.iterdir() if path.suffix]
    assert modes == [0o600]
    assert source.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("body", "path", "headers", "status"),
    [
        (json_lines(own()), "/posts", {"X_Fengsui_Signature": "sha256=00"}, 401),
        (json_lines(own()), "/posts", {"X_Fengsui_Signature": "ü"}, 401),
        (json_lines(own()), "/posts", {"X_Fengsui_Timestamp": "now"}, 401),
        (json_lines(own()), "/posts", {"X_Fengsui_Timestamp": str(int(STAMP) + 1)}, 401),
        (json_lines(own()), "/elsewhere", {}, 404), (b"", "/posts", {}, 422),
        (b"<html>", "/posts", {}, 422), (b'{"ok": 1, "data": {}}', "/posts", {}, 422),
        (json_lines(own(id=None)), "/posts", {}, 422),
        (b"x" * (GREATEST_BODY + 1), "/posts", {}, 413),
    ],
)  # fmt: skip
def test_not_accepted(
    source: WebhookSource,
    receiver: Receiver,
    body: bytes,
    path: str,
    headers: dict[str, str],
    status: int,
) -> None:
    """What is unsigned, changed, too large, elsewhere or no post is refused and not kept."""
    try:
        got, told = push(receiver, body, path, **headers)
    except (ConnectionError, http.client.HTTPException):
        assert status == 413  # the server hangs up on a body that it does not want
    else:
        assert got == status
        assert SECRET not in str(told)
    assert not list(source.path.glob("*.waiting"))


@pytest.mark.parametrize(("age", "status"), [(299, 202), (-299, 202), (301, 401), (-301, 401)])
def test_replay_window(receiver: Receiver, age: int, status: int) -> None:
    """A signature is good for five minutes."""
    stamp, body = str(int(STAMP) - age), json_lines(own())
    made = signature(SECRET.encode(), stamp, body)
    got, _ = push(receiver, body, X_Fengsui_Timestamp=stamp, X_Fengsui_Signature=made)
    assert got == status


def test_short_secret_opens_nothing(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that could be guessed is none."""
    monkeypatch.setenv("HOOK_SECRET", "short")
    body = json_lines(own())
    made = signature(b"short", STAMP, body)
    assert push(receiver, body, X_Fengsui_Signature=made)[0] == 503


def test_chunks_and_other_methods(receiver: Receiver) -> None:
    """A body without a length, and any other method, are refused."""
    with closing(http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=5)) as connection:
        connection.request("POST", "/posts", iter([b"{}"]), encode_chunked=True)
        assert connection.getresponse().status == 411
        connection.close()
        connection.request("GET", "/posts")
        assert connection.getresponse().status == 405


def test_early_answer_reaches_a_sender_still_sending(receiver: Receiver) -> None:
    """A refusal that needs no body waits for what is still sent, so that it can be read."""
    head = b"POST /posts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=5) as connection:
        connection.sendall(head)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
        assert answer.startswith(b"HTTP/1.1 411 ")
        for _ in range(5):
            connection.sendall(b"2\r\n{}\r\n")
            time.sleep(0.02)
        connection.sendall(b"0\r\n\r\n")


def test_part_of_a_push_is_reported(source: WebhookSource, receiver: Receiver) -> None:
    """Of a push with good and bad posts the sender learns which are bad, and why."""
    status, told = push(receiver, json_lines(own(), own(id=None)))
    assert status == 202
    assert told == {"accepted": 1, "rejected": [{"position": 2, "reason": "no id"}]}
    kinds = [type(item) for item in fetched(source)]
    assert kinds == [Post, Rejected, CoverageMarker]


def test_nobody_receives(source: WebhookSource) -> None:
    """Where no server has run for a minute the source is blind, not quiet."""
    found: list[Item] = []
    with pytest.raises(RetryLater, match="receive"):
        found.extend(source.listener(ReadContext()).fetch(WINDOW))
    with source.receiver():
        assert fetched(source) == [CoverageMarker("", WINDOW)]
    old = (datetime.now(UTC) - timedelta(minutes=2)).timestamp()
    os.utime(source.path / ".alive", (old, old))
    with pytest.raises(RetryLater):
        fetched(source)


PLATFORM = rsa.generate_private_key(public_exponent=65537, key_size=2048)
MERCHANT = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def pay(tmp_path: Path) -> WechatPaySource:
    public = tmp_path / "platform.pem"
    public.write_bytes(PLATFORM.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))  # fmt: skip
    return WechatPaySource(
        kind="wechat_pay", name="pay", platform_key=public, platform_serial="PUB_1",
        api_key_env="API_V3", port=0, path=tmp_path / "pay",
    )  # fmt: skip


def notification(key: str = API_KEY, identity: str = "200201820200101080076610000") -> bytes:
    plain = json.dumps({"complaint_id": identity, "action_type": "CREATE_COMPLAINT"})
    sealed = AESGCM(key.encode()).encrypt(b"n" * 12, plain.encode(), b"complaint")
    resource = {"algorithm": "AEAD_AES_256_GCM", "nonce": "n" * 12, "associated_data": "complaint",
                "ciphertext": base64.b64encode(sealed).decode()}  # fmt: skip
    notice = {"id": "EV-1", "create_time": "2026-06-21T19:30:00+08:00", "resource": resource}
    return json.dumps({**notice, "event_type": "COMPLAINT.CREATE"}).encode()


def signed(body: bytes, key: rsa.RSAPrivateKey = PLATFORM, **more: str) -> dict[str, str]:
    text = f"{STAMP}\nnonce\n".encode() + body + b"\n"
    made = base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()
    return {"Wechatpay_Timestamp": STAMP, "Wechatpay_Nonce": "nonce", "Wechatpay_Serial": "PUB_1",
            "Wechatpay_Signature": made, **more}  # fmt: skip


def test_complaint_notification(pay: WechatPaySource) -> None:
    """A notification that the platform signed and sealed becomes a complaint, once."""
    body = notification()
    with pay.receiver(lambda: NOW) as receiver:
        for _ in range(2):
            status, told = push(receiver, body, "/wechat-pay", **signed(body))
            assert (status, told["code"]) == (200, "SUCCESS")
        post, _ = fetched(pay)
    assert isinstance(post, Post)
    assert (post.kind, post.key) == (PostKind.COMPLAINT, "wechatpay:200201820200101080076610000")
    assert post.published_at == datetime(2026, 6, 21, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (notification(), signed(notification(), MERCHANT), 401),
        (notification(), signed(notification(), Wechatpay_Serial="PUB_2"), 401),
        (notification(), signed(notification(), Wechatpay_Signature="***"), 401),
        (notification(), signed(notification(), Wechatpay_Timestamp="1"), 401),
        (notification() + b" ", signed(notification()), 401),
        (notification("x" * 32), signed(notification("x" * 32)), 422),
        (b"{}", signed(b"{}"), 422), (b"[1]", signed(b"[1]"), 422),
    ],
)  # fmt: skip
def test_false_notifications(
    pay: WechatPaySource, body: bytes, headers: dict[str, str], status: int
) -> None:
    """What another key signed or sealed, or was changed or is old, is refused and not kept."""
    with pay.receiver(lambda: NOW) as receiver:
        assert push(receiver, body, "/wechat-pay", **headers)[0] == status
    assert not list(pay.path.glob("*.waiting"))


def test_complaint_in_full(pay: WechatPaySource, tmp_path: Path) -> None:
    """With the merchant's key the complaint is asked for, under the merchant's own signature."""
    pem = tmp_path / "merchant.pem"
    pem.write_bytes(MERCHANT.private_bytes(serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))  # fmt: skip
    whole = pay.model_copy(update={"merchant": "1900000001", "merchant_serial": "S1",
                                   "merchant_key": pem})  # fmt: skip
    asked: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={
            "complaint_id": "200201820200101080076610000", "complaint_state": "PENDING",
            "complaint_time": "2026-06-21T19:29:00+08:00", "complaint_detail": "喝出虫子",
            "problem_description": "商品质量", "apply_refund_amount": 1800,
            "payer_openid": "oUpF8", "payer_phone": "sealed",
        })  # fmt: skip

    body = notification()
    with whole.receiver(lambda: NOW) as receiver:
        push(receiver, body, "/wechat-pay", **signed(body))
        context = ReadContext(transport=httpx.MockTransport(serve))
        post, _ = fetched(whole, context)
    assert isinstance(post, Post)
    assert post.text == "喝出虫子\n投诉问题：商品质量\n申请退款：18.00 元"
    assert post.author == "oUpF8"
    (request,) = asked
    assert request.url.path == "/v3/merchant-service/complaints-v2/200201820200101080076610000"
    scheme, _, fields = request.headers["authorization"].partition(" ")
    parts = dict(field.split("=", 1) for field in fields.split(","))
    values = {name: value.strip('"') for name, value in parts.items()}
    text = f"GET\n{request.url.path}\n{values['timestamp']}\n{values['nonce_str']}\n\n"
    MERCHANT.public_key().verify(base64.b64decode(values["signature"]), text.encode(),
                                 padding.PKCS1v15(), hashes.SHA256())  # fmt: skip
    assert scheme == "WECHATPAY2-SHA256-RSA2048"


def test_unexpected_is_answered_and_logged(
    source: WebhookSource, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody expected is a 503, so that the sender tries again, and one line in the log."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr(webhook, "received", broken)
    with source.receiver(lambda: NOW) as receiver:
        assert push(receiver, json_lines(own()))[0] == 503
    assert "ZeroDivisionError" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("form", ["{}", "[{}]", "{}\n"])
def test_half_an_emoji_is_taken(source: WebhookSource, receiver: Receiver, form: str) -> None:
    """A post with half of a surrogate pair is taken with a note, in every form of JSON."""
    text = json.dumps(own(text="虫子")).replace('"text": "', '"text": "\\ud83d')
    assert push(receiver, form.format(text).encode())[0] == 202
    post = fetched(source)[0]
    assert isinstance(post, Post)
    assert post.text == "\ufffd虫子"


def test_one_refused_complaint_stops_none_behind_it(pay: WechatPaySource, tmp_path: Path) -> None:
    """A complaint that the interface refuses stays as it was notified; one that is away waits."""
    pem = tmp_path / "merchant.pem"
    pem.write_bytes(MERCHANT.private_bytes(serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))  # fmt: skip
    whole = pay.model_copy(update={"merchant": "1900000001", "merchant_serial": "S1",
                                   "merchant_key": pem})  # fmt: skip
    waiting = Spool(pay.path)
    for number in range(4):
        waiting.put(msgspec.json.encode(
            wechat_pay.Opened(f"c{number}", "CREATE_COMPLAINT", "COMPLAINT.CREATE", STAMP)
        ))  # fmt: skip
    waiting.put(b"no notification")
    waiting.pulse()

    def serve(request: httpx.Request) -> httpx.Response:
        number = request.url.path[-1]
        status = {"0": 404, "1": 500}.get(number, 200)
        return httpx.Response(status, json={"complaint_detail": f"投诉{number}"})

    clock = MovedClock(NOW)
    context = ReadContext(clock=clock, sleep=clock.sleep, transport=httpx.MockTransport(serve))
    fetching = whole.listener(context).fetch(WINDOW)
    found = [next(fetching) for _ in range(5)]
    with pytest.raises(RetryLater):
        next(fetching)
    texts = {post.id: post.text for post in found if isinstance(post, Post)}
    assert texts == {"c0": "微信支付投诉 c0", "c2": "投诉2", "c3": "投诉3"}
    assert len(waiting.waiting()) == 1
