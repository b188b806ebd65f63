"""A mailbox over IMAP, opened for reading only: nothing in it is marked, moved or deleted."""

import hashlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from typing import ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from listeners.context import ReadContext
from listeners.errors import LoginNeeded, Refused, RetryLater
from listeners.formats.format import Reading
from listeners.formats.read import GREATEST_RAW
from listeners.pagination import Entry
from listeners.parsing import fields
from listeners.parsing.letters import read_letter, words_of
from listeners.parsing.times import EARLIEST, LATEST
from listeners.protocol import CoverageMarker, Item, Listener, Refusal
from listeners.refusals import SOON
from listeners.source import OWN_HOSTS, Seconds, Source, Variable
from listeners.sources.feed import secret
from records import Post, PostKind, Rejected, Window
from records.state import IMAP

SECONDS: Final = 30.0
# So much of a letter is read: its words stand before its attachments.
GREATEST_LETTER: Final = 1024 * 1024
MOST_LETTERS: Final = 500
SOURCE: Final = "mail"
# From here on a letter repeats the one that it answers.
_QUOTE = re.compile(
    r"^(?:>.*|-{2,}\s*(?:原始邮件|Original Message)\s*-{2,}.*|On .{5,200} wrote:|发件人[:：].*)$",
    re.MULTILINE,
)


class InboxSource(Source):
    """A mailbox; its user and password stand in environment variables.

    Its letters are complaints unless `letters` says otherwise.
    """

    platform: ClassVar[str] = "mail"

    kind: Literal["inbox"]
    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=993, ge=1, le=65_535)
    user_env: Variable
    password_env: Variable
    mailbox: str = Field(default="INBOX", min_length=1, max_length=200, pattern=r'^[^"\\\r\n]+$')
    letters: Literal["complaint", "post"] = "complaint"
    poll_seconds: Seconds = 60
    tls: bool = True

    @model_validator(mode="after")
    def _password_is_encrypted(self) -> Self:
        if not self.tls and self.host not in OWN_HOSTS:
            raise ValueError("a password is sent encrypted only; leave tls = true")
        return self

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        return InboxListener(self, context)


def parse(payload: bytes, reading: Reading, kind: PostKind, place: int = 1) -> Iterator[Entry]:
    """Yield the post that a letter is: subject and words, without what it repeats of another."""
    try:
        yield _post(read_letter(payload), reading, kind)
    except Exception as error:  # noqa: BLE001  the parser raises many kinds on hostile letters
        reason = f"unreadable letter: {type(error).__name__}"
        raw = payload[:GREATEST_RAW].decode("utf-8", "replace")[:GREATEST_RAW]
        yield Rejected(SOURCE, reading.origin, place, reason, raw, reading.seen_at)


def _post(letter: EmailMessage, reading: Reading, kind: PostKind) -> Post:
    notes: list[str] = []
    name, address = parseaddr(str(letter.get("from", "")))
    own, quoted = _parted(words_of(letter, notes))
    subject = " ".join(str(letter.get("subject", "")).split())
    now = reading.fetched_at or reading.seen_at
    at = _time(letter)
    if at is None:
        notes.append("published_at: the time it was fetched")
    if str(letter.get("auto-submitted", "no")).lower() != "no":
        notes.append("an automatic answer")
    text = "\n".join(part for part in (subject, own) if part)
    if not text:
        notes.append("text: empty")
    named = str(letter.get("message-id", "")).strip() or f"{address}\0{at}\0{text}"
    answered = str(letter.get("in-reply-to", "")).strip()
    return Post(
        source=SOURCE,
        id=_digest(named),
        url="",
        kind=kind,
        author=address.lower(),
        text=fields.text_or_note(text, "text", notes),
        published_at=min(at, now) if at else now,
        fetched_at=now,
        author_name=name,
        parent=f"{SOURCE}:{_digest(answered)}" if answered else None,
        quoted=fields.text_or_note(quoted, "quoted", notes),
        notes=tuple(notes),
    )


def _digest(name: str) -> str:
    return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _parted(words: str) -> tuple[str, str]:
    match = _QUOTE.search(words)
    if match is None:
        return words.strip(), ""
    return words[: match.start()].strip(), words[match.start() :].strip()


def _time(letter: EmailMessage) -> datetime | None:
    header = letter.get("date")
    at = getattr(header, "datetime", None)
    if not isinstance(at, datetime):
        return None
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return at if EARLIEST <= at < LATEST else None


class InboxListener:
    """Reads the letters that came since the last read, by the mailbox's own numbers."""

    def __init__(self, settings: InboxSource, context: ReadContext) -> None:
        self._settings = settings
        self._context = context

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._settings.name

    def fetch(self, window: Window) -> Iterator[Item]:
        """Yield the letters that came since the last read; at the first, those since the window.

        Raises:
            RetryLater: the server cannot be reached or breaks off.
            LoginNeeded: it refuses the password.
            Refused: there is no such mailbox.
        """
        try:
            with self._opened() as box:
                yield from self._read(box, window)
        except (imaplib.IMAP4.abort, OSError) as error:
            what = f"{self._settings.host}: {type(error).__name__}"
            raise RetryLater(what, SOON, Refusal.UNREACHABLE) from error
        except imaplib.IMAP4.error as error:
            raise Refused(f"{self._settings.host}: refuses", Refusal.FORBIDDEN) from error

    def _opened(self) -> imaplib.IMAP4:
        user = secret(self._settings.user_env)
        password = secret(self._settings.password_env)
        host, port = self._settings.host, self._settings.port
        box: imaplib.IMAP4
        if self._settings.tls:
            context = ssl.create_default_context()
            box = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=SECONDS)
        else:
            box = imaplib.IMAP4(host, port, timeout=SECONDS)
        try:
            box.login(user, password)
        except imaplib.IMAP4.abort:
            box.shutdown()
            raise
        except imaplib.IMAP4.error:
            box.shutdown()
            # What the server says can repeat the password: it stays out of every log.
            raise LoginNeeded(f"{host}: refuses the login") from None
        return box

    def _read(self, box: imaplib.IMAP4, window: Window) -> Iterator[Item]:
        status, _ = box.select(f'"{self._settings.mailbox}"', readonly=True)
        if status != "OK":
            raise Refused(f"{self._settings.host}: no mailbox {self._settings.mailbox}")
        valid = _number(box.response("UIDVALIDITY")[1])
        last = self._reached(valid)
        numbers = self._numbers(box, window, last)
        now = self._context.clock()
        kind = PostKind(self._settings.letters)
        for number in numbers[:MOST_LETTERS]:
            origin = f"imap://{self._settings.host}/{self._settings.mailbox}#{number}"
            yield from parse(_letter(box, number), Reading(origin, now, now), kind, number)
            last = number
        if len(numbers) <= MOST_LETTERS:
            yield CoverageMarker("", window)
        else:
            yield CoverageMarker("", Window(window.until, window.until))
        self._context.memory.set_cursor(IMAP.key(self.name), f"{valid} {last}")

    def _reached(self, valid: int) -> int:
        """Return the number of the last letter that was read, 0 where numbers were given anew."""
        text = self._context.memory.cursor(IMAP.key(self.name)) or ""
        before, _, number = text.partition(" ")
        return int(number) if self._context.resume and before == str(valid) else 0

    def _numbers(self, box: imaplib.IMAP4, window: Window, last: int) -> list[int]:
        if last:
            wanted = ("UID", f"{last + 1}:*")
        else:
            # Servers count days in their own zones.
            day = window.since.astimezone(UTC) - timedelta(days=1)
            wanted = ("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")
        _, found = box.uid("SEARCH", *wanted)
        numbers = found[0].split() if found and isinstance(found[0], bytes) else []
        # `n:*` always names the last letter, also one before n.
        return sorted(number for one in numbers if (number := int(one)) > last)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _letter(box: imaplib.IMAP4, number: int) -> bytes:
    _, parts = box.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{GREATEST_LETTER}>)")
    for part in parts or ():
        if isinstance(part, tuple) and isinstance(part[1], bytes):
            return part[1]
    return b""


def _number(values: object) -> int:
    first = values[0] if isinstance(values, list) and values else b""
    return int(first) if isinstance(first, bytes) and first.isdigit() else 0
