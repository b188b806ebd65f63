"""One receiver's queue: what goes next, what goes together, and what is not needed any more.

Alerts of one incident go in their order. More than `group_over` alerts of one kind (opened, raised,
recovered ...) that wait go out as one message (`alerts.messages.digest`), and so does all that
waited for longer than half an hour (`alerts.messages.away`). Each entry says first in which bundle
it goes, so that the receiver can be asked for that bundle. Answers (`alerts.delivery.answers`) go
when the alerts have gone, and hold up nothing. Alerts of a `group` (quiet hours, a route that
groups) wait for their time, hold up nothing, and go out as one.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from alerts.delivery.answers import (
    answered_key,
    can_edit,
    is_answer,
    is_edit,
    is_evidence,
    is_update,
    place_of,
)
from alerts.delivery.backoff import is_due
from alerts.delivery.sending import DIED, Sender, bundle_of
from alerts.messages.away import Why, away, away_key
from alerts.messages.digest import MOST, grouped, key_of
from alerts.messages.message import Message
from records import Alert, Notification, NotificationState
from records.language import Language

# What waited longer goes out as the past, in one message.
AWAY_AFTER: Final = timedelta(minutes=30)
# So often a message that fails keeps the later ones of its incident waiting: two minutes.
HOLDS: Final = 4

SUPERSEDED: Final = "superseded by a newer edit"

# The groups of those who wanted quiet begin so.
QUIET: Final = "quiet:"

_FIRST: Final = datetime.min.replace(tzinfo=UTC)


class Queue:
    """What waits for one receiver, sent through `sender`."""

    def __init__(self, sender: Sender, group_over: int) -> None:
        self._sender = sender
        self._group_over = group_over
        self._tried: set[str] = set()
        self._rests = False
        self._is_back = False

    def outcomes(self) -> Iterator[NotificationState]:
        """Send what is due, and yield what became of each entry that was tried."""
        # What was sent lets the next message of its incident go, hence the further rounds.
        while not self._rests and (self._is_due() or self._owes()):
            before = len(self._tried)
            waiting = self._sender.outbox.waiting(self._sender.name)
            yield from self._round(waiting)
            if len(self._tried) == before:
                return

    def _is_due(self) -> bool:
        due = self._sender.outbox.due(self._sender.now(), self._sender.name)
        return any(one.key not in self._tried for one in due)

    def _owes(self) -> bool:
        """Say whether the receiver, which has taken something, should now get what it missed."""
        return self._is_back and bool(self._late(self._sender.outbox.waiting(self._sender.name)))

    def _round(self, waiting: Sequence[Notification]) -> Iterator[NotificationState]:
        late = self._late(waiting)
        if late:
            yield from self._noted(self._send_away(late))
        for several in self._grouped(waiting):
            if self._rests:
                return
            why = why_grouped(several[0])
            yield from self._noted(self._send_away(several, why))
        waiting = [one for one in waiting if not self._is_held(one)]
        late_keys = {one.key for one in self._old(waiting)} if late else set()
        ready = self._ready([one for one in waiting if one.key not in late_keys])
        together = self._groups(ready)
        for several in together:
            if self._rests:
                return
            self._tried.update(one.key for one in several)
            states = self._sender.attempt_together(several, _group_key, _group_message)
            yield from self._noted(states)
        for one in ready:
            if one.key not in self._tried:
                yield from self._try(one)
        yield from self._edit(waiting)

    def _try(self, one: Notification) -> Iterator[NotificationState]:
        self._tried.add(one.key)
        if self._rests:
            return
        outcome = self._sender.attempt(one)
        # What becomes of an answer says nothing about alerts, and is counted nowhere.
        if outcome is None or is_answer(one):
            return
        if outcome.reason == DIED:
            # It did not reach the receiver.
            yield outcome.state
            return
        yield from self._noted([outcome.state])

    def _noted(self, states: Sequence[NotificationState]) -> Iterator[NotificationState]:
        """Let the receiver rest after a failure."""
        for state in states:
            self._rests = self._rests or state is not NotificationState.SENT
            self._is_back = self._is_back or state is NotificationState.SENT
            yield state

    def _can_be_tried(self, one: Notification) -> bool:
        if one.key in self._tried:
            return False
        return is_due(one, self._sender.now())

    def _old(self, waiting: Sequence[Notification]) -> list[Notification]:
        """Return the alerts that waited too long to go out one by one."""
        before = self._sender.now() - AWAY_AFTER
        return [
            one
            for one in waiting
            if one.alert is not None
            and one.created_at < before
            and self._is_free(one)
            # What was held on purpose kept nobody waiting.
            and not _is_fresh_of_group(one)
        ]

    def _is_free(self, one: Notification) -> bool:
        """Say whether no other process is sending it."""
        return one.state is NotificationState.PENDING or self._can_be_tried(one)

    def _late(self, waiting: Sequence[Notification]) -> list[Notification]:
        """Return what is to go out as one message now, nothing where it is to wait on.

        It goes when one of them is due, or when the receiver has taken something else.
        """
        old = self._old(waiting)
        if len(old) < 2 or self._sender.notifier is None:
            return []
        untried = [one for one in old if one.key not in self._tried]
        due = self._is_back or any(map(self._can_be_tried, untried))
        return untried if due and len(untried) == len(old) else []

    def _send_away(
        self, late: Sequence[Notification], why: Why = "away"
    ) -> list[NotificationState]:
        self._tried.update(one.key for one in late)
        now = self._sender.now()

        def message(several: Sequence[Notification], language: Language) -> Message:
            return away(_alerts(several), now, language, why)

        def key(several: Sequence[Notification]) -> str:
            return away_key(_alerts(several), why)

        return self._sender.attempt_together(late, key, message)

    def _is_held(self, one: Notification) -> bool:
        """Say whether an alert of a group waits for its time."""
        return _is_fresh_of_group(one) and not self._can_be_tried(one)

    def _grouped(self, waiting: Sequence[Notification]) -> list[list[Notification]]:
        """Return what is to go out together now, by groups of which one is due.

        An alert whose incident was reported anew meanwhile is not needed any more. One that is
        left alone goes as itself.
        """
        if self._sender.notifier is None:
            return []
        groups: defaultdict[str, list[Notification]] = defaultdict(list)
        for one in waiting:
            if _is_fresh_of_group(one) and one.key not in self._tried:
                groups[one.group].append(one)
        due = (some for some in groups.values() if any(map(self._can_be_tried, some)))
        needed = ([one for one in some if not self._is_overtaken(one)] for some in due)
        return [some for some in needed if len(some) > 1]

    def _is_overtaken(self, one: Notification) -> bool:
        """Say whether the receiver took a later alert about the incident; then take it out."""
        taken = self._sender.outbox.taken(one.incident_key, one.receiver)
        last = max((alert.at for alert in _alerts(taken)), default=None)
        if last is None or one.alert is None or last <= one.alert.at:
            return False
        self._tried.add(one.key)
        self._sender.withdraw(one, "superseded by a later message")
        return True

    def _ready(self, waiting: Sequence[Notification]) -> list[Notification]:
        """Return what is due and has nothing of its incident before it that holds it up."""
        ready: list[Notification] = []
        held: set[str] = set()
        for one in sorted(waiting, key=_order):
            if is_edit(one) or (line := _line(one)) in held:
                continue
            if self._can_be_tried(one) and (not is_evidence(one) or self._is_needed(one)):
                ready.append(one)
            if _holds(one):
                held.add(line)
        return ready

    def _is_needed(self, one: Notification, waiting: Sequence[Notification] = ()) -> bool:
        """Say whether an answer is needed; one that is not is taken out."""
        reason = self._needless(one, waiting)
        if reason:
            self._tried.add(one.key)
            self._sender.withdraw(one, reason)
        return not reason

    def _needless(self, answer: Notification, waiting: Sequence[Notification]) -> str:
        """Return why an answer is not needed any more, nothing where it is."""
        taken = self._sender.outbox.taken(answer.incident_key, answer.receiver)
        if not taken:
            return "the first message is gone"
        if is_update(answer):
            return self._needless_update(answer, taken[0], waiting)
        if is_edit(answer) and taken[-1].key != answered_key(answer):
            return SUPERSEDED
        return ""

    def _needless_update(
        self, update: Notification, first: Notification, waiting: Sequence[Notification]
    ) -> str:
        if not can_edit(first, self._sender.abilities):
            has_words = update.prepared is not None and update.prepared.body
            return "" if has_words else "the channel cannot change what it has shown"
        incident, place = update.incident_key, place_of(update)
        newer = (one for one in waiting if is_update(one) and one.incident_key == incident)
        return SUPERSEDED if any(place_of(one) > place for one in newer) else ""

    def _edit(self, waiting: Sequence[Notification]) -> Iterator[NotificationState]:
        """Bring first messages up to date, when all alerts that could go have gone."""
        for one in waiting:
            if self._rests:
                return
            if not is_edit(one) or not self._can_be_tried(one) or self._is_early(one, waiting):
                continue
            if self._is_needed(one, waiting):
                yield from self._try(one)

    def _is_early(self, one: Notification, waiting: Sequence[Notification]) -> bool:
        """Say whether the first message that an update changes is still being sent."""
        incident = one.incident_key
        comes = any(other.alert is not None and other.incident_key == incident for other in waiting)
        return comes and not self._sender.outbox.taken(incident, one.receiver)

    def _groups(self, ready: Sequence[Notification]) -> list[list[Notification]]:
        """Return those that go out together: too many of one kind for each alone.

        What was tried alone before may have arrived alone, and stays alone.
        """
        if self._sender.notifier is None:
            return []
        alike: defaultdict[str, list[Notification]] = defaultdict(list)
        for one in ready:
            is_new = one.state is NotificationState.PENDING and not one.attempts
            if one.alert is not None and (is_new or bundle_of(one)):
                alike[one.alert.change].append(one)
        return [
            several[at : at + MOST]
            for several in alike.values()
            if len(several) > self._group_over
            for at in range(0, len(several), MOST)
        ]


def _is_fresh_of_group(one: Notification) -> bool:
    """Say whether it belongs to a group that was not tried yet."""
    is_new = one.state is NotificationState.PENDING and not one.attempts
    return bool(one.group) and one.alert is not None and is_new


def why_grouped(one: Notification) -> Why:
    """Return why an alert goes out with others of its group."""
    return "quiet" if one.group.startswith(QUIET) else "group"


def _alerts(several: Sequence[Notification]) -> list[Alert]:
    return [one.alert for one in several if one.alert is not None]


def _group_key(several: Sequence[Notification]) -> str:
    return key_of(_alerts(several))


def _group_message(several: Sequence[Notification], language: Language) -> Message:
    alerts = _alerts(several)
    return grouped(alerts, alerts[0].change, language)


def _holds(one: Notification) -> bool:
    """Say whether later messages of its incident wait for it."""
    if is_answer(one):
        return False
    return one.state is NotificationState.SENDING or one.attempts < HOLDS


def _line(one: Notification) -> str:
    """Return what goes out in order: the alerts of an incident; each other message alone."""
    if one.alert is not None or is_evidence(one):
        return one.incident_key
    return one.key


def _order(one: Notification) -> tuple[datetime, datetime]:
    """Return the place in line; evidence comes before the next alert that came with its own."""
    if is_evidence(one):
        return one.created_at, _FIRST
    return one.created_at, one.created_at if one.alert is None else one.alert.at
