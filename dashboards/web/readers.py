"""The threads that read the stores for the page.

A store belongs to the thread that opened it, and reading blocks: so every reader is a thread with
services of its own, and requests wait for one that is free. One more keeps the counts and what is
usual of all brands, which are dear to load and cheap to keep up.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeVar

from fengsui.services import Services
from fengsui.settings.application import Settings
from store.errors import StoreError

T = TypeVar("T")

READERS: Final = 3
# What was read so lately is shown again: fifty readers ask for the same page.
FRESH_SECONDS: Final = 2.0
KEPT: Final = 256


class Reader:
    """A thread with services of its own, opened at the first use and again after a failure."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="page")
        self._services: Services | None = None

    async def read(self, ask: Callable[[Services], T]) -> T:
        """Return what `ask` finds in the stores.

        Raises:
            StoreError: they cannot be read.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, ask)

    def _ask(self, ask: Callable[[Services], T]) -> T:
        if self._services is None:
            self._services = Services(self._settings)
        try:
            return ask(self._services)
        except StoreError:
            self._drop()
            raise

    def _drop(self) -> None:
        services, self._services = self._services, None
        if services is not None:
            services.close()

    def close(self) -> None:
        """Close the stores in their own thread, and end it."""
        self._thread.submit(self._drop)
        self._thread.shutdown()


class Readers:
    """All readers; `close` ends them."""

    def __init__(self, settings: Settings, number: int = READERS) -> None:
        self._counting = Reader(settings)
        self._all = [Reader(settings) for _ in range(number)]
        self._idle: asyncio.Queue[Reader] = asyncio.Queue()
        for reader in self._all:
            self._idle.put_nowait(reader)
        self._kept: dict[Hashable, tuple[float, Any]] = {}
        self._reading: dict[Hashable, asyncio.Future[Any]] = {}
        self._age = 0

    async def read(
        self,
        ask: Callable[[Services], T],
        key: Hashable | None = None,
        fresh: float = FRESH_SECONDS,
    ) -> T:
        """Return what `ask` finds, by the next free reader; what `key` keeps while it is fresh."""
        if key is None:
            return await self._by_idle(ask)
        return await self._once(key, fresh, lambda: self._by_idle(ask))

    async def count(
        self, key: Hashable, ask: Callable[[Services], T], fresh: float = FRESH_SECONDS
    ) -> T:
        """Return what `ask` finds by the reader of counts; what is kept under `key` while fresh."""
        return await self._once(key, fresh, lambda: self._counting.read(ask))

    async def _by_idle(self, ask: Callable[[Services], T]) -> T:
        reader = await self._idle.get()
        try:
            return await reader.read(ask)
        finally:
            self._idle.put_nowait(reader)

    async def _once(self, key: Hashable, fresh: float, read: Callable[[], Awaitable[T]]) -> T:
        """Return what is kept, or what is being read already, or read it: of many one reads."""
        known = self._kept.get(key)
        if known is not None and time.monotonic() < known[0]:
            kept: T = known[1]
            return kept
        going_on = self._reading.get(key)
        if going_on is None:
            going_on = self._reading[key] = asyncio.ensure_future(self._keep(key, fresh, read))
            going_on.add_done_callback(partial(self._read, key))
        # One who leaves does not end the reading for those who stay.
        found: T = await asyncio.shield(going_on)
        return found

    async def _keep(self, key: Hashable, fresh: float, read: Callable[[], Awaitable[T]]) -> T:
        age = self._age
        found = await read()
        while len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        # What was read before something changed is not kept.
        if age == self._age:
            self._kept[key] = (time.monotonic() + fresh, found)
        return found

    def _read(self, key: Hashable, future: asyncio.Future[Any]) -> None:
        if self._reading.get(key) is future:
            del self._reading[key]
        if not future.cancelled():
            future.exception()  # who waits for it raises it; when all have left nobody does

    def forget(self) -> None:
        """Show nothing again that was read before: something was changed."""
        self._age += 1
        self._kept.clear()
        self._reading.clear()

    def close(self) -> None:
        """End all readers."""
        for reader in (self._counting, *self._all):
            reader.close()
