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

Alerts are composed when they are sent, in the language of the receiver; other messages (a brief, a
reply) were prepared when they were queued. More than `group_over` alerts of one kind (opened,
raised, recovered ...) that wait for one receiver go out as one message (`alerts.messages.digest`),
claimed and recorded one by one: each entry says first in which bundle it goes, so that the receiver
can be asked for that bundle.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from alerts.delivery.backoff import LONGEST_PAUSE, pause_of
from alerts.messages.compose import compose
from alerts.messages.digest import MOST, PREFIX, grouped, key_of
from alerts.messages.message import Message, decoded
from alerts.notify.protocol import Notifier, NotifyError
from records import Notification, NotificationState, Receipt
from records.language import Language

T = TypeVar("T")
log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8
# More messages of one kind than this go to a receiver as one.
GROUP_OVER = 10


class Outbox(Protocol):
    """The notification log. Several processes may work on it at once."""

    def due(self, now: datetime) -> list[Notification]:
        """Return what may be tried at `now`, oldest first.

        That is PENDING with no `retry_at` or one that has passed, and SENDING whose lease has
        passed (a process died in between). Asked for a later time, it returns what will be due
        then.
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


def send_now(
    outbox: Outbox,
    notifiers: Mapping[str, Notifier],
    notification: Notification,
    now: Callable[[], datetime],
    *,
    lease: timedelta = LEASE,
) -> Notification | None:
    """Try one message at once, whatever pause it has, and return what became of it.

    It is tried at least once, however often it was tried before. None: another process has it.
    """
    lease_until = notification.retry_at
    is_claimed = notification.state is NotificationState.SENDING
    if is_claimed and lease_until is not None and now() < lease_until:
        return None
    most = max(MAX_ATTEMPTS, notification.attempts + 1)
    return _Sender(outbox, notifiers, now, lease, most, GROUP_OVER).attempt(notification)


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
                for state in self._try_group(several):
                    if state is NotificationState.PENDING:
                        resting.add(several[0].receiver)
                    yield state
            for notification in ready:
                if notification.key in tried:
                    continue
                tried.add(notification.key)
                if notification.receiver in resting:
                    continue
                outcome = self.attempt(notification)
                if outcome is None:
                    continue
                if outcome.state is NotificationState.PENDING:
                    resting.add(notification.receiver)
                yield outcome.state

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
            first.setdefault((_line(waiting), waiting.receiver), waiting)
        return [
            head
            for head in first.values()
            if head.key in due and head.key not in tried and head.receiver not in resting
        ]

    def _groups(self, ready: Sequence[Notification]) -> list[list[Notification]]:
        """Return those that go to one receiver together: too many of one kind for each alone.

        What was tried alone before may have arrived alone, and stays alone.
        """
        alike: defaultdict[tuple[str, str], list[Notification]] = defaultdict(list)
        for one in ready:
            is_new = one.state is NotificationState.PENDING and not one.attempts
            is_known = one.receiver in self.notifiers
            if one.alert is not None and is_known and (is_new or _bundle_of(one)):
                alike[one.receiver, one.alert.change].append(one)
        return [
            several[at : at + MOST]
            for several in alike.values()
            if len(several) > self.group_over
            for at in range(0, len(several), MOST)
        ]

    def _try_group(self, several: Sequence[Notification]) -> Iterator[NotificationState]:
        """Claim what goes out together, send it as one, and yield what became of each."""
        lease_until = self.now() + self.lease
        taken = (self.outbox.claim(one, lease_until) for one in several)
        claimed = [one for one in taken if one is not None]
        name = several[0].receiver
        notifier = self.notifiers[name]
        if not claimed:
            return
        if max(one.attempts for one in claimed) > self.max_attempts:
            gone = NotifyError("its sender died each time", retry=False)
            yield from self._put_back(claimed, gone)
            return
        arrived = _asked(name, lambda: self._arrived(notifier, claimed))
        if isinstance(arrived, NotifyError):
            yield from self._put_back(claimed, arrived)
            return
        yield from self._sent(claimed, arrived)
        rest = [one for one in claimed if one.key not in arrived]
        if not rest or self.now() >= lease_until:
            return
        alerts = [one.alert for one in rest if one.alert is not None]
        key, message = key_of(alerts), grouped(alerts, alerts[0].change, notifier.language)
        rest = self._bundled(rest, key)
        receipt = _asked(name, lambda: notifier.send(message, key, None))
        if isinstance(receipt, NotifyError):
            yield from self._put_back(rest, receipt)
        else:
            yield from self._sent(rest, dict.fromkeys((one.key for one in rest), receipt))

    def _arrived(self, notifier: Notifier, claimed: Sequence[Notification]) -> dict[str, Receipt]:
        """Return the receipts of those whose bundle arrived though nobody could record it."""
        bundles: defaultdict[str, list[Notification]] = defaultdict(list)
        for one in claimed:
            if key := _bundle_of(one):
                bundles[key].append(one)
        found: dict[str, Receipt] = {}
        for key, several in bundles.items():
            receipt = notifier.find(key, min(one.created_at for one in several))
            if receipt is not None:
                found |= dict.fromkeys((one.key for one in several), receipt)
        return found

    def _bundled(self, several: Sequence[Notification], key: str) -> list[Notification]:
        """Write down in which bundle they go, before it is sent."""
        bundled = [replace(one, bundle=key, reason="") for one in several]
        for one in bundled:
            self.outbox.record(one)
        return bundled

    def _sent(
        self, claimed: Sequence[Notification], receipts: Mapping[str, Receipt]
    ) -> Iterator[NotificationState]:
        """Record those that have a receipt of their bundle."""
        for one in claimed:
            if one.key in receipts:
                self.outbox.record(_delivered(one, receipts[one.key], _bundle_of(one)))
                yield NotificationState.SENT

    def _put_back(
        self, claimed: Sequence[Notification], error: NotifyError
    ) -> Iterator[NotificationState]:
        """Record that the bundle failed: all of them come back together."""
        again = self.now() + pause_of(claimed[0], error.after)
        for one in claimed:
            outcome = self._after_failure(one, error)
            if outcome.state is NotificationState.PENDING:
                outcome = replace(outcome, retry_at=again)
            self.outbox.record(outcome)
            yield outcome.state

    def attempt(self, notification: Notification) -> Notification | None:
        """Claim a message, send it and record it; return that record, None if another has it."""
        lease_until = self.now() + self.lease
        claimed = self.outbox.claim(notification, lease_until)
        if claimed is None:
            return None
        # What was tried before may have arrived.
        doubtful = notification.state is NotificationState.SENDING or notification.attempts > 0
        outcome = _asked(
            claimed.receiver, lambda: self._deliver(claimed, lease_until, doubtful=doubtful)
        )
        if outcome is None:
            return None
        if isinstance(outcome, NotifyError):
            outcome = self._after_failure(claimed, outcome)
        self.outbox.record(outcome)
        return outcome

    def _deliver(
        self, claimed: Notification, lease_until: datetime, *, doubtful: bool
    ) -> Notification | None:
        """Send it, or find that it was sent. None: the lease ran out, somebody else has it now."""
        notifier = self.notifiers.get(claimed.receiver)
        if notifier is None:
            raise NotifyError("the settings have no receiver of this name", retry=False)
        if doubtful:
            if held := self._arrived(notifier, [claimed]):
                return _delivered(claimed, held[claimed.key], _bundle_of(claimed))
            found = notifier.find(claimed.message_key, _earliest(claimed))
            if found is not None:
                return _delivered(claimed, found)
        if claimed.attempts > self.max_attempts:
            raise NotifyError("its sender died each time", retry=False)
        if self.now() >= lease_until:
            return None
        incident = claimed.incident_key
        thread = self.outbox.thread(incident, claimed.receiver) if incident else None
        message = _composed(claimed, notifier.language)
        return _delivered(claimed, notifier.send(message, claimed.message_key, thread))

    def _after_failure(self, claimed: Notification, error: NotifyError) -> Notification:
        bundle = _bundle_of(claimed)
        if not error.retry or claimed.attempts >= self.max_attempts:
            reason = str(error) if not error.retry else f"{error}, {claimed.attempts} times"
            log.error("%s did not get %s: %s", claimed.receiver, claimed.message_key, reason)
            state = NotificationState.FAILED
            return replace(claimed, state=state, retry_at=None, reason=reason, bundle=bundle)
        return replace(
            claimed,
            state=NotificationState.PENDING,
            retry_at=self.now() + pause_of(claimed, error.after),
            reason=str(error),
            bundle=bundle,
        )


def _asked(receiver: str, ask: Callable[[], T]) -> T | NotifyError:
    """Return the answer of a receiver, or how it failed: one fault must not stop the others."""
    try:
        return ask()
    except NotifyError as error:
        return error
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is tried again
        log.warning("receiver %s failed: %s", receiver, type(error).__name__)
        return NotifyError(type(error).__name__, retry=True)


def _composed(notification: Notification, language: Language) -> Message:
    if notification.prepared is not None:
        return decoded(notification.prepared.body)
    if notification.alert is not None:
        return compose(notification.alert, language)
    raise ValueError("a notification holds an alert or a prepared message")


def _delivered(claimed: Notification, receipt: Receipt, bundle: str = "") -> Notification:
    """Return the record of what arrived, in a bundle or alone."""
    # Its words are not needed any more.
    prepared = claimed.prepared and replace(claimed.prepared, body="")
    return replace(
        claimed,
        state=NotificationState.SENT,
        receipt=receipt,
        retry_at=None,
        reason="",
        bundle=bundle,
        prepared=prepared,
    )


def _bundle_of(notification: Notification) -> str:
    """Return the key of the bundle that it went out with, nothing where none was begun.

    The version before wrote it in front of the reason.
    """
    before = notification.reason.partition(":")[0]
    return notification.bundle or (before if before.startswith(PREFIX) else "")


def _line(notification: Notification) -> str:
    """Return what goes out in order: the alerts of an incident; each other message alone."""
    return notification.incident_key if notification.alert is not None else notification.key


def _earliest(notification: Notification) -> datetime:
    """Return the earliest time at which it, or the first message of its thread, can be sent."""
    alert, prepared = notification.alert, notification.prepared
    opened = alert.incident.opened_at if alert is not None else prepared and prepared.opened_at
    return min(notification.created_at, opened or notification.created_at)


def _order(notification: Notification) -> tuple[datetime, datetime]:
    alert, created = notification.alert, notification.created_at
    return created, created if alert is None else alert.at
