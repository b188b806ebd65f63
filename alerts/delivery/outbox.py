"""From the notification log to the receivers, each message once, also when a process dies.

The order of writing makes it so. A message is claimed (SENDING, with a lease) before it is sent
and recorded (SENT, with the other side's receipt) after it. A process that dies in between leaves a
SENDING whose lease runs out; the next one to claim it asks the receiver whether the message
arrived (`Notifier.find`) and only sends it if not. The same question is asked before every other
repetition, since a time out or a broken answer does not tell either whether it arrived.

What bounds it: a receiver that can be asked (Slack with the history scope) gets each message once.
One that cannot gets it at least once, and twice only if a process died, or an answer was lost,
between its taking the message and our record of that; a webhook can drop the second by its
Idempotency-Key. Two processes never send the same message as long as each sends within its lease:
nothing is sent after the lease has run out, and a notifier's own time limits are shorter.

No error is final: a message is tried, at most hourly at the end, as long as its incident is open
and a day longer (`alerts.delivery.backoff`). Each receiver has a queue and a thread of its own
(`alerts.delivery.queue`), so that one that is dead holds up no other.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from alerts.delivery.backoff import is_due
from alerts.delivery.queue import Queue
from alerts.delivery.sending import LEASE, Sender
from alerts.delivery.texts import Texts
from alerts.notify.protocol import Notifier
from records import Incident, Notification, NotificationState, Receipt

__all__ = ["GROUP_OVER", "LEASE", "DispatchReport", "Outbox", "dispatch", "send_now"]

# More messages of one kind than this go to a receiver as one.
GROUP_OVER = 10
# Receivers that are served at once; those beyond wait for one of them.
AT_ONCE: Final = 32


class Outbox(Protocol):
    """The notification log. Several processes, and several threads, may work on it at once."""

    def receivers(self) -> list[str]:
        """Return the receivers for which something waits, PENDING or SENDING."""
        ...

    def due(self, now: datetime, receiver: str) -> list[Notification]:
        """Return what may be tried at `now` for a receiver, oldest first.

        That is PENDING with no `retry_at` or one that has passed, and SENDING whose lease has
        passed (a process died in between).
        """
        ...

    def waiting(self, receiver: str) -> list[Notification]:
        """Return all that is PENDING or SENDING for a receiver, oldest first."""
        ...

    def claim_all(
        self, notifications: Sequence[Notification], lease_until: datetime
    ) -> list[Notification]:
        """Make them SENDING, one attempt more, until `lease_until`; return what was written.

        Those that another process has changed since they were read are left out.
        """
        ...

    def record_all(self, notifications: Sequence[Notification]) -> None:
        """Write the new states of claimed notifications."""
        ...

    def notification(self, key: str) -> Notification | None:
        """Return the notification of `key`."""
        ...

    def incident(self, key: str) -> Incident | None:
        """Return the incident of `key` as it is now."""
        ...

    def taken(self, incident_key: str, receiver: str) -> list[Notification]:
        """Return the alerts about the incident that the receiver took, in their order."""
        ...

    def move(self, notification: Notification, receipt: Receipt) -> None:
        """Write that a message that was sent stands elsewhere now: it was sent anew."""
        ...


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """How many messages were sent, put back to be tried again, and given up.

    `failing` has the receivers that take no messages, with the reason, `working` those that took
    one. A receiver whose failure may pass within minutes is in neither.
    """

    sent: int = 0
    retried: int = 0
    failed: int = 0
    failing: Mapping[str, str] = field(default_factory=dict, compare=False)
    working: frozenset[str] = field(default=frozenset(), compare=False)

    def __add__(self, other: "DispatchReport") -> "DispatchReport":
        """Return both together; what is newer holds for a receiver."""
        failing = {k: v for k, v in self.failing.items() if k not in other.working}
        return DispatchReport(
            self.sent + other.sent,
            self.retried + other.retried,
            self.failed + other.failed,
            failing | dict(other.failing),
            (self.working - other.failing.keys()) | other.working,
        )


def dispatch(
    outbox: Outbox,
    notifiers: Mapping[str, Notifier],
    now: Callable[[], datetime],
    *,
    lease: timedelta = LEASE,
    group_over: int = GROUP_OVER,
    receivers: Collection[str] | None = None,
    texts: Texts | None = None,
) -> DispatchReport:
    """Send what is due (to `receivers`, default all) and record what came of it.

    Messages of one incident reach one receiver in their order, as long as the earlier was not
    refused again and again. A receiver that fails is left alone for the rest of this call. `texts`
    are what the messages say.
    """
    names = [one for one in outbox.receivers() if receivers is None or one in receivers]

    def serve(name: str) -> DispatchReport:
        sender = Sender(outbox, name, notifiers.get(name), now, lease, texts or Texts())
        return _served(sender, group_over)

    if len(names) <= 1:
        return sum(map(serve, names), DispatchReport())
    with ThreadPoolExecutor(min(AT_ONCE, len(names)), thread_name_prefix="send") as threads:
        return sum(threads.map(serve, names), DispatchReport())


def _served(sender: Sender, group_over: int) -> DispatchReport:
    outcomes = list(Queue(sender, group_over).outcomes())
    took = NotificationState.SENT in outcomes
    failing = sender.failure if not took else ""
    return DispatchReport(
        sent=outcomes.count(NotificationState.SENT),
        retried=outcomes.count(NotificationState.PENDING),
        failed=outcomes.count(NotificationState.FAILED),
        failing={sender.name: failing} if failing else {},
        working=frozenset({sender.name}) if took else frozenset(),
    )


def send_now(
    outbox: Outbox,
    notifiers: Mapping[str, Notifier],
    notification: Notification,
    now: Callable[[], datetime],
    *,
    lease: timedelta = LEASE,
) -> Notification | None:
    """Try one message at once, whatever pause it has, and return what became of it.

    None: another process has it.
    """
    if notification.state is NotificationState.SENDING and not is_due(notification, now()):
        return None
    name = notification.receiver
    return Sender(outbox, name, notifiers.get(name), now, lease).attempt(notification)
