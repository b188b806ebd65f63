"""The ledger's incidents, and the outbox of notifications about them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, or_, select, update

from records import Alert, Incident, IncidentStatus, Notification, NotificationState, Receipt
from store.encoding import cleaned, decoder
from store.ledger import schema
from store.ledger.database import LedgerDatabase, body_of, upsert

# Notifications handed out at once.
_BATCH = 500
# Longer than any pause, and any lease, that the outbox writes (alerts/delivery/backoff.py).
_LONGEST_PAUSE = timedelta(minutes=65)
_LONGEST_LEASE = timedelta(minutes=5)

_incident = decoder(Incident)
_notification = decoder(Notification)
_columns = schema.notifications.c
# Asked for at every tick, so it is put together once.
_OPEN = (
    select(schema.incidents.c.body)
    .where(schema.incidents.c.status == IncidentStatus.OPEN)
    .order_by(schema.incidents.c.opened_at, schema.incidents.c.key)
)


_OPEN_STATES = (NotificationState.PENDING, NotificationState.SENDING)
_WAITS = _columns.state.in_(_OPEN_STATES)
_UPDATE = (
    update(schema.notifications)
    .where(_columns.key == bindparam("new_key"))
    .values({one.name: bindparam(f"new_{one.name}") for one in _columns if one.name != "key"})
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
            queue_new(connection, notifications)

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

    def receivers(self) -> list[str]:
        """Return the receivers for which something waits, PENDING or SENDING."""
        query = select(_columns.receiver).distinct().where(_WAITS).order_by(_columns.receiver)
        return [row.receiver for row in self._rows(query)]

    def due(self, now: datetime, receiver: str | None = None) -> list[Notification]:
        """Return what is to be sent (to `receiver`) at `now`, oldest first, at most 500.

        PENDING ones whose pause is over, and SENDING ones whose lease has passed: their sender
        died between sending and recording. So are those whose time lies further ahead than any
        pause or lease is long: a wrong clock wrote it.
        """
        claimed = _columns.state == NotificationState.SENDING
        ready = or_(
            _columns.retry_at.is_(None),
            _columns.retry_at <= now,
            _columns.retry_at > now + _LONGEST_PAUSE,
            and_(claimed, _columns.retry_at > now + _LONGEST_LEASE),
        )
        query = select(_columns.body).where(_WAITS, ready).limit(_BATCH)
        return self._in_order(query, receiver)

    def alert_counts(self) -> list[tuple[str, str, int, datetime]]:
        """Return receiver, state, number and the time of the oldest, by receiver and state."""
        groups = (_columns.receiver, _columns.state)
        oldest = func.min(_columns.created_at)
        query = select(*groups, func.count(), oldest).group_by(*groups).order_by(*groups)
        return [tuple(row) for row in self._rows(query)]

    def waiting(self, receiver: str | None = None) -> list[Notification]:
        """Return all that is PENDING or SENDING (for `receiver`), oldest first."""
        return self._in_order(select(_columns.body).where(_WAITS), receiver)

    def given_up(self, receiver: str | None = None) -> list[Notification]:
        """Return all that FAILED (at `receiver`), oldest first."""
        failed = _columns.state == NotificationState.FAILED
        return self._in_order(select(_columns.body).where(failed), receiver)

    def _in_order(self, query: Select[Any], receiver: str | None) -> list[Notification]:
        if receiver is not None:
            query = query.where(_columns.receiver == receiver)
        query = query.order_by(_columns.created_at, _columns.key)
        return [_notification(row.body) for row in self._rows(query)]

    def claim_all(
        self, notifications: Sequence[Notification], lease_until: datetime
    ) -> list[Notification]:
        """Take notifications for sending, in one transaction; see `claim`. Return those taken."""
        with self._writing() as connection:
            here = _states(connection, [one.key for one in notifications])
            # Nobody else writes meanwhile: what is as it was read stays so until it is taken.
            unchanged = (
                one
                for one in notifications
                if one.state in _OPEN_STATES and here.get(one.key) == (one.state, one.attempts)
            )
            claimed = [_claim_of(one, lease_until) for one in unchanged]
            _write(connection, claimed)
        return claimed

    def claim(self, notification: Notification, lease_until: datetime) -> Notification | None:
        """Take `notification` for sending until `lease_until`; None if another was faster.

        The number of attempts grows with every claim, so that of two that saw the same state only
        one can find it unchanged. What is SENT, SUPPRESSED or FAILED cannot be claimed.
        """
        return next(iter(self.claim_all([notification], lease_until)), None)

    def record(self, notification: Notification) -> None:
        """Write the state that `notification` has come to.

        SENT is final, and a sender whose lease another took over can only still say SENT.
        """
        self.record_all([notification])

    def record_all(self, notifications: Sequence[Notification]) -> None:
        """Write the states that notifications have come to, in one transaction; see `record`."""
        with self._writing() as connection:
            here = _states(connection, [one.key for one in notifications])
            new = [_row(one) for one in notifications if one.key not in here]
            upsert(connection, schema.notifications, new, replace=False)
            _write(connection, [one for one in notifications if _may_replace(one, here)])

    def move(self, notification: Notification, receipt: Receipt) -> None:
        """Write that a message that was sent stands elsewhere now: it was sent anew."""
        with self._writing() as connection:
            _write(connection, [replace(notification, receipt=receipt)])

    def taken(self, incident_key: str, receiver: str) -> list[Notification]:
        """Return the alerts about the incident that `receiver` took, in their order."""
        query = select(_columns.body).where(
            _columns.incident == incident_key, _columns.state == NotificationState.SENT
        )
        found = self._in_order(query, receiver)
        return sorted(found, key=lambda one: (one.created_at, one.alert and one.alert.at, one.key))

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


def queue_new(connection: Connection, notifications: Sequence[Notification]) -> None:
    """Put notifications into the outbox; those that are there already stay."""
    new = {notification.key: _row(notification) for notification in notifications}
    upsert(connection, schema.notifications, new.values(), replace=False)


def receivers_reached(connection: Connection, incident_key: str) -> list[str]:
    """Return the receivers that have taken an alert about the incident, or may be taking one."""
    reached = _columns.state.in_((NotificationState.SENT, NotificationState.SENDING))
    query = select(_columns.receiver).distinct().where(_columns.incident == incident_key, reached)
    return sorted(connection.scalars(query))


def _claim_of(notification: Notification, lease_until: datetime) -> Notification:
    return replace(
        notification,
        state=NotificationState.SENDING,
        attempts=notification.attempts + 1,
        retry_at=lease_until,
    )


def _states(
    connection: Connection, keys: Sequence[str]
) -> dict[str, tuple[NotificationState, int]]:
    """Return the state and the attempts of the notifications of `keys`."""
    found: dict[str, tuple[NotificationState, int]] = {}
    for begin in range(0, len(keys), _BATCH):
        query = select(_columns.key, _columns.state, _columns.attempts).where(
            _columns.key.in_(keys[begin : begin + _BATCH])
        )
        for row in connection.execute(query):
            found[row.key] = (NotificationState(row.state), row.attempts)
    return found


def _may_replace(
    notification: Notification, here: Mapping[str, tuple[NotificationState, int]]
) -> bool:
    """Say whether `notification` may take the place of what is there under its key."""
    state, attempts = here.get(notification.key, (NotificationState.SENT, 0))
    if state is NotificationState.SENT:
        return False
    return notification.state is NotificationState.SENT or attempts <= notification.attempts


def _write(connection: Connection, notifications: Sequence[Notification]) -> None:
    """Write rows that are there already."""
    if notifications:
        rows = [{f"new_{name}": value for name, value in _row(n).items()} for n in notifications]
        connection.execute(_UPDATE, rows)


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
