"""What follows an alert where the channel can do it: the edit of the first message, the evidence.

Both are entries of the outbox whose keys are derived from the alert's. They are written together
with the record that the alert was sent, and composed when they are sent themselves, from the alert
that the outbox holds.

What people do with an incident changes its first message too: that is an update, written with the
action itself. A channel that cannot change a message gets the words that the update brings, if any.
"""

from datetime import datetime
from typing import Final

from alerts.notify.protocol import Abilities
from records import Alert, Incident, Notification, NotificationState, PreparedMessage

EDIT: Final = "/edit"
EVIDENCE: Final = "/evidence"
DESK: Final = "/desk/"


def answer_to(
    taken: Notification, first: Notification | None, abilities: Abilities
) -> Notification | None:
    """Return what follows an alert that the receiver has taken, None where nothing does.

    After the first about a brand's incident (`first` is None) that is the evidence, in its thread;
    after every later one the first message is edited to say what holds now. A first message that
    is one for several incidents stays as it is.
    """
    alert = taken.alert
    if alert is None or alert.incident.is_operational:
        return None
    if first is None:
        is_alone = abilities.threads and not taken.bundle
        return _answer(taken, alert, EVIDENCE) if is_alone else None
    return _answer(taken, alert, EDIT) if abilities.edits and not first.bundle else None


def _answer(notification: Notification, alert: Alert, kind: str) -> Notification:
    prepared = PreparedMessage(
        key=alert.key + kind,
        body="",
        incident=alert.incident.key,
        opened_at=alert.incident.opened_at,
        edits=kind == EDIT,
    )
    receiver, created = notification.receiver, notification.created_at
    return Notification(None, receiver, NotificationState.PENDING, created, prepared=prepared)


def update_of(
    incident: Incident, receiver: str, place: int, at: datetime, body: str = ""
) -> Notification:
    """Return the update of an incident's first message after the action at `place` of the log.

    `body` is the message for a channel that cannot change what it has shown, empty for none.
    """
    prepared = PreparedMessage(
        key=f"{incident.key}{DESK}{place}{EDIT}",
        body=body,
        incident=incident.key,
        opened_at=incident.opened_at,
        edits=True,
    )
    return Notification(None, receiver, NotificationState.PENDING, at, prepared=prepared)


def is_update(notification: Notification) -> bool:
    """Say whether it shows what somebody did with the incident."""
    return is_edit(notification) and DESK in notification.message_key


def place_of(update: Notification) -> int:
    """Return the place in the log of the action that an update shows."""
    return int(update.message_key.removesuffix(EDIT).rpartition(DESK)[2])


def can_edit(first: Notification | None, abilities: Abilities) -> bool:
    """Say whether the incident's first message can be changed: it is its own, and the channel can.

    One that is for several incidents stays as it is.
    """
    return first is not None and first.receipt is not None and abilities.edits and not first.bundle


def is_edit(notification: Notification) -> bool:
    """Say whether it changes the incident's first message."""
    return notification.prepared is not None and notification.prepared.edits


def is_evidence(notification: Notification) -> bool:
    """Say whether it answers to the incident's first message with the evidence."""
    prepared = notification.prepared
    return prepared is not None and not prepared.edits and prepared.key.endswith(EVIDENCE)


def is_answer(notification: Notification) -> bool:
    """Say whether it is either of them: no alert ever waits for it."""
    return is_edit(notification) or is_evidence(notification)


def answered_key(notification: Notification) -> str:
    """Return the key of the entry of the alert that an answer follows, at the same receiver."""
    key = notification.message_key
    kind = EDIT if is_edit(notification) else EVIDENCE
    return f"{key.removesuffix(kind)}>{notification.receiver}"
