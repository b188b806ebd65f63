"""The polite client: every listener that asks a host over HTTP asks through it."""

import hashlib
import logging
import random
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from listeners.client import transfer as http
from listeners.client.breaker import (
    Turn,
    failed,
    read_state,
    rests,
    succeeded,
    take_turn,
    utc_now,
    write_state,
)
from listeners.client.limits import AGENT, CONNECT_SECONDS, Limits
from listeners.client.response import GREATEST_SKEW, Answer, dated
from listeners.client.state import LocalState, StateStore
from listeners.errors import ListenerError, RetryLater
from listeners.protocol import Refusal
from listeners.refusals import PASSING
from records.state import HOST, SEEN

T = TypeVar("T")

# They log each address with its query, and each header: both hold secrets.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# What passes by itself is tried so often in place, after so long, then twice as long.
ATTEMPTS: Final = 3
FIRST_PAUSE: Final = timedelta(seconds=1)
# A pause between two requests is longer by up to this share, so that processes fall out of step.
JITTER: Final = 0.3
# Who would have to wait longer for his turn leaves and comes again.
PATIENCE: Final = timedelta(seconds=60)


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom we trust; reading that takes longer than many an answer."""
    return httpx.create_ssl_context()


class Validators(msgspec.Struct, frozen=True, omit_defaults=True):
    """What makes the next question conditional on the last answer."""

    etag: str = ""
    modified: str = ""


class PoliteClient:
    """Asks hosts, each at most once in `every` and no process more, through `memory`.

    A context manager: connections (HTTP/2 where the host speaks it) live as long as the block, and
    blocks may be entered again. It calls `told` with every refusal.
    """

    def __init__(  # noqa: PLR0913  what can be left out is named
        self,
        memory: StateStore | None = None,
        *,
        every: timedelta = timedelta(seconds=1),
        agent: str = AGENT,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
        limits: Limits = Limits(),  # noqa: B008  it is frozen
        told: Callable[[Refusal], None] = lambda _: None,
    ) -> None:
        self.memory: StateStore = memory if memory is not None else LocalState()
        self.clock = clock
        self._told = told
        self._every = every
        self._agent = agent
        self._sleep = sleep
        self._transport = transport
        self._timeout = httpx.Timeout(
            limits.timeout_seconds, connect=min(limits.timeout_seconds, CONNECT_SECONDS)
        )
        self._greatest = limits.greatest_answer
        self._random = random.Random()  # noqa: S311  it spreads requests, it guards nothing
        self._client: httpx.Client | None = None

    def __enter__(self) -> Self:
        self._client = httpx.Client(
            timeout=self._timeout,
            transport=self._transport,
            http2=self._transport is None,
            verify=_trusted(),
            headers={"user-agent": self._agent},
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def ask(
        self,
        url: str,
        read: Callable[[Answer], T],
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        conditional: bool = False,
    ) -> T:
        """Return what `read` makes of the answer to `url`; it may find a refusal in it.

        With `conditional` the host may say that nothing has changed since the answer that was
        remembered.

        Raises:
            ListenerError: it could not be read, now or at all. What passes by itself was tried
                again before; while a host rests nothing is asked.
        """
        whole = str(httpx.URL(url, params=dict(params))) if params else url
        host = (urlsplit(whole).hostname or "").lower()
        pause = FIRST_PAUSE
        for left in reversed(range(ATTEMPTS)):
            self._wait(host)
            try:
                value = read(self._answer(whole, headers or {}, conditional=conditional))
            except ListenerError as error:
                self._note(host, error)
                if not left or error.refusal not in PASSING or self._rests(host):
                    raise
                self._pause(pause)
                pause *= 2
            else:
                self._note(host, None)
                return value
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, host: str) -> None:
        """Wait for the host's next turn.

        Raises:
            RetryLater: the host rests, or the turn is too far off.
        """
        turns: list[Turn] = []
        every = self._every * (1 + JITTER * self._random.random())
        now = self.clock()

        def book(text: str | None) -> str:
            state, turn = take_turn(read_state(text), now, every, PATIENCE)
            turns[:] = [turn]
            return write_state(state)

        self.memory.amend(HOST.key(host), book)
        turn = turns[0]
        if turn.why is not None:
            raise RetryLater(f"{host} rests: {turn.why}", turn.at - now, Refusal.RESTING)
        if turn.at - now > PATIENCE:
            raise RetryLater(f"{host} is busy", turn.at - now, Refusal.RESTING)
        if turn.at > now:
            self._sleep((turn.at - now).total_seconds())

    def _pause(self, pause: timedelta) -> None:
        self._sleep(pause.total_seconds() * (1 + JITTER * self._random.random()))

    def _note(self, host: str, error: ListenerError | None) -> None:
        """Write down what came of a question, where that changes how things stand."""
        now = self.clock()
        if error is not None:
            self._told(error.refusal)

        def change(text: str | None) -> str | None:
            state = read_state(text)
            after = succeeded(state) if error is None else failed(state, now, error)
            return None if after == state else write_state(after)

        self.memory.amend(HOST.key(host), change)

    def _rests(self, host: str) -> bool:
        return rests(read_state(self.memory.cursor(HOST.key(host))), self.clock())

    def _answer(self, url: str, headers: Mapping[str, str], *, conditional: bool) -> Answer:
        if self._client is None:
            raise RuntimeError("a client is used inside its block")
        name = SEEN.key(hashlib.blake2b(url.encode(), digest_size=16).hexdigest())
        asked = {**headers, **(self._validators(name) if conditional else {})}
        response, body = http.transfer(self._client, url, asked, greatest=self._greatest)
        here = self.clock()
        there = dated(response.headers.get("date"))
        if there is None or abs(there - here) > GREATEST_SKEW:
            there = here
        # HTTP dates have whole seconds: a smaller difference is none.
        skew = there - here if abs(there - here) >= timedelta(seconds=2) else timedelta(0)
        validators = Validators(
            response.headers.get("etag", ""), response.headers.get("last-modified", "")
        )

        def remember() -> None:
            if validators != Validators():
                self.memory.set_cursor(name, msgspec.json.encode(validators).decode())

        unchanged = response.status_code == http.NOT_MODIFIED
        return Answer(url, body, here + skew, skew, unchanged, remember)

    def _validators(self, name: str) -> dict[str, str]:
        text = self.memory.cursor(name)
        if not text:
            return {}
        kept = msgspec.json.decode(text, type=Validators)
        found = {"if-none-match": kept.etag, "if-modified-since": kept.modified}
        return {header: value for header, value in found.items() if value}
