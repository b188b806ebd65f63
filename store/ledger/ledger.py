"""What the steps have to remember: cursors, coverage, incidents, outbox, cases, quarantine."""

from datetime import datetime
from typing import Self

from sqlalchemy import func, select

from records import CaseStatus, IncidentStatus, NotificationState
from store.encoding import storable
from store.ledger import schema
from store.ledger.actions import ActionLog
from store.ledger.cases import CaseBook
from store.ledger.database import upsert
from store.ledger.dead_letters import DeadLetters
from store.ledger.outbox import Outbox
from store.ledger.privacy import PrivacyBook
from store.ledger.quarantine import Quarantine
from store.ledger.reads import ReadLog


class Ledger(ReadLog, Outbox, CaseBook, Quarantine, DeadLetters, PrivacyBook, ActionLog):
    """The ledger in the database of a SQLAlchemy URL, such as `sqlite:///fengsui.sqlite3`.

    Opening it brings its schema up to date. Every write is one transaction and may be repeated;
    several processes write at once. PostgreSQL takes the same statements.

    Raises:
        StoreError: here and in every method; its kinds say what to do.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def silence(self, brand: str, until: datetime, reason: str) -> None:
        """Keep quiet about `brand` until `until`; a brand has one silence, the last one set."""
        row = {"brand": brand, "until": until, "reason": storable(reason)}
        with self._writing() as connection:
            upsert(connection, schema.silences, [row], replace=True)

    def silenced(self, brand: str, at: datetime) -> str | None:
        """Return why `brand` is silenced at `at`, None if it is not."""
        table = schema.silences
        query = select(table.c.reason).where(table.c.brand == brand, table.c.until > at)
        with self._reading() as connection:
            return connection.scalar(query)

    def totals(self) -> dict[str, int]:
        """Return the numbers of incidents, notifications, cases quarantined items, dead letters."""
        incidents, cases = schema.incidents, schema.cases
        notifications, state = schema.notifications, schema.notifications.c.state
        counts = {
            "incidents": select(func.count()).select_from(incidents),
            "open_incidents": select(func.count()).where(incidents.c.status == IncidentStatus.OPEN),
            "notifications": select(func.count()).select_from(notifications),
            **{
                f"{name}_notifications": select(func.count()).where(state == name)
                for name in NotificationState
            },
            "cases": select(func.count()).select_from(cases),
            "open_cases": select(func.count()).where(cases.c.status == CaseStatus.OPEN),
            "quarantined": select(func.count()).select_from(schema.quarantine),
            "dead_letters": select(func.count()).select_from(schema.dead_letters),
        }
        names = select(*(query.scalar_subquery().label(name) for name, query in counts.items()))
        return dict(self._rows(names)[0]._mapping)
