"""E-mail: encryption, threads, both forms, pictures, every answer of a mail server, secrets."""

import email
import logging
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.messages.compose import compose
from alerts.messages.message import Message, Picture
from alerts.notify.email.errors import HINTS
from alerts.notify.email.notifier import EmailNotifier
from alerts.notify.email.settings import EmailReceiver
from alerts.notify.exchange import Exchange
from alerts.notify.protocol import NotifyError
from records import Change, Level
from tests.alerts.made import made_alert, made_incident
from tests.alerts.notify.contract import SECRET, NotifierContract, made_brief, send_alert
from tests.alerts.notify.test_markup import ADDRESS, TRICKS, hostile_message
from tests.servers.certificates import write_certificates
from tests.servers.scripted import MailServer

SENDER = "fengsui@mail.example"
READERS = ("pr@brand.example", "night@brand.example")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the certificates of a server on 127.0.0.1."""
    folder = tmp_path_factory.mktemp("certificates")
    write_certificates(folder)
    return folder


@pytest.fixture(params=["tls", "starttls"])
def server(request: pytest.FixtureRequest, certificates: Path) -> Iterator[MailServer]:
    """Return a running mail server of each kind of security."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    with MailServer(context, request.param) as running:
        yield running


@pytest.fixture
def settings(server: MailServer, certificates: Path) -> EmailReceiver:
    """Return the settings that lead to the server."""
    return EmailReceiver.model_validate(
        {
            "name": "值班邮箱",
            "host": "127.0.0.1",
            "port": server.port,
            "security": server.security,
            "sender": SENDER,
            "recipients": READERS,
            "username": SENDER,
            "password_env": "MAIL_PASSWORD",
            "ca_certs": certificates / "ca.pem",
            "timeout_seconds": 5,
        }
    )


@pytest.fixture
def notifier(settings: EmailReceiver, monkeypatch: pytest.MonkeyPatch) -> EmailNotifier:
    """Return a notifier that sends to the server."""
    monkeypatch.setenv("MAIL_PASSWORD", SECRET)
    return EmailNotifier(settings)


def parsed(content: bytes) -> EmailMessage:
    """Return the mail that the server took."""
    mail = email.message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage, kind: str) -> str:
    """Return the text of the part of a kind, plain or html."""
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


class TestContract(NotifierContract):
    @pytest.fixture
    def notifier(self, notifier: EmailNotifier) -> EmailNotifier:
        return notifier

    @pytest.fixture
    def delivered(self, server: MailServer) -> Callable[[], list[str]]:
        def texts() -> list[str]:
            mails = map(parsed, (mail.content for mail in server.mails))
            # Lines of a mail end with CRLF.
            return [(text_of(m, "plain") + text_of(m, "html")).replace("\r", "") for m in mails]

        return texts

    @pytest.fixture
    def broken(self, notifier: EmailNotifier, server: MailServer) -> EmailNotifier:
        server.answers["AUTH"] = f"535 {SECRET} at http://127.0.0.1 is wrong"
        return notifier


def test_all_readers_get_one_mail(notifier: EmailNotifier, server: MailServer) -> None:
    """One mail goes to all readers, encrypted and logged in, in text and in HTML."""
    send_alert(notifier, made_alert())
    (taken,) = server.mails
    assert (taken.sender, tuple(taken.recipients)) == (SENDER, READERS)
    assert any(command.startswith("AUTH") for command in server.commands)
    if server.security == "starttls":
        assert server.commands.index("STARTTLS") < server.commands.index(
            f"EHLO {'mail.example'}", 1
        )
    mail = parsed(taken.content)
    assert mail.get_content_type() == "multipart/alternative"
    assert "云朵茶饮" in mail["Subject"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert text_of(mail, "html").startswith("<!doctype html>")


def test_later_mails_answer_to_the_first(notifier: EmailNotifier, server: MailServer) -> None:
    """The first mail's Message-ID is what the later ones of the incident answer to."""
    first = send_alert(notifier, made_alert())
    second = send_alert(notifier, made_alert(Change.LOWERED), first)
    opened, answered = (parsed(mail.content) for mail in server.mails)
    assert opened["Message-ID"] == first.message == first.thread == second.thread
    assert opened["References"] is None
    assert answered["In-Reply-To"] == answered["References"] == first.thread
    assert answered["Message-ID"] == second.message != first.message


def test_the_same_key_has_the_same_id(notifier: EmailNotifier, server: MailServer) -> None:
    """A mail sent again has the Message-ID of before, by which servers drop doubles."""
    receipts = [send_alert(notifier, made_alert()) for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert len({parsed(mail.content)["Message-ID"] for mail in server.mails}) == 1


def test_a_picture_stands_in_the_page(notifier: EmailNotifier, server: MailServer) -> None:
    """The picture travels inside the mail, and the page shows it where its words are known."""
    png = b"\x89PNG\r\n made for tests"
    notifier.send(replace(made_brief(), picture=Picture("c.png", png, '声量 "高"')), "k", None)
    mail = parsed(server.mails[0].content)
    (image,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert image.get_payload(decode=True) == png
    assert f'src="cid:{image["Content-ID"][1:-1]}"' in text_of(mail, "html")
    assert "&quot;高&quot;" in text_of(mail, "html")


@pytest.mark.parametrize("level", Level)
def test_red_is_important(notifier: EmailNotifier, server: MailServer, level: Level) -> None:
    """Only red is marked as important."""
    send_alert(notifier, made_alert(incident=made_incident(level)))
    importance = parsed(server.mails[0].content)["Importance"]
    assert importance == ("high" if level is Level.RED else None)


@pytest.mark.parametrize("text", [*TRICKS, "a\r\nBcc: x@evil.example\r\n\r\n<script>x</script>"])
def test_hostile_text_stays_text(notifier: EmailNotifier, server: MailServer, text: str) -> None:
    """A post's text brings neither headers nor tags, and no link but to the posts themselves."""
    notifier.send(hostile_message(text), "k", None)
    (taken,) = server.mails
    mail = parsed(taken.content)
    assert mail["Bcc"] is None
    assert tuple(taken.recipients) == READERS
    assert not ADDRESS.search(mail["Subject"])
    page = text_of(mail, "html")
    body = page.partition("<body")[2]
    tags = {tag.split()[0].strip("</>") for tag in _tags(body)}
    assert tags <= {"h1", "p", "br", "strong", "a", "span", "body", "html"}
    links = [tag for tag in _tags(body) if tag.startswith("<a ")]
    assert links
    assert all(tag.startswith('<a href="https://weibo.com/1') for tag in links)
    plain = text_of(mail, "plain")
    assert not ADDRESS.search(plain.replace("https://weibo.com/1", "").replace("i@j", ""))


def _tags(page: str) -> list[str]:
    return [f"<{tag.partition('>')[0]}>" for tag in page.split("<")[1:]]


# A mail server's answers: to which command, the answer, whether to try again.
ROWS: list[tuple[str, int, bool]] = [
    ("greeting", 421, True),
    ("greeting", 554, False),
    ("AUTH", 432, True),
    ("AUTH", 454, True),
    ("AUTH", 530, False),
    ("AUTH", 534, False),
    ("AUTH", 535, False),
    ("AUTH", 538, False),
    ("MAIL", 421, True),
    ("MAIL", 451, True),
    ("MAIL", 452, True),
    ("MAIL", 455, True),
    ("MAIL", 501, False),
    ("MAIL", 503, False),
    ("MAIL", 530, False),
    ("MAIL", 553, False),
    ("MAIL", 555, False),
    ("RCPT", 450, True),
    ("RCPT", 451, True),
    ("RCPT", 521, False),
    ("RCPT", 550, False),
    ("RCPT", 551, False),
    ("RCPT", 553, False),
    ("RCPT", 556, False),
    ("DATA", 451, True),
    ("DATA", 500, False),
    ("DATA", 502, False),
    ("DATA", 504, False),
    ("DATA", 554, False),
    ("content", 451, True),
    ("content", 452, True),
    ("content", 550, False),
    ("content", 552, False),
    ("content", 554, False),
]


@pytest.mark.parametrize(("command", "code", "retry"), ROWS)
def test_every_answer_has_its_meaning(
    notifier: EmailNotifier, server: MailServer, command: str, code: int, retry: bool
) -> None:
    """Each answer of a mail server says whether to try again, and what to do; none of its words."""
    server.answers[command] = f"{code} {SECRET} {READERS[0]}"
    with pytest.raises(NotifyError, match=str(code)) as caught:
        send_alert(notifier, made_alert())
    assert caught.value.retry is retry
    assert HINTS[code] in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "@" not in str(caught.value)
    assert server.mails == []


def test_the_table_is_whole() -> None:
    """The table has a row for every answer that the notifier knows."""
    assert set(HINTS) == {code for _, code, _ in ROWS}


def test_one_reader_is_refused(
    notifier: EmailNotifier, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A mail that one of two readers gets is sent; the log says how many do not, and not who."""
    server.answers[f"RCPT TO:<{READERS[0]}>"] = "550 no such user"
    send_alert(notifier, made_alert())
    assert server.mails[0].recipients == [READERS[1]]
    assert "1 of 2" in caplog.text
    assert "brand.example" not in caplog.text


def test_a_bad_good_bye_sends_nothing_twice(notifier: EmailNotifier, server: MailServer) -> None:
    """A mail that was taken is sent, however the server takes the good-bye."""
    server.answers["QUIT"] = "500 what"
    assert send_alert(notifier, made_alert()).message
    assert len(server.mails) == 1


def test_an_endless_greeting_is_cut_off(settings: EmailReceiver, server: MailServer) -> None:
    """A server that drips never times out: the exchange ends at its deadline all the same."""
    server.drips = True
    notifier = EmailNotifier(settings.model_copy(update={"username": None}), exchange=Exchange(0.3))
    with pytest.raises(NotifyError) as caught:
        send_alert(notifier, made_alert())
    assert caught.value.retry


def test_a_strange_certificate_is_refused(notifier: EmailNotifier, settings: Any) -> None:
    """Without its authority the server's certificate does not hold, and nothing is sent."""
    strict = EmailNotifier(settings.model_copy(update={"ca_certs": None}))
    with pytest.raises(NotifyError, match="certificate") as caught:
        send_alert(strict, made_alert())
    assert not caught.value.retry
    assert notifier.check()


def test_an_unreadable_authority_is_named(settings: EmailReceiver, tmp_path: Path) -> None:
    """A file of certificates that is not there is named by its setting."""
    lost = settings.model_copy(update={"ca_certs": tmp_path / "none.pem", "username": None})
    with pytest.raises(NotifyError, match="ca_certs") as caught:
        EmailNotifier(lost).check()
    assert not caught.value.retry


@pytest.mark.parametrize("server", ["starttls"], indirect=True)
@pytest.mark.parametrize(
    ("command", "answer", "says"),
    [("EHLO", "250 here", "STARTTLS"), ("STARTTLS", "454 not now", "454")],
)
def test_nothing_is_sent_in_the_open(
    notifier: EmailNotifier, server: MailServer, command: str, answer: str, says: str
) -> None:
    """A server that offers no STARTTLS, or refuses it, gets neither password nor mail."""
    server.answers[command] = answer
    with pytest.raises(NotifyError, match=says):
        send_alert(notifier, made_alert())
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.commands)


def test_nobody_there_is_tried_again(settings: EmailReceiver, server: MailServer) -> None:
    """A port on which nobody listens is worth another try."""
    server.__exit__(None, None, None)
    notifier = EmailNotifier(settings.model_copy(update={"username": None}))
    with pytest.raises(NotifyError, match="ConnectionRefusedError") as caught:
        send_alert(notifier, made_alert())
    assert caught.value.retry


def test_secrets_stay_in_the_environment(
    notifier: EmailNotifier, settings: EmailReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    """No log at any level and no repr holds the password; a missing one is named by variable."""
    caplog.set_level(logging.DEBUG)
    send_alert(notifier, made_alert())
    assert SECRET not in caplog.text + repr(notifier) + repr(vars(notifier))
    unset = EmailNotifier(settings.model_copy(update={"password_env": "NOT_SET_HERE"}))
    with pytest.raises(NotifyError, match="NOT_SET_HERE") as caught:
        unset.check()
    assert not caught.value.retry


@pytest.mark.parametrize(
    "given",
    [
        {"sender": "a@b.example\nBcc: c@d.example"},
        {"sender": "nobody"},
        {"recipients": []},
        {"recipients": ["a b@c.example"]},
        {"host": "mail.example/x"},
        {"security": "none"},
        {"port": 0},
    ],
)
def test_bad_settings_are_refused(given: dict[str, Any]) -> None:
    """Addresses, host and security are read strictly: nothing can be put into a header."""
    good = {"name": "a", "host": "mail.example", "sender": "a@b.example", "recipients": ["c@d.e"]}
    assert EmailReceiver.model_validate(good).connects_to == 465
    with pytest.raises(ValidationError):
        EmailReceiver.model_validate(good | given)


def test_starttls_has_its_own_port() -> None:
    """Each kind of security has the port that is registered for it."""
    settings = EmailReceiver(
        name="a", host="m.example", security="starttls", sender="a@b.c", recipients=("d@e.f",)
    )
    assert settings.connects_to == 587


def test_every_line_of_an_alert_is_in_the_text(notifier: EmailNotifier, server: MailServer) -> None:
    """The text says what the message says, and links to the posts."""
    message: Message = compose(made_alert())
    notifier.send(message, "k", None)
    plain = text_of(parsed(server.mails[0].content), "plain")
    assert all(line in plain for line in message.summary)
    assert all(quote.url in plain for quote in message.quotes)
