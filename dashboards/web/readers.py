"""The threads that read the stores for the page.

A store belongs to the thread that opened it, and reading blocks: so every reader is a thread with
services of its own, and requests wait for one that is free. One more keeps the counts and what is
usual of all brands, which are dear to load and cheap to keep up.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
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
        self._writing = threading.Lock()

    async def read(
        self,
        ask: Callable[[Services], T],
        key: Hashable | None = None,
        fresh: float = FRESH_SECONDS,
    ) -> T:
        """Return what `ask` finds, by the next free reader; what `key` keeps while it is fresh."""
        known = self._kept.get(key)
        if key is not None and known is not None and time.monotonic() < known[0]:
            kept: T = known[1]
            return kept
        reader = await self._idle.get()
        try:
            found = await reader.read(ask)
        finally:
            self._idle.put_nowait(reader)
        if key is not None:
            self._keep(key, found, fresh)
        return found

    async def count(
        self, key: Hashable, ask: Callable[[Services], T], fresh: float = FRESH_SECONDS
    ) -> T:
        """Return what `ask` finds by the reader of counts; what is kept under `key` while fresh."""

        def asked(services: Services) -> T:
            # Looked up in the one thread that writes it: of many that ask at once one reads.
            known = self._kept.get(key)
            if known is not None and time.monotonic() < known[0]:
                found: T = known[1]
                return found
            found = ask(services)
            self._keep(key, found, fresh)
            return found

        return await self._counting.read(asked)

    def _keep(self, key: Hashable, found: Any, fresh: float) -> None:
        with self._writing:
            while len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (time.monotonic() + fresh, found)

    def forget(self) -> None:
        """Show nothing again that was read before: something was changed."""
        with self._writing:
            self._kept.clear()

    def close(self) -> None:
        """End all readers."""
        for reader in (self._counting, *self._all):
            reader.close()
