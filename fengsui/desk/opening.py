"""The desk for those who only act: it opens the ledger alone, no store of posts and no model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from fengsui.desk.desk import Desk, kept, spool_of
from fengsui.desk.members import Members, refusal_of
from fengsui.desk.rules import Outcome, OutcomeKind
from fengsui.services import ledger_url
from fengsui.settings.application import Settings
from records import Action
from store.errors import StoreError
from store.ledger.actions import storable_action
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


def keep_away(settings: Settings, action: Action, error: StoreError) -> Outcome:
    """Keep an action of a person for whom the ledger cannot be opened, or refuse it.

    Raises:
        StoreError: it could not be kept: the error of the ledger.
    """
    action = storable_action(action)
    if reason := refusal_of(action, Members(settings.members)):
        return Outcome(OutcomeKind.REFUSED, action, reason=reason)
    return kept(spool_of(settings), action, error)
