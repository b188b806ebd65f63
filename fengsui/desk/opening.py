"""The desk for those who only act: it opens the ledger alone, no store of posts and no model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from fengsui.desk.desk import Desk
from fengsui.services import ledger_url
from fengsui.settings.application import Settings
from store.ledger.ledger import Ledger


@contextmanager
def opened_desk(
    settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Iterator[Desk]:
    """Open the ledger of the settings; yield the desk over it.

    Raises:
        StoreError: it cannot be opened.
    """
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Ledger(ledger_url(settings)) as ledger:
        yield Desk(ledger, settings, clock)
