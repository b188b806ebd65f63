"""The trigger of the fast path: it runs in the triggerer and fires when a source has something new.

It only wakes: what it names is read again and judged by the task, as everything that waits is.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from asgiref.sync import sync_to_async

if TYPE_CHECKING:
    from fengsui.settings.application import Settings

log = logging.getLogger(__name__)

# What comes within so many seconds of each other is one event.
GATHER = 0.3
# How often the settings file is looked at, in seconds: a source that is added is watched.
RELOAD = 10.0
THREADS = 32


class NewPosts(BaseEventTrigger):
    """Fires when a source of the settings has something new. `config` is their path, or empty.

    Empty stands for FENGSUI_CONFIG, else the Variable fengsui_config, as the tasks see it.
    """

    def __init__(self, config: str = "") -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow gives it no types
        self.config = config

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the import path and the arguments."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {"config": self.config}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield an event, with the names of the sources, each time that some have something new."""
        while True:
            try:
                path, settings, lent = await sync_to_async(self._opened)()
            except Exception:
                # Broken settings are reported where they are used; they may be corrected any time.
                log.exception("the settings cannot be read; nothing is watched until they can")
                await asyncio.sleep(RELOAD)
                continue
            with lent:
                async for names in _woken(settings, path):
                    yield TriggerEvent({"sources": names})  # type: ignore[no-untyped-call]  # as above

    def _opened(self) -> tuple[Path, "Settings", ExitStack]:
        from fengsui.settings.application import load
        from fengsui_airflow.connections import connected
        from fengsui_airflow.services import config_path

        path = Path(self.config) if self.config else config_path()
        # Only the sources are watched: no other credential is looked for.
        watched = load(path).model_copy(update={"receivers": (), "ledger_url_env": None})
        with ExitStack() as stack:
            settings = stack.enter_context(connected(watched))
            return path, settings, stack.pop_all()


async def _woken(settings: "Settings", path: Path) -> AsyncIterator[list[str]]:
    """Yield the names of sources with something new, until the settings file changes."""
    queue: asyncio.Queue[str] = asyncio.Queue()
    stamp = _stamp(path)
    # Threads of our own: a source that hangs takes one, and the triggerer's stay free.
    threads = ThreadPoolExecutor(max_workers=min(THREADS, len(settings.sources) or 1))
    watchers = [asyncio.create_task(_watch(source, queue, threads)) for source in settings.sources]
    try:
        while _stamp(path) == stamp:
            with contextlib.suppress(TimeoutError):
                names = {await asyncio.wait_for(queue.get(), RELOAD)}
                await asyncio.sleep(GATHER)
                while not queue.empty():
                    names.add(queue.get_nowait())
                yield sorted(names)
    finally:
        for watcher in watchers:
            watcher.cancel()
        threads.shutdown(wait=False, cancel_futures=True)


async def _watch(source: Any, queue: "asyncio.Queue[str]", threads: ThreadPoolExecutor) -> None:
    from fengsui.ingest.watcher import SourceWatcher, now

    loop = asyncio.get_running_loop()
    sentinel = SourceWatcher(source)
    while True:
        try:
            if await loop.run_in_executor(threads, lambda: sentinel.look(now())):
                queue.put_nowait(source.name)
        except Exception:
            # One source's fault, whatever it is, must not end the watch over the others.
            log.exception("%s could not be looked at", source.name)
        await asyncio.sleep(sentinel.pause.total_seconds())


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
