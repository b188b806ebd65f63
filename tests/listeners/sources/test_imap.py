"""A mailbox: read without a trace in it, each letter once, hostile letters too."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from listeners.client.state import LocalState
from listeners.context import ReadContext
from listeners.errors import LoginNeeded, Refused, RetryLater
from listeners.formats.format import Reading
from listeners.protocol import CoverageMarker
from listeners.sources.imap import InboxSource, parse
from records import Post, PostKind, Rejected, Window
from tests.listeners.mail_server import PASSWORD, MailServer

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(hours=1), NOW)
READING = Reading("imap://x", NOW, NOW)


def letter(number: int, text: str = "喝出虫子，要求退款", **headers: str) -> bytes:
    made = EmailMessage()
    fields = {
        "From": "小满 <Customer@Example.com>",
        "Subject": "投诉",
        "Message-ID": f"<{number}@x>",
        "Date": "Sun, 21 Jun 2026 19:30:00 +0800",
        **headers,
    }
    for name, value in fields.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_USER", "desk")
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer([letter(1), letter(2, "还是没人理")]) as server:
        yield server


def source(server: MailServer, **more: object) -> InboxSource:
    settings = {
        "kind": "inbox",
        "name": "mail",
        "host": "127.0.0.1",
        "port": server.port,
        "user_env": "MAIL_USER",
        "password_env": "MAIL_PASSWORD",
        "tls": False,
        **more,
    }
    return InboxSource.model_validate(settings)  # fmt: skip


def context(memory: LocalState) -> ReadContext:
    return ReadContext(memory, resume=True, clock=lambda: NOW)


def test_letters_are_read_once(server: MailServer) -> None:
    """Letters become complaints, each once; the mailbox is opened for reading only."""
    memory = LocalState()
    first, second, covered = source(server).listener(context(memory)).fetch(WINDOW)
    assert isinstance(first, Post)
    assert isinstance(second, Post)
    assert covered == CoverageMarker("", WINDOW)
    assert first.text == "投诉\n喝出虫子，要求退款"
    assert (first.author, first.author_name) == ("customer@example.com", "小满")
    assert first.kind is PostKind.COMPLAINT
    assert first.published_at == datetime(2026, 6, 21, 11, 30, tzinfo=UTC)
    assert list(source(server).listener(context(memory)).fetch(WINDOW)) == [covered]
    server.letters[3] = letter(3)
    third, _ = source(server).listener(context(memory)).fetch(WINDOW)
    assert isinstance(third, Post)
    assert any(line.startswith("EXAMINE") for line in server.said)
    assert not any(word in line for line in server.said for word in ("STORE", "SELECT", "BODY["))


def test_numbers_given_anew(server: MailServer) -> None:
    """Where the mailbox has numbered its letters anew, they are read again: posts have own ids."""
    memory = LocalState()
    before = list(source(server).listener(context(memory)).fetch(WINDOW))
    server.valid = 2
    after = list(source(server).listener(context(memory)).fetch(WINDOW))
    assert before == after


def test_killed_before_it_was_written_down(server: MailServer) -> None:
    """A read that was broken off is done again from its beginning."""
    memory = LocalState()
    half = source(server).listener(context(memory)).fetch(WINDOW)
    next(half)
    half.close()  # type: ignore[attr-defined]
    assert len(list(source(server).listener(context(memory)).fetch(WINDOW))) == 3


def test_wrong_password(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused password is a lost login, and is not repeated in the error."""
    monkeypatch.setenv("MAIL_PASSWORD", "wrong-one")
    with pytest.raises(LoginNeeded) as caught:
        list(source(server).listener(context(LocalState())).fetch(WINDOW))
    assert caught.value.__suppress_context__
    assert "wrong-one" not in f"{caught.value} {caught.value.__cause__}"


def test_no_such_mailbox_and_no_server(server: MailServer) -> None:
    """A mailbox that is not there is refused; a server that is not there is asked again later."""
    with pytest.raises(Refused):
        list(source(server, mailbox="Nothing").listener(context(LocalState())).fetch(WINDOW))
    with pytest.raises(RetryLater):
        list(source(server, port=1).listener(context(LocalState())).fetch(WINDOW))


def test_password_goes_encrypted(server: MailServer) -> None:
    """To another host than this one a password is never sent in the clear."""
    with pytest.raises(ValidationError):
        source(server, host="mail.example")


@pytest.mark.parametrize(
    ("text", "own", "quoted"),
    [
        ("不行\n\n> 您好", "不行", "> 您好"),
        ("不行\n\n---- 原始邮件 ----\n您好", "不行", "---- 原始邮件 ----\n您好"),
        ("不行\n发件人: 客服\n您好", "不行", "发件人: 客服\n您好"),
        ("No\nOn Sun, Desk wrote:\n> hi", "No", "On Sun, Desk wrote:\n> hi"),
        ("只有自己的话", "只有自己的话", ""),
    ],
)
def test_quoted_words(text: str, own: str, quoted: str) -> None:
    """Words that a letter repeats of another are not the author's own."""
    (post,) = parse(letter(1, text), READING, PostKind.COMPLAINT)
    assert isinstance(post, Post)
    assert (post.text, post.quoted) == (f"投诉\n{own}", quoted)


def test_letters_from_the_future_and_without_a_time() -> None:
    """A letter that claims to come later than now, or says no time, is of now."""
    for header in ("Sun, 21 Jun 2027 19:30:00 +0800", "nonsense"):
        (post,) = parse(letter(1, Date=header), READING, PostKind.POST)
        assert isinstance(post, Post)
        assert post.published_at == NOW


@given(st.binary(max_size=400))
def test_any_letter(payload: bytes) -> None:
    """Any bytes are a post or a reason."""
    (found,) = parse(payload, READING, PostKind.COMPLAINT)
    assert isinstance(found, Post | Rejected)


@given(st.dictionaries(st.sampled_from(["From", "Date", "Subject", "Message-ID", "Content-Type"]),
                       st.binary(max_size=60)), st.binary(max_size=200))  # fmt: skip
def test_any_headers(headers: dict[str, bytes], body: bytes) -> None:
    """Any headers are a post or a reason."""
    payload = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers.items())
    (found,) = parse(payload + b"\r\n" + body, READING, PostKind.COMPLAINT)
    assert isinstance(found, Post | Rejected)
