"""One call with JSON to a service whose address is a secret."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from alerts.notify.protocol import NotifyError
from alerts.notify.secret_env import secret_of

ANSWER_LIMIT = 64 * 1024
DEADLINE_SECONDS = 15.0

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
    secret = secret_of(variable)
    try:
        address = httpx.URL(secret.get_secret_value())
    except (httpx.InvalidURL, ValueError):
        address = httpx.URL()
    if address.scheme not in {"http", "https"} or not address.host:
        raise NotifyError(f"{variable} holds no http(s) address", retry=False)
    if address.userinfo:
        raise NotifyError(f"the address in {variable} holds a user name", retry=False)
    return address


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes calls, each in a connection of its own. `transport` takes the network's place."""

    timeout_seconds: float
    transport: httpx.BaseTransport | None = None
    clock: Callable[[], float] = time.monotonic

    def call_json(
        self, method: str, address: httpx.URL, body: Json, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send `body` as JSON and return the answer; see `call`."""
        content = json.dumps(body, ensure_ascii=False).encode()
        kind = {"Content-Type": "application/json; charset=utf-8"}
        return self.call(method, address, content, kind | dict(headers or {}))

    def call(
        self, method: str, address: httpx.URL, content: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """Send `content` and return the answer; redirects are not followed.

        Raises:
            NotifyError: no answer came, or none in time; to be tried again.
        """
        sent = {"Accept-Encoding": "identity", "User-Agent": "fengsui", **headers}
        try:
            with (
                httpx.Client(timeout=self.timeout_seconds, transport=self.transport) as client,
                # httpx logs addresses, and this one is a secret: the target goes on the wire in
                # place of the path, and stays out of the log.
                client.stream(
                    method,
                    address.copy_with(raw_path=b"/"),
                    content=content,
                    headers=sent,
                    extensions={"target": address.raw_path},
                    follow_redirects=False,
                ) as response,
            ):
                return Answer(response.status_code, response.headers, self._data(response))
        except httpx.TimeoutException:
            failure = NotifyError("no answer in time", retry=True)
        except httpx.HTTPError as error:
            failure = NotifyError(f"no answer ({type(error).__name__})", retry=True)
        # Raised out here, so that the cause, which holds the address, does not travel along.
        raise failure

    def _data(self, response: httpx.Response) -> Mapping[str, Any]:
        deadline = self.clock() + DEADLINE_SECONDS
        body = b""
        for chunk in response.iter_raw():
            body += chunk
            if len(body) >= ANSWER_LIMIT or self.clock() > deadline:
                break
        try:
            data = json.loads(body[:ANSWER_LIMIT])
        except (ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}
