"""News for open pages: a server-sent event whenever what they show may have changed.

One look at the stores serves all who listen; nobody listening, nobody looks.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dashboards.web.site import Site, site_of
from fengsui.services import Services
from store.errors import StoreError

# The stores are looked at so often while anybody listens.
LOOKS_EACH: Final = 2.0
# Times on a page grow old: it is shown anew after so many looks also without news.
STALE_AFTER: Final = 30
# A listener that hears nothing for so long gets a sign of life; proxies cut silent ones off.
ALIVE_EACH: Final = 15.0
MOST_LISTENERS: Final = 200


class Seen(NamedTuple):
    """What tells one state of the stores from another."""

    revision: int
    action: int
    incidents: tuple[tuple[str, int, str], ...]


class News:
    """Tells every listener when there is news."""

    def __init__(self, looks_each: float = LOOKS_EACH) -> None:
        self._looks_each = looks_each
        self._listeners = 0
        self._number = 0
        self._changed = asyncio.Condition()
        self._looking: asyncio.Task[None] | None = None
        self._revision = 0

    @property
    def is_full(self) -> bool:
        """Whether no more can listen."""
        return self._listeners >= MOST_LISTENERS

    async def listen(self, site: Site) -> AsyncIterator[str]:
        """Yield an event for each change, and a comment where there is none for long."""
        self._listeners += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(site))
        heard = self._number
        try:
            yield "retry: 3000\n\n"
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._next(heard), ALIVE_EACH)
                yield ": \n\n" if heard == self._number else f"data: {self._number}\n\n"
                heard = self._number
        finally:
            self._listeners -= 1
            if not self._listeners and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _next(self, heard: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._number != heard)

    async def _look(self, site: Site) -> None:
        before: Seen | None = None
        quiet = 0
        while True:
            # A store that is away is no news; the page says so when it is asked for.
            with suppress(StoreError):
                seen = await site.readers.read(self._seen)
                quiet = quiet + 1 if seen == before else 0
                if (before is not None and seen != before) or quiet >= STALE_AFTER:
                    quiet = 0
                    site.readers.forget()
                    await self._tell()
                before = seen
            await asyncio.sleep(self._looks_each)

    def _seen(self, services: Services) -> Seen:
        _, self._revision = services.store.changed(self._revision)
        done = services.ledger.last_actions(1)
        return Seen(
            self._revision,
            done[0].seq if done else 0,
            tuple((one.key, one.level, one.status) for one in services.ledger.open_incidents()),
        )

    async def _tell(self) -> None:
        async with self._changed:
            self._number += 1
            self._changed.notify_all()


async def listen(request: Request) -> Response:
    """Answer with events for as long as the reader stays."""
    news: News = request.app.state.news
    if news.is_full:
        return Response(status_code=503)
    return StreamingResponse(
        news.listen(site_of(request)),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )
