"""The dead man's switch: an address that is called while all works, and reports our silence.

The protocol is that of healthchecks.io: the address itself for success, `/start` at the beginning,
`/fail` where something failed. The calls are made in a thread of their own, so that they slow
nothing; the address is a secret, and stands in an environment variable.
"""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

import httpx

from alerts.notify.exchange import Exchange
from alerts.notify.http_post import address_of, post, raise_for_status
from alerts.notify.protocol import NotifyError
from alerts.notify.secret_env import secret_of

log = logging.getLogger(__name__)

SUCCESS: Final = ""
START: Final = "/start"
FAIL: Final = "/fail"


class DeadManSwitch:
    """Calls the address that `variable` holds, at most once in `seconds` for the same outcome."""

    def __init__(
        self, variable: str, seconds: float, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._variable = variable
        self._seconds = seconds
        self._transport = transport
        self._exchange = Exchange()
        self._changed = threading.Condition()
        self._outcome: str | None = START
        self._ended = False

    def turned(self, *, ok: bool) -> None:
        """Note how the last turn went; return at once."""
        with self._changed:
            # A failure that passed between two calls is reported all the same.
            if ok and self._outcome not in {None, SUCCESS}:
                return
            self._outcome = SUCCESS if ok else FAIL
            self._changed.notify()

    def end(self) -> None:
        """Let `serve` return; a silence that follows is reported by the other side."""
        with self._changed:
            self._ended = True
            self._changed.notify()

    def serve(self, worked: Callable[[], None] = lambda: None) -> None:
        """Call the address until the end; `worked` is called after each call."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or self._outcome is not None)
                if self._ended:
                    return
                outcome, self._outcome = self._outcome or SUCCESS, None
            self.call(outcome)
            worked()
            with self._changed:
                # A failure is reported at once, all else in its time.
                urgent = partial(self._is_urgent, outcome)
                self._changed.wait_for(urgent, self._seconds)

    def _is_urgent(self, last: str) -> bool:
        return self._ended or (self._outcome == FAIL and last != FAIL)

    def call(self, outcome: str) -> bool:
        """Call the address for `outcome`; return whether the other side took it."""
        try:
            address = address_of(secret_of(self._variable))
            path, _, query = address.raw_path.partition(b"?")
            target = path.rstrip(b"/") + outcome.encode() + (b"?" + query if query else b"")
            answer = post(
                self._exchange,
                address.copy_with(raw_path=target),
                b"",
                {},
                transport=self._transport,
            )
            raise_for_status(answer)
        except NotifyError as error:
            log.warning("the dead man's switch (%s) was not reached: %s", self._variable, error)
            return False
        return True
