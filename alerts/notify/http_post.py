"""One HTTP call inside its deadline, with a secret address that no log sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import httpx
from pydantic import SecretStr

from alerts.notify.exchange import Deadline, Exchange
from alerts.notify.protocol import NotifyError
from alerts.notify.retry_after import retry_after

ANSWER_LIMIT: Final = 64 * 1024
RETRIED_STATUSES: Final = frozenset({408, 425, 429})
DEFAULT_PAUSE: Final = timedelta(seconds=30)
# A body that drips is left when so little of the time is left: the status has been read.
LAST_SECOND: Final = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side answered: status, headers, and the beginning of the body (64 KiB)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def post(  # noqa: PLR0913 - a call and its bounds
    exchange: Exchange,
    address: httpx.URL,
    body: bytes,
    headers: Mapping[str, str],
    *,
    method: str = "POST",
    timeout: float = 10.0,
    limit: int = ANSWER_LIMIT,
    transport: httpx.BaseTransport | None = None,
) -> Answer:
    """Send `body` in a connection of its own and return the answer, its body up to `limit` bytes.

    Redirects are not followed: they would carry the message elsewhere. `timeout` bounds each read,
    the exchange bounds them all. `transport` takes the place of the network.

    Raises:
        NotifyError: no answer came; its text holds neither address nor message.
    """

    def ask(deadline: Deadline) -> Answer:
        seconds = min(timeout, deadline.left)
        with (
            httpx.Client(timeout=seconds, transport=transport) as client,
            # httpx logs the address of every request, and this one may be a secret: the target
            # goes on the wire in place of the path, and stays out of the log.
            client.stream(
                method,
                address.copy_with(raw_path=b"/"),
                content=body,
                # The answer is read as it comes: compressed, few bytes could become very many.
                headers={"Accept-Encoding": "identity", "User-Agent": "fengsui", **headers},
                extensions={"target": address.raw_path, "trace": deadline.trace},
                follow_redirects=False,
            ) as response,
        ):
            return Answer(
                response.status_code, response.headers, _beginning(response, deadline, limit)
            )

    try:
        return exchange.ask(ask)
    except httpx.TimeoutException:
        failure = NotifyError("no answer in time", retry=True)
    except httpx.HTTPError as error:
        failure = NotifyError(f"no answer ({type(error).__name__})", retry=True)
    # Raised out here, so that the cause, which holds the address, does not travel along.
    raise failure


def address_of(secret: SecretStr, variable: str = "the webhook's address") -> httpx.URL:
    """Return the http(s) address that `secret` holds; `variable` names where it stands.

    Raises:
        NotifyError: it is none, or holds a user name. The text never holds the address.
    """
    try:
        address = httpx.URL(secret.get_secret_value())
    except (httpx.InvalidURL, ValueError):
        address = httpx.URL()
    if address.scheme not in {"http", "https"} or not address.host:
        raise NotifyError(f"{variable} is no http(s) address", retry=False)
    if address.userinfo:
        raise NotifyError(f"{variable} holds a user name", retry=False)
    return address


def raise_for_status(answer: Answer) -> None:
    """Raise what a status outside 200 to 299 means.

    Raises:
        NotifyError: with `after` where the answer asks for a pause.
    """
    if 200 <= answer.status < 300:
        return
    retry = answer.status in RETRIED_STATUSES or answer.status >= 500
    after = retry_after(answer.headers) if retry else None
    if answer.status == 429:
        after = after or DEFAULT_PAUSE
    raise NotifyError(f"HTTP {answer.status}", retry=retry, after=after)


def _beginning(response: httpx.Response, deadline: Deadline, limit: int) -> bytes:
    """Return the beginning of the body."""
    answer = b""
    for chunk in response.iter_raw():
        answer += chunk
        if len(answer) >= limit or deadline.left < LAST_SECOND:
            break
    return answer[:limit]
