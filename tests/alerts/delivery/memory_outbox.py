"""A notification log in memory, and receivers that fail as planned."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.messages.message import Message
from alerts.notify.protocol import Abilities, Notifier
from records import Alert, Incident, Notification, NotificationState, Receipt
from records.language import Language
from tests.alerts.made import OPENED

S = NotificationState
NOW = OPENED + timedelta(hours=5)


class Died(BaseException):
    """The process is killed: nothing after it runs."""


@dataclass(slots=True)
class MemoryOutbox:
    """The notification log as dispatch asks for it, in memory."""

    rows: dict[str, Notification] = field(default_factory=dict)
    limit: int = 100
    incidents: dict[str, Incident] = field(default_factory=dict)

    def receivers(self) -> list[str]:
        """Return for whom something waits."""
        waits = (row.receiver for row in self.rows.values() if row.state in {S.PENDING, S.SENDING})
        return sorted(set(waits))

    def due(self, now: datetime, receiver: str) -> list[Notification]:
        """Return the oldest that may be tried."""
        return [
            row for row in self.waiting(receiver) if row.retry_at is None or row.retry_at <= now
        ][: self.limit]

    def waiting(self, receiver: str) -> list[Notification]:
        """Return all that waits."""
        found = [row for row in self.rows.values() if row.state in {S.PENDING, S.SENDING}]
        ours = [row for row in found if row.receiver == receiver]
        return sorted(ours, key=lambda row: (row.created_at, row.key))

    def claim_all(
        self, notifications: Sequence[Notification], lease_until: datetime
    ) -> list[Notification]:
        """Claim those that are as they were read."""
        claimed = [
            replace(one, state=S.SENDING, attempts=one.attempts + 1, retry_at=lease_until)
            for one in notifications
            if self.rows[one.key] == one
        ]
        self.record_all(claimed)
        return claimed

    def record_all(self, notifications: Sequence[Notification]) -> None:
        """Write them."""
        self.rows |= {one.key: one for one in notifications}

    def notification(self, key: str) -> Notification | None:
        """Return the row of the key."""
        return self.rows.get(key)

    def incident(self, key: str) -> Incident | None:
        """Return the incident as it was set, else as its newest alert has it."""
        if key in self.incidents:
            return self.incidents[key]
        about = [row.alert for row in self.rows.values() if row.alert is not None]
        ours = [alert for alert in about if alert.incident.key == key]
        return max(ours, key=lambda alert: alert.at).incident if ours else None

    def taken(self, incident_key: str, receiver: str) -> list[Notification]:
        """Return the alerts that were sent."""
        ours = [
            row
            for row in self.rows.values()
            if row.alert is not None
            and row.incident_key == incident_key
            and row.receiver == receiver
            and row.state is S.SENT
        ]
        return sorted(ours, key=lambda row: (row.created_at, row.alert and row.alert.at))

    def move(self, notification: Notification, receipt: Receipt) -> None:
        """Write the receipt."""
        self.rows[notification.key] = replace(notification, receipt=receipt)

    def add(self, alert: Alert, receiver: str = "room", **fields: object) -> str:
        """Put a pending notification in and return its key."""
        row = Notification(alert, receiver, S.PENDING, created_at=NOW - timedelta(minutes=1))
        row = replace(row, **fields)  # type: ignore[arg-type]
        self.rows[row.key] = row
        return row.key

    def states(self) -> list[NotificationState]:
        """Return the states in order of insertion."""
        return [row.state for row in self.rows.values()]


ALL = Abilities(edits=True, threads=True, finds=True)
ASKABLE = Abilities(finds=True)


@dataclass(slots=True)
class Room:
    """A receiver that remembers what it took; `plan` holds what to raise, call by call."""

    name: str = "room"
    language: Language = "zh"
    plan: list[BaseException | None] = field(default_factory=list)
    taken: list[tuple[str, Receipt | None]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    edited: list[tuple[str, Message, Receipt]] = field(default_factory=list)
    abilities: Abilities = ASKABLE
    found: Receipt | None = None
    asked: int = 0
    tried: int = 0

    def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        """Take it, or fail as planned."""
        self.tried += 1
        if self.plan and (error := self.plan.pop(0)) is not None:
            raise error
        self.taken.append((key, thread))
        self.messages.append(message)
        number = str(len(self.taken))
        return Receipt(self.name, number, thread.thread if thread else number)

    def edit(self, message: Message, key: str, receipt: Receipt) -> Receipt:
        """Take the change, or fail as planned."""
        self.tried += 1
        if self.plan and (error := self.plan.pop(0)) is not None:
            raise error
        self.edited.append((key, message, receipt))
        return receipt

    def find(self, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002 - the protocol's
        """Return what was set beforehand."""
        self.asked += 1
        return self.found


@dataclass(slots=True)
class DiesAfterSending:
    """A notifier whose process is killed between the sending and the record of it."""

    inner: Notifier

    @property
    def name(self) -> str:
        """The receiver's name."""
        return self.inner.name

    @property
    def language(self) -> Language:
        """The language of its readers."""
        return self.inner.language

    def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        """Send, and die."""
        self.inner.send(message, key, thread)
        raise Died

    @property
    def abilities(self) -> Abilities:
        """What the other side can do."""
        return self.inner.abilities

    def edit(self, message: Message, key: str, receipt: Receipt) -> Receipt:
        """Change it, and die."""
        self.inner.edit(message, key, receipt)
        raise Died

    def find(self, key: str, since: datetime) -> Receipt | None:
        """Ask the other side."""
        return self.inner.find(key, since)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, span: timedelta) -> None:
        """Move on."""
        self.at += span
