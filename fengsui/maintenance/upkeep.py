"""The nightly upkeep of the stores: retention, the check of the counts, fresh indices."""

from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from fengsui import privacy
from fengsui.services import Services
from fengsui.stores.keeper import keeper_of


@runtime_checkable
class KeptStore(Protocol):
    """A store of mentions that is looked after here."""

    def expire(self, before: datetime) -> int:
        """Delete the posts published before `before` and their mentions; return how many posts.

        Counts stay.
        """
        ...

    def repair_counts(self, since: datetime) -> int:
        """Count every minute from `since` on again that disagrees; return how many did."""
        ...

    def reindex(self) -> None:
        """Check what is stored and make its indices anew.

        Raises:
            StoreCorrupt: it is damaged.
        """
        ...


class NothingToKeep(Exception):
    """The store looks after itself: Elasticsearch has monthly indices and their own retention."""


def kept_store(services: Services) -> KeptStore:
    """Return the store, if it is one that is looked after here.

    Raises:
        NothingToKeep: it is not.
    """
    if not isinstance(services.store, KeptStore):
        raise NothingToKeep(f"{type(services.store).__name__} is not looked after here")
    return services.store


def expire(services: Services, now: datetime) -> int:
    """Delete what is older than the settings keep; return how many posts, or whole indices.

    What people wrote leaves as privacy promises, wherever it stands (`fengsui.privacy.expire`).

    Raises:
        NothingToKeep: see `kept_store`.
    """
    left = privacy.expire(services.store, services.ledger, services.settings.privacy, now).posts
    return left + _expire(services, now)


def _expire(services: Services, now: datetime) -> int:
    if services.settings.store == "elasticsearch":
        with keeper_of(services.settings) as keeper:
            return len(list(keeper.expire(now)))
    days = services.settings.upkeep.retention_days
    return kept_store(services).expire(_midnight(now) - timedelta(days=days)) if days else 0


def repair_counts(services: Services, now: datetime) -> int:
    """Check the counts of everything that is kept against the mentions; return the repairs.

    Raises:
        NothingToKeep: see `kept_store`.
    """
    days = services.settings.upkeep.retention_days
    since = _midnight(now) - timedelta(days=days) if days else datetime.fromtimestamp(0, UTC)
    return kept_store(services).repair_counts(since)


def reindex(services: Services) -> None:
    """Check the store and make its indices anew.

    Raises:
        NothingToKeep: see `kept_store`.
        StoreCorrupt: it is damaged.
    """
    kept_store(services).reindex()


def _midnight(now: datetime) -> datetime:
    # Whole days, so that no minute is deleted in part: its counts could not be checked any more.
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
