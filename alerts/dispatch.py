"""From the notification log to the receivers, each message once, also when a process dies.

The order of writing makes it so. A message is claimed (SENDING, with a lease) before it is sent
and recorded (SENT, with the other side's receipt) after it. Whoever dies in between leaves a
SENDING whose lease runs out; the next one to claim it asks the receiver whether the message
arrived (`Notifier.find`) and only sends it if not. The same question is asked before every other
repetition, since a time out or a broken answer does not tell either whether it arrived.

What bounds it: a receiver that can be asked (Slack with the history scope) gets each message once.
One that cannot gets it at least once, and twice only if a process died, or an answer was lost,
between its taking the message and our record of that; a webhook can drop the second by its
Idempotency-Key. Two processes never send the same message as long as each sends within its lease:
nothing is sent after the lease has run out, and a notifier's own time limits are shorter.

More than `group_over` messages of one kind (opened, raised, recovered ...) that wait for one
receiver go out as one notice (`alerts.grouping`), claimed and recorded one by one: each log entry
says first which notice it belongs to, so that the receiver can be asked for that notice.
"""

import logging
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from alerts.grouping import PREFIX, grouped, key_of
from alerts.notice import Notice
from alerts.notify.notifier import Notifier, NotifyError, Teller
from records import Notification, NotificationState, Receipt

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8
# More messages of one kind than this go to a receiver as one.
GROUP_OVER = 10
# Eight attempts span about half an hour: 15 s, 30 s, ... 16 min.
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)


class Outbox(Protocol):
    """The notification log. Several processes may work on it at once."""

    def due(self, now: datetime) -> list[Notification]:
        """Return what may be tried at `now`, oldest first.

        That is PENDING with no `retry_at` or one that has passed, and SENDING whose lease has
        passed (a process died in between). Asked for a later time, it tells what will be due then.
        """
        ...

    def claim(self, notification: Notification, lease_until: datetime) -> Notification | None:
        """Make it SENDING, one attempt more, until `lease_until`; return what was written.

        None if another process has changed it since it was read.
        """
        ...

    def record(self, notification: Notification) -> None:
        """Write the new state of a claimed notification."""
        ...

    def thread(self, incident_key: str, receiver: str) -> Receipt | None:
        """Return the receipt of the first message about the incident that the receiver took."""
        ...


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """How many messages were sent, put back to be tried again, and given up."""

    sent: int = 0
    retried: int = 0
    failed: int = 0


def dispatch(
    outbox: Outbox,
    notifiers: Mapping[str, Notifier],
    now: Callable[[], datetime],
    *,
    lease: timedelta = LEASE,
    max_attempts: int = MAX_ATTEMPTS,
    group_over: int = GROUP_OVER,
) -> DispatchReport:
    """Send what is due and record what came of it; see the module for what "once" means.

    Messages of one incident reach one receiver in their order: a later one waits until the earlier
    is sent or given up. A receiver that fails is left alone for the rest of this call, so that it
    holds up no other.
    """
    sender = _Sender(outbox, notifiers, now, lease, max_attempts, group_over)
    outcomes = list(sender.outcomes())
    return DispatchReport(
        sent=outcomes.count(NotificationState.SENT),
        retried=outcomes.count(NotificationState.PENDING),
        failed=outcomes.count(NotificationState.FAILED),
    )


@dataclass(frozen=True, slots=True)
class _Sender:
    outbox: Outbox
    notifiers: Mapping[str, Notifier]
    now: Callable[[], datetime]
    lease: timedelta
    max_attempts: int
    group_over: int

    def outcomes(self) -> Iterator[NotificationState]:
        """Yield what became of each notification that was tried."""
        resting: set[str] = set()
        tried: set[str] = set()
        # What was sent lets the next message of its incident go, hence the further rounds.
        while ready := self._ready(resting, tried):
            for several in self._groups(ready):
                tried.update(notification.key for notification in several)
                for outcome in self._try_group(several):
                    if outcome is NotificationState.PENDING:
                        resting.add(several[0].receiver)
                    yield outcome
            for notification in ready:
                if notification.key in tried:
                    continue
                tried.add(notification.key)
                if notification.receiver in resting:
                    continue
                state = self._try(notification)
                if state is NotificationState.PENDING:
                    resting.add(notification.receiver)
                if state is not None:
                    yield state

    def _ready(self, resting: Collection[str], tried: Collection[str]) -> list[Notification]:
        """Return what is due and first in line for its incident and receiver."""
        at = self.now()
        due = {notification.key: notification for notification in self.outbox.due(at)}
        if not due:
            return []
        # Those that wait for a later try, or are being sent elsewhere, keep their place in line.
        soon = {n.key: n for n in self.outbox.due(at + LONGEST_PAUSE + self.lease)}
        first: dict[tuple[str, str], Notification] = {}
        for waiting in sorted((soon | due).values(), key=_order):
            first.setdefault((waiting.alert.incident.key, waiting.receiver), waiting)
        return [
            head
            for head in first.values()
            if head.key in due and head.key not in tried and head.receiver not in resting
        ]

    def _groups(self, ready: Sequence[Notification]) -> list[list[Notification]]:
        """Return those that go to one receiver together: too many of one kind for each alone."""
        alike: defaultdict[tuple[str, str], list[Notification]] = defaultdict(list)
        for one in ready:
            if isinstance(self.notifiers.get(one.receiver), Teller):
                alike[one.receiver, one.alert.change].append(one)
        return [several for several in alike.values() if len(several) > self.group_over]

    def _try_group(self, several: Sequence[Notification]) -> Iterator[NotificationState]:
        """Claim what goes out together, send it as one, and yield what became of each."""
        lease_until = self.now() + self.lease
        claims = ((one, self.outbox.claim(one, lease_until)) for one in several)
        taken = [(before, claimed) for before, claimed in claims if claimed is not None]
        teller = self.notifiers.get(several[0].receiver)
        claimed = [one for _, one in taken]
        if not taken or not isinstance(teller, Teller):
            return
        if max(one.attempts for one in claimed) > self.max_attempts:
            yield from self._put_back(
                claimed, NotifyError("its sender died each time", retry=False)
            )
            return
        try:
            receipts = self._arrived(teller, [before for before, _ in taken])
            rest = [one for one in claimed if one.key not in receipts]
            if rest and self.now() < lease_until:
                receipts |= self._tell(teller, rest)
        except NotifyError as error:
            yield from self._put_back(claimed, error)
            return
        except Exception as error:  # noqa: BLE001 - a fault of one receiver must not stop the others
            log.warning("receiver %s failed: %s", teller, type(error).__name__)
            yield from self._put_back(claimed, NotifyError(type(error).__name__, retry=True))
            return
        for one in claimed:
            if one.key in receipts:
                sent = replace(one, state=NotificationState.SENT, retry_at=None, reason="")
                self.outbox.record(replace(sent, receipt=receipts[one.key]))
                yield NotificationState.SENT

    def _arrived(self, teller: Teller, before: Sequence[Notification]) -> dict[str, Receipt]:
        """Return the receipts of those whose notice arrived though nobody could record it."""
        told: defaultdict[str, list[Notification]] = defaultdict(list)
        for one in before:
            if one.reason.startswith(PREFIX):
                told[one.reason.split(":")[0]].append(one)
        found: dict[str, Receipt] = {}
        for key, several in told.items():
            notice = Notice(key, teller.language, "", ())
            receipt = teller.told(notice, min(one.created_at for one in several))
            if receipt is not None:
                found |= dict.fromkeys((one.key for one in several), receipt)
        return found

    def _tell(self, teller: Teller, several: Sequence[Notification]) -> dict[str, Receipt]:
        """Send one notice of all, having written down first which."""
        alerts = [one.alert for one in several]
        for one in several:
            self.outbox.record(replace(one, reason=key_of(alerts)))
        receipt = teller.tell(grouped(alerts, alerts[0].change, teller.language), None)
        return dict.fromkeys((one.key for one in several), receipt)

    def _put_back(
        self, claimed: Sequence[Notification], error: NotifyError
    ) -> Iterator[NotificationState]:
        """Record that the notice failed: all of them come back together."""
        key = key_of(one.alert for one in claimed)
        for one in claimed:
            outcome = self._after_failure(one, error)
            if outcome.state is NotificationState.PENDING:
                again = self.now() + pause_of(claimed[0], error.after)
                outcome = replace(outcome, retry_at=again, reason=f"{key}: {outcome.reason}")
            self.outbox.record(outcome)
            yield outcome.state

    def _try(self, notification: Notification) -> NotificationState | None:
        lease_until = self.now() + self.lease
        claimed = self.outbox.claim(notification, lease_until)
        if claimed is None:
            return None
        # What was tried before may have arrived.
        doubtful = notification.state is NotificationState.SENDING or notification.attempts > 0
        try:
            receipt = self._deliver(claimed, lease_until, doubtful=doubtful)
        except NotifyError as error:
            outcome = self._after_failure(claimed, error)
        except Exception as error:  # noqa: BLE001 - a fault of one receiver must not stop the others
            log.warning("receiver %s failed: %s", claimed.receiver, type(error).__name__)
            outcome = self._after_failure(claimed, NotifyError(type(error).__name__, retry=True))
        else:
            if receipt is None:
                return None
            outcome = replace(
                claimed, state=NotificationState.SENT, receipt=receipt, retry_at=None, reason=""
            )
        self.outbox.record(outcome)
        return outcome.state

    def _deliver(
        self, claimed: Notification, lease_until: datetime, *, doubtful: bool
    ) -> Receipt | None:
        """Send it, or find that it was sent. None: the lease ran out, somebody else has it now."""
        notifier = self.notifiers.get(claimed.receiver)
        if notifier is None:
            raise NotifyError("the settings have no receiver of this name", retry=False)
        if doubtful:
            if isinstance(notifier, Teller) and (held := self._arrived(notifier, [claimed])):
                return held[claimed.key]
            found = notifier.find(claimed.alert, claimed.created_at)
            if found is not None:
                return found
        if claimed.attempts > self.max_attempts:
            raise NotifyError("its sender died each time", retry=False)
        if self.now() >= lease_until:
            return None
        thread = self.outbox.thread(claimed.alert.incident.key, claimed.receiver)
        return notifier.notify(claimed.alert, thread)

    def _after_failure(self, claimed: Notification, error: NotifyError) -> Notification:
        if not error.retry or claimed.attempts >= self.max_attempts:
            reason = str(error) if not error.retry else f"{error}, {claimed.attempts} times"
            log.error("%s was not told of %s: %s", claimed.receiver, claimed.alert.key, reason)
            return replace(claimed, state=NotificationState.FAILED, retry_at=None, reason=reason)
        return replace(
            claimed,
            state=NotificationState.PENDING,
            retry_at=self.now() + pause_of(claimed, error.after),
            reason=str(error),
        )


def pause_of(notification: Notification, asked: timedelta | None) -> timedelta:
    """Return how long to wait after the attempt: what was asked for, else an exponential back-off.

    Never more than an hour. The back-off is stretched by up to a quarter, by the notification's own
    key, so that many that failed together do not come back together.
    """
    if asked is not None:
        return min(asked, LONGEST_PAUSE)
    doubled = FIRST_PAUSE * (1 << min(max(notification.attempts, 1) - 1, 16))
    stretch = zlib.crc32(f"{notification.key}#{notification.attempts}".encode()) / 2**32
    return min(doubled * (1 + stretch / 4), LONGEST_PAUSE)


def _order(notification: Notification) -> tuple[datetime, datetime]:
    return notification.created_at, notification.alert.at
