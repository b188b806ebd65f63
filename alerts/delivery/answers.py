"""What follows an alert where the channel can do it: the edit of the first message, the evidence.

Both are entries of the outbox whose keys are derived from the alert's. They are written together
with the record that the alert was sent, and composed when they are sent themselves, from the alert
that the outbox holds.
"""

from typing import Final

from alerts.notify.protocol import Abilities
from records import Alert, Notification, NotificationState, PreparedMessage

EDIT: Final = "/edit"
EVIDENCE: Final = "/evidence"


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
