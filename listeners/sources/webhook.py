"""Any other source: clients that hold the secret push posts in fengsui's own form, `POST /posts`.

The signature is HMAC-SHA256 of `<timestamp>.<body>` under the shared secret, in hexadecimal:

    X-Fengsui-Timestamp: 1782047985
    X-Fengsui-Signature: sha256=5d41…
"""

import hmac
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final, Literal

from pydantic import Field

from listeners.client.breaker import utc_now
from listeners.context import ReadContext
from listeners.formats import jsonl
from listeners.formats.detect import layout_of
from listeners.formats.format import Reading, UnknownFormat
from listeners.formats.items import Items
from listeners.formats.read import parse_items
from listeners.pagination import Entry
from listeners.protocol import Listener
from listeners.push.server import NotAccepted, PushedSource, Receiver, Reply
from listeners.push.spool import Spool, SpoolListener
from listeners.source import Seconds, Variable
from listeners.sources.feed import secret
from records import Post, Rejected

PATH: Final = "/posts"
# An older signature could be one that somebody has listened to and sends again.
REPLAY: Final = timedelta(minutes=5)
LEAST_SECRET: Final = 16
SHOWN: Final = 20


class WebhookSource(PushedSource):
    """A door for posts from elsewhere. `secret_env` names the variable with the shared secret.

    It listens at 127.0.0.1 only; a proxy that speaks TLS stands before it. What came waits in the
    folder `path` until it is read.
    """

    paths: ClassVar[tuple[str, ...]] = ("path",)

    kind: Literal["webhook"]
    secret_env: Variable
    port: int = Field(default=8765, ge=0, le=65_535)
    path: Path = Path("spool/webhook")
    poll_seconds: Seconds = 2

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads what came."""
        return SpoolListener(self.name, self.path, context, parse)

    def receiver(self, clock: Callable[[], datetime] = utc_now) -> Receiver:
        """Return the server that takes what comes."""

        def accept(headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[bytes, Reply]:
            check(headers, body, secret(self.secret_env).encode(), now)
            return body, received(body, now)

        return Receiver(self.port, PATH, Spool(self.path), accept, clock=clock)


def signature(key: bytes, timestamp: str, body: bytes) -> str:
    """Return the signature that belongs to a body sent at `timestamp` (seconds since 1970)."""
    return "sha256=" + hmac.digest(key, timestamp.encode() + b"." + body, "sha256").hex()


def check(headers: Mapping[str, str], body: bytes, key: bytes, now: datetime) -> None:
    """Make sure that who holds the secret sent this body, and just now.

    Raises:
        NotAccepted: the signature is missing, wrong or old.
    """
    if len(key) < LEAST_SECRET:
        raise NotAccepted(503, f"the secret has fewer than {LEAST_SECRET} characters")
    timestamp = headers.get("x-fengsui-timestamp", "")
    given = headers.get("x-fengsui-signature", "")
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        raise NotAccepted(401, "no timestamp")
    if not hmac.compare_digest(signature(key, timestamp, body).encode(), given.encode()):
        raise NotAccepted(401, "the signature does not fit")
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > REPLAY:
        raise NotAccepted(401, "the timestamp is too old or too new")


def parse(payload: bytes, reading: Reading) -> Iterator[Entry]:
    """Yield the posts of a body: one JSON object, an array of them, or one a line."""
    stream = io.BytesIO(payload)
    try:
        layout = layout_of(stream, reading.origin)
        reason = "" if layout.format is jsonl.FORMAT else f"{layout.format.name}, not posts"
    except UnknownFormat as error:
        reason = str(error)[:200]
    if reason:
        raw = payload[:2000].decode("utf-8", "replace")
        yield Rejected("webhook", reading.origin, 1, reason, raw, reading.seen_at)
        return
    yield from parse_items(Items(stream, layout), reading)


def received(body: bytes, now: datetime) -> Reply:
    """Return the reply to the sender: how many posts were read, and why others were not.

    Raises:
        NotAccepted: not one could be read.
    """
    entries = list(parse(body, Reading("body", now, now)))
    posts = sum(isinstance(entry, Post) for entry in entries)
    rejected = [
        {"position": entry.position, "reason": entry.reason}
        for entry in entries
        if isinstance(entry, Rejected)
    ]
    if not posts:
        reason = rejected[0]["reason"] if rejected else "no posts"
        raise NotAccepted(422, str(reason))
    return Reply(202, {"accepted": posts, "rejected": rejected[:SHOWN]})
