"""The ledger's incidents, and the outbox of notifications about them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import and_, or_, select, update

from records import Alert, Incident, IncidentStatus, Notification, NotificationState, Receipt
from store.encoding import cleaned, decoder
from store.ledger import schema
from store.ledger.database import LedgerDatabase, body_of, upsert

# Notifications handed out at once.
_BATCH = 500

_incident = decoder(Incident)
_notification = decoder(Notification)
_columns = schema.notifications.c
# Asked for at every tick, so it is put together once.
_OPEN = (
    select(schema.incidents.c.body)
    .where(schema.incidents.c.status == IncidentStatus.OPEN)
    .order_by(schema.incidents.c.opened_at, schema.incidents.c.key)
)


class Outbox(LedgerDatabase):
    """Incidents, and the notifications about them."""

    def record_detection(
        self, incidents: Sequence[Incident], notifications: Sequence[Notification]
    ) -> None:
        """Write what a detection found, in one transaction.

        Incidents replace what their keys hold; a notification that is there already stays.
        """
        with self._writing() as connection:
            latest = {incident.key: _incident_row(incident) for incident in incidents}
            upsert(connection, schema.incidents, latest.values(), replace=True)
            new = {notification.key: _row(notification) for notification in notifications}
            upsert(connection, schema.notifications, new.values(), replace=False)

    def enqueue(self, notification: Notification) -> None:
        """Put `notification` into the outbox; one that is there already stays."""
        self.record_detection((), (notification,))

    def incident(self, key: str) -> Incident | None:
        """Return the incident of `key`."""
        rows = self._rows(select(schema.incidents.c.body).where(schema.incidents.c.key == key))
        return _incident(rows[0].body) if rows else None

    def open_incidents(self) -> list[Incident]:
        """Return the incidents that have not recovered, oldest first."""
        return [_incident(row.body) for row in self._rows(_OPEN)]

    def incidents(self, since: datetime | None = None, brand: str | None = None) -> list[Incident]:
        """Return the incidents opened at or after `since` (of `brand`), oldest first."""
        table = schema.incidents
        query = select(table.c.body).order_by(table.c.opened_at, table.c.key)
        if since is not None:
            query = query.where(table.c.opened_at >= since)
        if brand is not None:
            query = query.where(table.c.brand == brand)
        return [_incident(row.body) for row in self._rows(query)]

    def incidents_written(self, since: datetime) -> list[Incident]:
        """Return the incidents that were written at or after `since` by their writers' clocks."""
        table = schema.incidents
        query = select(table.c.body).where(table.c.written_at >= since)
        return [_incident(row.body) for row in self._rows(query.order_by(table.c.key))]

    def due(self, now: datetime) -> list[Notification]:
        """Return what is to be sent at `now`, oldest first, at most 500.

        PENDING ones whose pause is over, and SENDING ones whose lease has passed: their sender
        died between sending and recording.
        """
        ready = or_(_columns.retry_at.is_(None), _columns.retry_at <= now)
        query = (
            select(_columns.body)
            .where(
                _columns.state.in_((NotificationState.PENDING, NotificationState.SENDING)), ready
            )
            .order_by(_columns.created_at, _columns.key)
            .limit(_BATCH)
        )
        return [_notification(row.body) for row in self._rows(query)]

    def claim(self, notification: Notification, lease_until: datetime) -> Notification | None:
        """Take `notification` for sending until `lease_until`; None if another was faster.

        The number of attempts grows with every claim, so that of two that saw the same state only
        one can find it unchanged. What is SENT, SUPPRESSED or FAILED cannot be claimed.
        """
        if notification.state not in {NotificationState.PENDING, NotificationState.SENDING}:
            return None
        claimed = replace(
            notification,
            state=NotificationState.SENDING,
            attempts=notification.attempts + 1,
            retry_at=lease_until,
        )
        unchanged = and_(
            _columns.key == notification.key,
            _columns.state == notification.state,
            _columns.attempts == notification.attempts,
        )
        statement = update(schema.notifications).where(unchanged).values(_row(claimed))
        with self._writing() as connection:
            return claimed if connection.execute(statement).rowcount else None

    def record(self, notification: Notification) -> None:
        """Write the state that `notification` has come to.

        SENT is final, and a sender whose lease another took over can only still say SENT.
        """
        sent = NotificationState.SENT
        row = _row(notification)
        current = and_(_columns.key == notification.key, _columns.state != sent)
        if notification.state is not sent:
            current = and_(current, _columns.attempts <= notification.attempts)
        with self._writing() as connection:
            if not upsert(connection, schema.notifications, [row], replace=False):
                connection.execute(update(schema.notifications).where(current).values(row))

    def thread(self, incident_key: str, receiver: str) -> Receipt | None:
        """Return the receipt of the first message about the incident that `receiver` took."""
        query = (
            select(_columns.body)
            .where(
                _columns.incident == incident_key,
                _columns.receiver == receiver,
                _columns.state == NotificationState.SENT,
            )
            .order_by(_columns.created_at, _columns.key)
            .limit(1)
        )
        rows = self._rows(query)
        return _notification(rows[0].body).receipt if rows else None

    def notification(self, key: str) -> Notification | None:
        """Return the notification of `key`."""
        rows = self._rows(select(_columns.body).where(_columns.key == key))
        return _notification(rows[0].body) if rows else None

    def alerts(self, incident_key: str | None = None) -> list[Alert]:
        """Return the alerts (about one incident) of all notifications, oldest first."""
        every = self.notifications(incident_key)
        return [one.alert for one in every if one.alert is not None]

    def notifications(self, incident_key: str | None = None) -> list[Notification]:
        """Return the notifications (about one incident), oldest first."""
        query = select(_columns.body).order_by(_columns.created_at, _columns.key)
        if incident_key is not None:
            query = query.where(_columns.incident == incident_key)
        return [_notification(row.body) for row in self._rows(query)]


def _incident_row(incident: Incident) -> dict[str, object]:
    incident = cleaned(incident)
    return {
        "key": incident.key,
        "brand": incident.brand,
        "status": incident.status,
        "opened_at": incident.opened_at,
        "body": body_of(incident),
        "written_at": datetime.now(UTC),
    }


def _row(notification: Notification) -> dict[str, object]:
    notification = cleaned(notification)
    alert = notification.alert
    return {
        "key": notification.key,
        # Only alerts open a thread of their incident, and stand in its list.
        "incident": alert.incident.key if alert is not None else "",
        "receiver": notification.receiver,
        "state": notification.state,
        "attempts": notification.attempts,
        "created_at": notification.created_at,
        "retry_at": notification.retry_at,
        "body": body_of(notification),
    }
