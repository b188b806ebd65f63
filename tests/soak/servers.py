"""Those outside: receivers that keep what they took, and a feed; each fails on demand."""

import threading
from collections import Counter, deque
from urllib.parse import unquote

from tests.servers.scripted import Reply, Request, ScriptedServer

BROKEN = {
    "500": Reply(status=500),
    "404": Reply(status=404),
    "drop": Reply(drop=True),
    "lost": Reply(drop=True),
    "drip": Reply(b'{"ok"', drips=True),
}


class SoakedReceiver(ScriptedServer):
    """A receiver of webhooks; counts by key what it took, and of which its answer was lost."""

    def __init__(self) -> None:
        super().__init__(self._answered)
        self.fault = ""
        self.taken: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.refused = 0
        self._guard = threading.Lock()

    def fail(self, how: str) -> None:
        """Fail so from now on; "" ends it."""
        self.fault = how

    def _answered(self, request: Request) -> Reply:
        self.requests.clear()
        key = unquote(request.headers.get("Idempotency-Key", ""))
        fault = self.fault
        with self._guard:
            if fault in {"lost", "drip"}:  # it took the message, and nobody learns of it
                self.taken[key] += 1
                self.lost[key] += 1
            elif fault:
                self.refused += 1
            else:
                self.taken[key] += 1
        return BROKEN[fault] if fault else Reply()


class SoakedFeed(ScriptedServer):
    """A feed that sends its newest posts again and again."""

    def __init__(self, kept: int) -> None:
        super().__init__(self._answered)
        self.fault = ""
        self.lines: deque[str] = deque(maxlen=kept)

    def fail(self, how: str) -> None:
        """Fail so from now on; "" ends it."""
        self.fault = how

    def _answered(self, request: Request) -> Reply:  # noqa: ARG002 - it is asked for all it has
        self.requests.clear()
        fault = self.fault
        if fault:
            return BROKEN[fault]
        body = "\n".join(list(self.lines)).encode()
        return Reply(body, headers=(("Content-Type", "application/x-ndjson"),))
