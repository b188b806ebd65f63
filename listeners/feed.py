"""An authorised feed over HTTP, in any of the formats that files have."""

import io
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from listeners.files import UnknownFormat, parse_items
from listeners.formats.format import Reading
from listeners.items import Items
from listeners.layout import Layout, layout_of
from listeners.listener import LoginNeeded, Refused, RetryLater
from listeners.refusals import SOON, check_status, leads_to_login
from records import Post, Rejected, Window

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 30.0
# A server that sends a byte now and then would otherwise hold the chain for ever.
WHOLE_SECONDS: Final = 120.0
GREATEST_ANSWER: Final = 64 * 1024 * 1024
GREATEST_PAUSE: Final = timedelta(days=1)
MOST_REDIRECTS: Final = 5


class FeedListener:
    """Asks one address. `token_env` names the environment variable with a bearer token.

    The token goes to the host of the address and to no other, and into no message.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        token_env: str | None = None,
        transport: httpx.BaseTransport | None = None,
        greatest_answer: int = GREATEST_ANSWER,
    ) -> None:
        self._name = name
        self._url = url
        self._token_env = token_env
        self._transport = transport
        self._greatest_answer = greatest_answer

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._name

    def fetch(self, window: Window) -> Iterator[Post | Rejected]:
        """Yield all that the feed sends, within the window or not: what is known is upserted.

        The time of the fetch is the one that the answer is dated with, else the window's end.

        Raises:
            RetryLater: it cannot be reached, is unwell or limits the rate.
            LoginNeeded: it wants a login, or the token is missing.
            Refused: it blocks, leads elsewhere, or answers in no known format or too much.
        """
        response, body = self._get()
        fetched_at = _dated(response.headers.get("date")) or window.until
        reading = Reading(_public(self._url), fetched_at, fetched_at)
        stream = io.BytesIO(body)
        layout = self._layout(stream, reading)
        if layout is not None:
            # Of a recording that the feed hands on, a refusal concerns whoever recorded it.
            raises = layout.format.is_answer
            yield from parse_items(Items(stream, layout), reading, raises=raises)

    def _layout(self, stream: io.BytesIO, reading: Reading) -> Layout | None:
        if not stream.getvalue().strip():
            return None
        try:
            return layout_of(stream, reading.origin)
        except UnknownFormat as error:
            raise Refused(str(error)) from error

    def _get(self) -> tuple[httpx.Response, bytes]:
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        try:
            with httpx.Client(timeout=timeout, transport=self._transport) as client:
                return self._follow(client, self._headers())
        except httpx.InvalidURL as error:
            raise Refused(f"{_public(self._url)}: no address") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            what = type(error).__name__
            raise RetryLater(f"{_public(self._url)}: {what}", SOON) from error

    def _headers(self) -> dict[str, str]:
        headers = {"accept": "application/json, application/x-ndjson, text/csv, */*;q=0.1"}
        if self._token_env:
            token = os.environ.get(self._token_env, "").strip()
            if not token.isascii() or not token.isprintable() or not token:
                raise LoginNeeded(f"the environment variable {self._token_env} holds no token")
            headers["authorization"] = f"Bearer {token}"
        return headers

    def _follow(
        self, client: httpx.Client, headers: dict[str, str]
    ) -> tuple[httpx.Response, bytes]:
        url = self._url
        for _ in range(MOST_REDIRECTS + 1):
            with client.stream("GET", url, headers=headers) as response:
                target = _target(url, response)
                if not response.is_redirect or leads_to_login(target):
                    return response, self._body(response, target)
            url = target
            if not _stays(url, self._url):
                raise Refused(f"{_public(self._url)}: leads to another host")
        raise Refused(f"{_public(self._url)}: leads in a circle")

    def _body(self, response: httpx.Response, target: str) -> bytes:
        """Return the body, not longer than is allowed.

        Raises:
            ListenerError: the status asks for something else, or the body is too long or too slow.
        """
        deadline = time.monotonic() + WHOLE_SECONDS
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._greatest_answer:
                raise Refused(
                    f"{_public(self._url)}: answers more than {self._greatest_answer} bytes"
                )
            if time.monotonic() > deadline:
                raise RetryLater(f"{_public(self._url)}: answers too slowly", SOON)
        check_status(
            response.status_code,
            location=target,
            text=body[:2000].decode(errors="replace"),
            after=_pause(response.headers),
        )
        return bytes(body)


def _public(url: str) -> str:
    """Return the address without its query, which can hold a secret."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def _target(url: str, response: httpx.Response) -> str:
    """Return the address that a redirect leads to, empty where it leads nowhere."""
    try:
        target = urljoin(url, response.headers.get("location", ""))
        urlsplit(target).port  # noqa: B018  reading it finds what is no address
    except ValueError:
        return ""
    return str(target)


def _stays(url: str, home: str) -> bool:
    """Return whether `url` is of the host of `home`, and encrypted where `home` is."""
    there, here = urlsplit(url), urlsplit(home)
    if (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port):
        return True
    is_upgrade = (here.scheme, there.scheme) == ("http", "https") and not here.port
    return is_upgrade and there.hostname == here.hostname and not there.port


def _dated(header: str | None) -> datetime | None:
    """Return the time in an HTTP date, None where there is none."""
    try:
        at = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _pause(headers: httpx.Headers) -> timedelta:
    """Return the pause that Retry-After asks for, in seconds or until a date, within bounds."""
    asked = headers.get("retry-after", "").strip()
    pause = SOON
    if asked.isdecimal() and len(asked) < 10:
        pause = timedelta(seconds=int(asked))
    else:
        until, now = _dated(asked), _dated(headers.get("date"))
        if until and now:
            pause = until - now
    return min(max(pause, timedelta(0)), GREATEST_PAUSE)
