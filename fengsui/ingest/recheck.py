"""Posts of the last days are looked at again, to see whether their source has deleted them."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from fengsui.ingest.collect import Collected, store_items
from fengsui.ingest.poll import means_of
from fengsui.services import Services
from listeners.errors import ListenerError
from listeners.protocol import Deletion, Listener, Rechecks
from listeners.settings import SourceSettings, listener_of
from records import Window
from store.ledger.state import LOOKED, MISSING

log = logging.getLogger(__name__)

# Each post of the last week is looked at at least twice a day.
AGE: Final = timedelta(days=7)
EACH: Final = timedelta(hours=10)
PAUSE: Final = timedelta(hours=1)
MOST: Final = 500
WITNESSES: Final = 5
WEIBO: Final = "weibo"


def recheck_if_due(
    services: Services, source: SourceSettings, listener: Listener, now: datetime
) -> Collected:
    """Look again, at most once an hour, at posts that were not seen for long.

    Raises:
        ListenerError: the source could not be asked.
    """
    if not isinstance(listener, Rechecks):
        return Collected()
    last = LOOKED.get(services.ledger, source.name)
    if last is not None and timedelta(0) <= now - last < PAUSE:
        return Collected()
    collected = recheck(services, source.name, listener, now)
    LOOKED.set(services.ledger, now, source.name)
    return collected


def recheck_everywhere(services: Services, now: datetime) -> Collected:
    """Look again at the posts of every source for which it is due.

    A source that cannot be asked is left to the next time, and keeps no other from being asked.
    """
    collected = Collected()
    for source in services.settings.sources:
        try:
            collected += recheck_if_due(
                services, source, listener_of(source, means_of(services)), now
            )
        except ListenerError as error:
            log.warning("%s could not be asked for its posts again: %s", source.name, error)
    return collected


def recheck(services: Services, name: str, listener: Rechecks, now: datetime) -> Collected:
    """Look again at posts; one that is missing twice in a row, an hour apart, is taken for deleted.

    Raises:
        ListenerError: the source could not be asked.
    """
    week = Window(now - AGE, now)
    keys = services.store.fetched_before(WEIBO, week, now - EACH, MOST)
    if not keys:
        return Collected()
    lately = services.store.fetched_before(WEIBO, week, now, len(keys) + WITNESSES)
    witnesses = [key for key in lately if key not in keys]
    before = frozenset(MISSING.get(services.ledger, name) or ())
    items = list(listener.recheck(_ids(keys), _ids(witnesses)))
    missing = {item.key for item in items if isinstance(item, Deletion)}
    sure = [item for item in items if not isinstance(item, Deletion) or item.key in before]
    collected = store_items(services, sure)
    MISSING.set(services.ledger, sorted(missing - before), name)
    return collected


def _ids(keys: Sequence[str]) -> list[str]:
    return [key.partition(":")[2] for key in keys]
