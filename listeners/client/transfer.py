"""One question over HTTP: bounded in size and time, and never led to another host."""

import time
from collections.abc import Iterable, Mapping
from typing import Final, cast
from urllib.parse import urljoin, urlsplit

import httpx

from listeners.client.limits import GREATEST_ANSWER, WHOLE_SECONDS
from listeners.client.packing import ENCODINGS, Unpackable, Unpacked
from listeners.client.response import pause_of, public
from listeners.errors import Refused, RetryLater
from listeners.protocol import Refusal
from listeners.refusals import SOON, check_status, leads_to_login

MOST_REDIRECTS: Final = 5
NOT_MODIFIED: Final = 304


def transfer(
    client: httpx.Client,
    url: str,
    headers: Mapping[str, str],
    *,
    greatest: int = GREATEST_ANSWER,
) -> tuple[httpx.Response, bytes]:
    """Return the answer to a GET of `url` and its body; redirects within the host are followed.

    The body of an answer that says "not modified" to a conditional question is empty.

    Raises:
        RetryLater: it cannot be reached, is unwell, limits the rate or is too slow.
        LoginNeeded: it wants a login.
        Refused: it blocks, leads elsewhere, or answers too much.
    """
    try:
        return _follow(client, url, headers, greatest)
    except httpx.InvalidURL as error:
        raise Refused(f"{public(url)}: no address") from error
    except Unpackable as error:
        raise RetryLater(f"{public(url)}: {error}", SOON, Refusal.TRUNCATED) from error
    except httpx.TransportError as error:
        # The message of the transport can hold the address with its query: report only its kind.
        what = type(error).__name__
        raise RetryLater(f"{public(url)}: {what}", SOON, Refusal.UNREACHABLE) from error


def _follow(
    client: httpx.Client, home: str, headers: Mapping[str, str], greatest: int
) -> tuple[httpx.Response, bytes]:
    url = home
    for _ in range(MOST_REDIRECTS + 1):
        with client.stream("GET", url, headers={**headers, **ENCODINGS}) as response:
            target = _target(url, response)
            if not response.has_redirect_location or leads_to_login(target):
                return response, _body(response, home, target, greatest)
        url = target
        if not _stays(url, home):
            raise Refused(f"{public(home)}: leads to another host", Refusal.ELSEWHERE)
    raise Refused(f"{public(home)}: leads in a circle", Refusal.ELSEWHERE)


def _body(response: httpx.Response, url: str, target: str, greatest: int) -> bytes:
    deadline = time.monotonic() + WHOLE_SECONDS
    body, read = bytearray(), Unpacked(response.headers.get("content-encoding", ""))
    # As it comes: httpx would unpack whatever the headers name, as often as they name it.
    for chunk in cast("Iterable[bytes]", response.stream):
        body += read.more(chunk, greatest + 1 - len(body))
        if len(body) > greatest:
            raise Refused(f"{public(url)}: answers more than {greatest} bytes", Refusal.TOO_LARGE)
        if time.monotonic() > deadline:
            raise RetryLater(f"{public(url)}: answers too slowly", SOON, Refusal.UNREACHABLE)
    read.end()
    was_conditional = {"if-none-match", "if-modified-since"} & response.request.headers.keys()
    if response.status_code == NOT_MODIFIED and was_conditional:
        return b""
    check_status(
        response.status_code,
        location=target,
        text=body[:2000].decode(errors="replace"),
        after=pause_of(response.headers),
    )
    return bytes(body)


def _target(url: str, response: httpx.Response) -> str:
    """Return the address that a redirect leads to, empty where it leads nowhere."""
    location = response.headers.get("location", "")
    if not location:
        return ""
    try:
        target = urljoin(url, location)
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
