"""Send one message, or several as one, to one receiver, and record what became of it."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from alerts.delivery.answers import (
    answer_to,
    answered_key,
    can_edit,
    is_answer,
    is_edit,
    is_evidence,
    is_update,
)
from alerts.delivery.backoff import pause_of, tried_until
from alerts.delivery.texts import Texts
from alerts.messages.digest import PREFIX
from alerts.messages.message import Message, decoded
from alerts.notify.protocol import Abilities, Notifier, NotifyError
from records import Notification, NotificationState, Receipt
from records.language import Language

if TYPE_CHECKING:
    from alerts.delivery.outbox import Outbox

T = TypeVar("T")
log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
# A failure that may pass is the receiver's when the same message failed so often: two minutes.
NOTED_AFTER: Final = 4
# What killed its sender so often is sent no more before a pause.
DEATHS: Final = 8
DIED: Final = "its sender died each time"
GIVEN_UP: Final = "given up"


@dataclass(slots=True)
class Sender:
    """Sends to one receiver; `failure` is what is wrong with it, nothing where nothing is known."""

    outbox: "Outbox"
    name: str
    notifier: Notifier | None
    now: Callable[[], datetime]
    lease: timedelta = LEASE
    texts: Texts = field(default_factory=Texts)
    failure: str = field(default="", init=False)

    def attempt(self, notification: Notification) -> Notification | None:
        """Claim a message, send it and record it; return that record, None if another has it."""
        lease_until = self.now() + self.lease
        claimed = next(iter(self.outbox.claim_all([notification], lease_until)), None)
        if claimed is None:
            return None
        # What was tried before may have arrived.
        doubtful = notification.state is NotificationState.SENDING or notification.attempts > 0
        died = notification.state is NotificationState.SENDING and claimed.attempts > DEATHS
        outcome = self._asked(
            lambda notifier: self._deliver(
                notifier, claimed, lease_until, doubtful=doubtful, died=died
            )
        )
        if outcome is None:
            return None
        if isinstance(outcome, NotifyError):
            outcome = self._after_failure(claimed, outcome)
        self._record([outcome])
        return outcome

    def attempt_together(
        self,
        several: Sequence[Notification],
        key_of: Callable[[Sequence[Notification]], str],
        compose_all: Callable[[Sequence[Notification], Language], Message],
    ) -> list[NotificationState]:
        """Claim what goes out together, send it as one, and return what became of each."""
        lease_until = self.now() + self.lease
        claimed = self.outbox.claim_all(several, lease_until)
        if not claimed:
            return []
        sending = {one.key for one in several if one.state is NotificationState.SENDING}
        if any(one.attempts > DEATHS and one.key in sending for one in claimed):
            return self._put_back(claimed, NotifyError(DIED, retry=True))
        arrived = self._asked(lambda notifier: self._arrived(notifier, claimed))
        if isinstance(arrived, NotifyError):
            return self._put_back(claimed, arrived)
        known = [
            _delivered(one, arrived[one.key], bundle_of(one))
            for one in claimed
            if one.key in arrived
        ]
        self._record(known)
        rest = [one for one in claimed if one.key not in arrived]
        if not rest or self.now() >= lease_until:
            return [NotificationState.SENT] * len(known)
        key = key_of(rest)
        # In which bundle they go is written before it is sent, so that it can be asked for.
        rest = [replace(one, bundle=key, reason="") for one in rest]
        self.outbox.record_all(rest)
        receipt = self._asked(
            lambda notifier: notifier.send(compose_all(rest, notifier.language), key, None)
        )
        if isinstance(receipt, NotifyError):
            return [NotificationState.SENT] * len(known) + self._put_back(rest, receipt)
        self._record([_delivered(one, receipt, key) for one in rest])
        return [NotificationState.SENT] * len(claimed)

    def _record(self, outcomes: Sequence[Notification]) -> None:
        """Write what became of entries, and what follows the alerts among them that were taken."""
        following = []
        for incident, one in self._newest_taken(outcomes).items():
            first = next(iter(self.outbox.taken(incident, self.name)), None)
            following.append(answer_to(one, first, self.abilities))
        self.outbox.record_all([*outcomes, *(one for one in following if one is not None)])

    def _newest_taken(self, outcomes: Sequence[Notification]) -> dict[str, Notification]:
        """Return the newest alert of each incident that was taken by a channel with answers."""
        if not (self.abilities.edits or self.abilities.threads):
            return {}
        sent = NotificationState.SENT
        return {one.incident_key: one for one in outcomes if one.alert and one.state is sent}

    @property
    def abilities(self) -> Abilities:
        """What the receiver's channel can do."""
        return Abilities() if self.notifier is None else self.notifier.abilities

    def withdraw(self, notification: Notification, reason: str) -> None:
        """Take an answer out of the queue: it is not needed any more."""
        for claimed in self.outbox.claim_all([notification], self.now() + self.lease):
            state = NotificationState.SUPPRESSED
            self.outbox.record_all([replace(claimed, state=state, retry_at=None, reason=reason)])

    def is_over(self, notification: Notification) -> bool:
        """Say whether its time is over: an attempt that fails now is the last."""
        key = notification.incident_key
        until = tried_until(notification, self.outbox.incident(key) if key else None)
        return until is not None and self.now() >= until

    def _arrived(self, notifier: Notifier, claimed: Sequence[Notification]) -> dict[str, Receipt]:
        """Return the receipts of those whose bundle arrived though nobody could record it."""
        bundles: defaultdict[str, list[Notification]] = defaultdict(list)
        for one in claimed:
            if key := bundle_of(one):
                bundles[key].append(one)
        found: dict[str, Receipt] = {}
        for key, several in bundles.items():
            receipt = notifier.find(key, min(one.created_at for one in several))
            if receipt is not None:
                found |= dict.fromkeys((one.key for one in several), receipt)
        return found

    def _put_back(
        self, claimed: Sequence[Notification], error: NotifyError
    ) -> list[NotificationState]:
        """Record that the bundle failed: all of them come back together."""
        again = self.now() + pause_of(claimed[0], error.after)
        outcomes = [self._after_failure(one, error) for one in claimed]
        waits = NotificationState.PENDING
        outcomes = [replace(o, retry_at=again) if o.state is waits else o for o in outcomes]
        self.outbox.record_all(outcomes)
        return [one.state for one in outcomes]

    def _deliver(
        self,
        notifier: Notifier,
        claimed: Notification,
        lease_until: datetime,
        *,
        doubtful: bool,
        died: bool,
    ) -> Notification | None:
        """Send it, or find that it was sent. None: the lease ran out, somebody else has it now."""
        incident = claimed.incident_key
        taken = self.outbox.taken(incident, claimed.receiver) if incident else []
        first = taken[0] if taken else None
        edits = is_edit(claimed) and can_edit(first, self.abilities)
        if doubtful and not edits:
            if held := self._arrived(notifier, [claimed]):
                return _delivered(claimed, held[claimed.key], bundle_of(claimed))
            found = notifier.find(claimed.message_key, _earliest(claimed))
            if found is not None:
                return _delivered(claimed, found)
        if died:
            raise NotifyError(DIED, retry=True)
        if self.now() >= lease_until:
            return None
        thread = first.receipt if first is not None else None
        message = self._composed(claimed, notifier.language, taken, edits=edits)
        if not edits or first is None or thread is None:
            return _delivered(claimed, notifier.send(message, claimed.message_key, thread))
        receipt = notifier.edit(message, claimed.message_key, thread)
        if receipt != thread:
            self.outbox.move(first, receipt)
        return _delivered(claimed, receipt)

    def _composed(
        self,
        notification: Notification,
        language: Language,
        taken: Sequence[Notification],
        *,
        edits: bool,
    ) -> Message:
        if is_update(notification) and edits and taken and (newest := taken[-1].alert) is not None:
            return self.texts.present(newest, language)
        if is_answer(notification) and not is_update(notification):
            answered = self.outbox.notification(answered_key(notification))
            if answered is None or answered.alert is None:
                raise LookupError("the alert of an answer is gone")
            if is_evidence(notification):
                pictures = self.abilities.pictures
                return self.texts.evidence(answered.alert, language, pictures=pictures)
            return self.texts.present(answered.alert, language)
        if notification.prepared is not None:
            return decoded(notification.prepared.body)
        if notification.alert is not None:
            return self.texts.alert(notification.alert, language)
        raise ValueError("a notification holds an alert or a prepared message")

    def _after_failure(self, claimed: Notification, error: NotifyError) -> Notification:
        """Return the record of a failure: it waits, or its time is over."""
        reason, bundle = str(error), bundle_of(claimed)
        is_ours = is_answer(claimed) or self.notifier is None
        if not is_ours and (not error.retry or claimed.attempts >= NOTED_AFTER):
            self.failure = reason
        if not self.is_over(claimed):
            return replace(
                claimed,
                state=NotificationState.PENDING,
                retry_at=self.now() + pause_of(claimed, error.after),
                reason=reason,
                bundle=bundle,
            )
        reason = f"{GIVEN_UP} after {claimed.attempts} attempts: {reason}"
        state = NotificationState.FAILED
        if is_answer(claimed):
            state = NotificationState.SUPPRESSED
        else:
            log.error("%s did not get %s: %s", self.name, claimed.message_key, reason)
        return replace(claimed, state=state, retry_at=None, reason=reason, bundle=bundle)

    def _asked(self, ask: Callable[[Notifier], T]) -> T | NotifyError:
        """Return the answer of the receiver, or how it failed: one fault must stop no other."""
        if self.notifier is None:
            return NotifyError("the settings have no receiver of this name", retry=False)
        try:
            return ask(self.notifier)
        except NotifyError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is tried again
            log.warning("receiver %s failed: %s", self.name, type(error).__name__)
            return NotifyError(type(error).__name__, retry=True)


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


def bundle_of(notification: Notification) -> str:
    """Return the key of the bundle that an entry went out with, nothing where none was begun.

    The version before wrote it in front of the reason.
    """
    before = notification.reason.partition(":")[0]
    return notification.bundle or (before if before.startswith(PREFIX) else "")


def _earliest(notification: Notification) -> datetime:
    """Return the earliest time at which it, or the first message of its thread, can be sent."""
    alert, prepared = notification.alert, notification.prepared
    opened = alert.incident.opened_at if alert is not None else prepared and prepared.opened_at
    return min(notification.created_at, opened or notification.created_at)
