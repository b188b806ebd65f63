"""The webhook: its shape, its signature, every answer, and its secrets."""

import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from alerts.messages.compose import compose
from alerts.notify.protocol import NotifyError
from alerts.notify.webhook.notifier import WebhookNotifier
from alerts.notify.webhook.payload import payload_of
from alerts.notify.webhook.settings import WebhookReceiver
from records import Evidence, Receipt
from tests.alerts.made import made_alert, made_incident, made_story, made_told
from tests.alerts.notify.contract import BRIEF, SECRET, NotifierContract, made_brief, send_alert

SETTINGS = WebhookReceiver(name="hook", url_env="HOOK_URL")
DOCUMENTS = Path(__file__).parents[3] / "docs"


@dataclass(slots=True)
class Hook:
    """A webhook's other side: what came in, and what it answers."""

    url: str = ""
    status: int = 200
    body: bytes = b'{"errcode": 0}'
    headers: tuple[tuple[str, str], ...] = ()
    paths: list[str] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


@pytest.fixture
def hook() -> Iterator[Hook]:
    """Return a running server whose address holds a token."""
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.paths.append(self.path)
            made.heads.append(dict(self.headers.items()))
            made.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(made.status)
            for name, value in made.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(made.body)))
            self.end_headers()
            self.wfile.write(made.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/{SECRET}?access_token={SECRET}"
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def notifier(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> WebhookNotifier:
    """Return a notifier that posts to the hook."""
    monkeypatch.setenv("HOOK_URL", hook.url)
    return WebhookNotifier(SETTINGS)


class TestContract(NotifierContract):
    @pytest.fixture
    def notifier(self, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> WebhookNotifier:
        monkeypatch.setenv("HOOK_URL", hook.url)
        return WebhookNotifier(SETTINGS)

    @pytest.fixture
    def delivered(self, hook: Hook) -> Callable[[], list[str]]:
        def texts() -> list[str]:
            return [json.dumps(json.loads(body), ensure_ascii=False) for body in hook.bodies]

        return texts

    @pytest.fixture
    def broken(self, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> WebhookNotifier:
        hook.status = 403
        hook.body = SECRET.encode()
        monkeypatch.setenv("HOOK_URL", hook.url)
        return WebhookNotifier(SETTINGS)


def _answering(status: int, body: bytes = b"", **headers: str) -> WebhookNotifier:
    settings = WebhookReceiver(name="hook", url=SecretStr(f"https://hook.example/{SECRET}"))
    answer = httpx.Response(status, stream=httpx.ByteStream(body), headers=headers)
    return WebhookNotifier(settings, transport=httpx.MockTransport(lambda _: answer))


@pytest.mark.parametrize(
    ("status", "body", "retry", "after"),
    [
        (301, b"", False, None),
        (302, b"", False, None),
        (400, b"", False, None),
        (401, b"", False, None),
        (403, b"", False, None),
        (404, b"", False, None),
        (408, b"", True, None),
        (410, b"", False, None),
        (413, b"", False, None),
        (425, b"", True, None),
        (429, b"", True, 30),
        (500, b"", True, None),
        (502, b"<html>", True, None),
        (503, b"", True, None),
        (200, b'{"errcode": 310000, "errmsg": "keywords not in content"}', False, None),
        (200, b'{"errcode": 93000}', False, None),
        (200, b'{"errcode": -1}', True, None),
        (200, b'{"errcode": 45009}', True, None),
        (200, b'{"errcode": 130101}', True, None),
        (200, b'{"code": 19001}', False, None),
        (200, b'{"code": 9499}', True, None),
        (200, b'{"code": "500"}', True, None),
        (200, b'{"code": "denied"}', False, None),
        (200, b'{"code": false}', False, None),
        (200, b'{"ok": false, "error": "no"}', False, None),
    ],
)
def test_every_refusal_has_its_answer(
    status: int, body: bytes, retry: bool, after: int | None
) -> None:
    """Each status, and each error in the body of a 200, says whether to try again."""
    with pytest.raises(NotifyError) as caught:
        send_alert(_answering(status, body), made_alert())
    assert caught.value.retry is retry
    assert caught.value.after == (timedelta(seconds=after) if after else None)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (201, b"{}"),
        (202, b"taken"),
        (204, b""),
        (200, b'{"errcode": 0, "errmsg": "ok"}'),
        (200, b'{"code": 0}'),
        (200, b'{"code": 200}'),
        (200, b'{"code": "success"}'),
        (200, b'{"ok": true}'),
        (200, b'{"code": null, "errcode": null}'),
        (200, b"[1, 2]"),
        (200, b"[" * 50_000),
    ],
)
def test_every_acceptance_is_taken(status: int, body: bytes) -> None:
    """A 2xx whose body names no error is a delivery."""
    alert = made_alert()
    assert send_alert(_answering(status, body), alert).message == alert.key


def test_retry_after_is_kept() -> None:
    """The pause that the answer asks for is handed on."""
    with pytest.raises(NotifyError) as caught:
        send_alert(_answering(503, b"", **{"Retry-After": "12"}), made_alert())
    assert caught.value.after == timedelta(seconds=12)


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ProxyError]
)
def test_a_broken_connection_is_tried_again(error: type[httpx.TransportError]) -> None:
    """No answer is worth another try, and its reason does not hold the address."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise error(f"cannot reach {SECRET}", request=request)

    settings = WebhookReceiver(name="hook", url=SecretStr(f"https://hook.example/{SECRET}"))
    with pytest.raises(NotifyError, match="no answer") as caught:
        send_alert(WebhookNotifier(settings, transport=httpx.MockTransport(fail)), made_alert())
    assert caught.value.retry
    assert SECRET not in str(caught.value)


class _Endless(httpx.SyncByteStream):
    def __init__(self) -> None:
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.sent += 1
            yield b" " * 1024


def test_an_endless_answer_is_cut_off() -> None:
    """An answer is read for 64 KiB at most."""
    stream = _Endless()
    settings = WebhookReceiver(name="hook", url=SecretStr("https://hook.example/"))
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=stream))
    send_alert(WebhookNotifier(settings, transport=transport), made_alert(), None)
    assert stream.sent == 64


def test_the_same_alert_has_the_same_key(notifier: WebhookNotifier, hook: Hook) -> None:
    """The Idempotency-Key is the alert's key, percent-encoded, the same at every try."""
    alert = made_alert()
    send_alert(notifier, alert)
    send_alert(notifier, alert)
    assert {unquote(head["Idempotency-Key"]) for head in hook.heads} == {alert.key}
    assert hook.bodies[0] == hook.bodies[1]


def test_the_body_is_signed(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key, the header holds the HMAC-SHA256 of the very bytes of the body."""
    monkeypatch.setenv("HOOK_URL", hook.url)
    monkeypatch.setenv("HOOK_SECRET", "key")
    settings = WebhookReceiver(name="hook", url_env="HOOK_URL", secret_env="HOOK_SECRET")
    send_alert(WebhookNotifier(settings), made_alert())
    expected = hmac.new(b"key", hook.bodies[0], hashlib.sha256).hexdigest()
    assert hook.heads[0]["X-Fengsui-Signature"] == f"sha256={expected}"


def test_the_second_signature_holds_the_time(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second signature is over time and body: a body of before does not pass at another."""
    monkeypatch.setenv("HOOK_URL", hook.url)
    monkeypatch.setenv("HOOK_SECRET", "key")
    settings = WebhookReceiver(name="hook", url_env="HOOK_URL", secret_env="HOOK_SECRET")
    for now in (1_772_415_720.9, 1_772_419_320.0):
        send_alert(WebhookNotifier(settings, now=iter([now]).__next__), made_alert())
    assert hook.bodies[0] == hook.bodies[1]
    assert [head["X-Fengsui-Timestamp"] for head in hook.heads] == ["1772415720", "1772419320"]
    for head, body in zip(hook.heads, hook.bodies, strict=True):
        signed = head["X-Fengsui-Timestamp"].encode() + b"." + body
        expected = hmac.new(b"key", signed, hashlib.sha256).hexdigest()
        assert head["X-Fengsui-Signature-V2"] == f"sha256={expected}"
    assert len({head["X-Fengsui-Signature"] for head in hook.heads}) == 1
    assert len({head["X-Fengsui-Signature-V2"] for head in hook.heads}) == 2


def test_without_a_key_nothing_is_signed(notifier: WebhookNotifier, hook: Hook) -> None:
    """Without a key there is no signature that could be mistaken for one."""
    send_alert(notifier, made_alert())
    assert not [name for name in hook.heads[0] if name.startswith("X-Fengsui")]


def test_the_address_is_used_and_not_logged(
    notifier: WebhookNotifier, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    """The request goes to the whole address; no log at any level holds its path."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "httpx")  # quiet by itself: it would show addresses
    send_alert(notifier, made_alert())
    assert hook.paths == [f"/hooks/{SECRET}?access_token={SECRET}"]
    assert caplog.records
    assert SECRET not in caplog.text


def test_the_address_is_in_no_repr() -> None:
    """Neither the settings nor their dump in JSON show the address."""
    settings = WebhookReceiver(name="hook", url=SecretStr(f"https://hook.example/{SECRET}"))
    assert SECRET not in repr(settings) + str(settings) + settings.model_dump_json()


def test_a_redirect_is_not_followed(notifier: WebhookNotifier, hook: Hook) -> None:
    """A redirect is a failure: the message goes nowhere else."""
    hook.status, hook.headers = 307, (("Location", hook.url),)
    with pytest.raises(NotifyError, match="307"):
        send_alert(notifier, made_alert())
    assert len(hook.bodies) == 1


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "HOOK_URL is not set"),
        ("hook.example/x", "no http"),
        ("ftp://hook.example/x", "no http"),
        ("https://user:word@hook.example/", "user name"),
        ("https://hook.example:port/", "no http"),
        ("https://hook.example/a b", "HOOK_URL holds spaces"),
    ],
)
def test_a_bad_address_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, address: str, says: str
) -> None:
    """A missing or unusable address is a clear error, at the check as at the sending."""
    monkeypatch.setenv("HOOK_URL", address)
    notifier = WebhookNotifier(SETTINGS)
    for attempt in (notifier.check, lambda: send_alert(notifier, made_alert())):
        with pytest.raises(NotifyError, match=says) as caught:
            attempt()
        assert not caught.value.retry
        assert "hook.example" not in str(caught.value)


@pytest.mark.parametrize("given", [{}, {"url": "https://a.example/", "url_env": "A"}])
def test_exactly_one_address_is_named(given: dict[str, str]) -> None:
    """The settings name one place of the address, and hold no other field."""
    with pytest.raises(ValidationError, match="url_env"):
        WebhookReceiver.model_validate({"name": "hook", **given})


@pytest.mark.parametrize("document", ["slack.md", "slack.zh-CN.md"])
def test_the_shape_is_the_documented_one(document: str) -> None:
    """Every field that is sent stands in the document, and none that is not sent."""
    text = (DOCUMENTS / document).read_text(encoding="utf-8")
    example = json.loads(text.split("```json\n", 1)[1].split("```", 1)[0])
    alert = made_alert(incident=made_told())
    assert set(_paths(example)) == set(_paths(payload_of(compose(alert), alert.key, "key")))


def test_without_a_forecast_there_is_null() -> None:
    """An incident of which too little is known has no forecast, rather than an empty one."""
    assert payload_of(compose(made_alert()), "a", "key")["incident"]["forecast"] is None


def _paths(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, f"{path}[]")
    else:
        yield path


def test_numbers_that_json_lacks_are_null() -> None:
    """Infinite and undefined numbers are sent as null, so that every reader can read the body."""
    evidence = Evidence("volume", float("inf"), float("nan"), timedelta(hours=1), 0.0)
    incident = replace(made_incident(), evidence=(evidence,))
    payload = payload_of(compose(made_alert(incident=incident)), "a", "key")
    sent = json.loads(json.dumps(payload, allow_nan=False))["incident"]["evidence"][0]
    assert sent["observed"] is sent["expected"] is None


def test_names_are_masked_and_a_recovery_has_its_time() -> None:
    """No full author name leaves; a recovered incident says since when."""
    payload = payload_of(compose(made_story()[-1], "en"), "a", "key")
    assert payload["incident"]["recovered_at"] == "2026-03-02T04:30:00Z"
    assert "王小明" not in json.dumps(payload, ensure_ascii=False)


def test_a_message_about_no_alert_is_a_notice(notifier: WebhookNotifier, hook: Hook) -> None:
    """A brief comes as a notice with key, thread and text alone, its key for Idempotency-Key."""
    notifier.send(made_brief(), BRIEF, Receipt("hook", "m", "root"))
    body = json.loads(hook.bodies[0])
    assert set(body) == {"version", "type", "key", "thread", "message"}
    assert (body["type"], body["key"], body["thread"]) == ("notice", BRIEF, "root")
    assert body["message"] == {
        "language": "zh",
        "title": "日报",
        "text": made_brief().plain(),
    }
    assert unquote(hook.heads[0]["Idempotency-Key"]) == BRIEF
