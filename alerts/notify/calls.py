"""Calls with JSON to a service whose address is a secret."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from alerts.notify.exchange import Exchange
from alerts.notify.http_post import address_of, post
from alerts.notify.protocol import NotifyError
from alerts.notify.secret_env import secret_of

# So long the calls of one message may begin. With the last of them it must end before the lease of
# the sender does.
MESSAGE_SECONDS: Final = 40.0

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of an answer; `data` is empty where the body is no JSON object."""

    status: int
    headers: Mapping[str, str]
    data: Mapping[str, Any]


def address_in(variable: str) -> httpx.URL:
    """Return the http(s) address that the environment variable holds.

    Raises:
        NotifyError: it is not set, or holds no address. The text names the variable alone.
    """
    return address_of(secret_of(variable), variable)


class Budget:
    """The time for all calls of one message."""

    def __init__(
        self, seconds: float = MESSAGE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._ends = clock() + seconds

    def check(self) -> None:
        """Make sure that there is time for another call.

        Raises:
            NotifyError: there is none; the message is tried again.
        """
        if self._clock() >= self._ends:
            raise NotifyError("the message took too long", retry=True)


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes calls, each in a connection of its own, inside one deadline from its start to its end.

    `transport` takes the place of the network.
    """

    timeout_seconds: float
    transport: httpx.BaseTransport | None = None
    exchange: Exchange = field(default_factory=Exchange)

    def call_json(
        self,
        method: str,
        address: httpx.URL,
        body: Json,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send `body` as JSON and return the answer; see `call`."""
        content = json.dumps(body, ensure_ascii=False).encode()
        kind = {"Content-Type": "application/json; charset=utf-8"}
        return self.call(method, address, content, kind | dict(headers or {}))

    def call(
        self,
        method: str,
        address: httpx.URL,
        content: bytes,
        headers: Mapping[str, str],
    ) -> Answer:
        """Send `content` and return the answer.

        Raises:
            NotifyError: no answer came, or none in time; to be tried again.
        """
        answer = post(
            self.exchange,
            address,
            content,
            headers,
            method=method,
            timeout=self.timeout_seconds,
            transport=self.transport,
        )
        return Answer(answer.status, answer.headers, _object(answer.body))


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
