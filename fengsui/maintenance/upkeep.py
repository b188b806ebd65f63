"""The nightly upkeep of the stores: retention, the check of the counts, fresh indices."""

from datetime import UTC, datetime, timedelta

from fengsui import privacy
from fengsui.maintenance.retention import expiry_time
from fengsui.services import Services
from fengsui.stores.open import keeper_of
from store.interface import Maintenance


class NothingToKeep(Exception):
    """The store looks after itself: Elasticsearch has monthly indices and their own retention."""


def maintenance_of(services: Services) -> Maintenance:
    """Return what looks after the store.

    Raises:
        NothingToKeep: its servers do.
    """
    maintenance = services.store.maintenance
    if maintenance is None:
        raise NothingToKeep(f"{type(services.store).__name__} is not looked after here")
    return maintenance


def expire(services: Services, now: datetime, *, all_of_it: bool = False) -> int:
    """Delete what is older than the settings keep; return how many posts, or whole indices.

    What people wrote leaves as privacy promises, wherever it stands (`fengsui.privacy.expire`). No
    run takes more than a day's worth beyond the last one without `all_of_it` (`retention`).
    """
    now = expiry_time(services, now, all_of_it=all_of_it)
    left = privacy.expire(services.store, services.ledger, services.settings.privacy, now).posts
    return left + _expire(services, now)


def _expire(services: Services, now: datetime) -> int:
    if services.store.maintenance is None:
        with keeper_of(services.settings) as keeper:
            return len(list(keeper.expire(now)))
    days = services.settings.upkeep.retention_days
    return services.store.expire(_midnight(now) - timedelta(days=days)) if days else 0


def repair_counts(services: Services, now: datetime) -> int:
    """Check the counts of everything that is kept against the mentions; return the repairs.

    Raises:
        NothingToKeep: see `maintenance_of`.
    """
    days = services.settings.upkeep.retention_days
    since = _midnight(now) - timedelta(days=days) if days else datetime.fromtimestamp(0, UTC)
    return maintenance_of(services).repair_counts(since)


def reindex(services: Services) -> None:
    """Check the store and make its indices anew.

    Raises:
        NothingToKeep: see `maintenance_of`.
        StoreCorrupt: it is damaged.
    """
    maintenance_of(services).reindex()


def _midnight(now: datetime) -> datetime:
    # Whole days, so that no minute is deleted in part: its counts could not be checked any more.
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
