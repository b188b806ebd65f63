"""What listeners remember from one read to the next, and share with other processes."""

import threading
from collections.abc import Callable
from typing import Protocol


class StateStore(Protocol):
    """Texts by name. The ledger is one that all processes share."""

    def cursor(self, name: str) -> str | None:
        """Return the text under `name`, None before its first."""
        ...

    def set_cursor(self, name: str, value: str) -> None:
        """Set the text under `name`."""
        ...

    def amend(self, name: str, change: Callable[[str | None], str | None]) -> None:
        """Replace the text under `name` by `change` of it; nobody else writes in between.

        Where `change` returns None nothing is written.
        """
        ...


class LocalState:
    """The state of one process, for reads that leave no trace and for tests."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._lock = threading.Lock()

    def cursor(self, name: str) -> str | None:
        """Return the text under `name`, None before its first."""
        return self._texts.get(name)

    def set_cursor(self, name: str, value: str) -> None:
        """Set the text under `name`."""
        with self._lock:
            self._texts[name] = value

    def amend(self, name: str, change: Callable[[str | None], str | None]) -> None:
        """Replace the text under `name` by `change` of it; nobody else writes in between."""
        with self._lock:
            changed = change(self._texts.get(name))
            if changed is not None:
                self._texts[name] = changed
