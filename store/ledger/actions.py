"""The log of what people did: rows are added, never changed; every state is folded from them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Select, func, select

from records import Action, ActionKind, Case, Notification
from store.encoding import cleaned, decoder, storable
from store.ledger import schema
from store.ledger.cases import cases_of, write_cases
from store.ledger.database import LedgerDatabase, body_of, upsert
from store.ledger.outbox import queue_new, receivers_reached

_action = decoder(Action)
_columns = schema.actions.c
_IN_ORDER = select(_columns.seq, _columns.body).order_by(_columns.seq)
# A database takes so many values in one statement without complaint.
_PAGE = 500


class Decided(NamedTuple):
    """What a decision adds to the log; what it puts into the outbox, and how cases stand then."""

    actions: Sequence[Action] = ()
    notifications: Sequence[Notification] = ()
    cases: Sequence[Case] = ()


class Known(NamedTuple):
    """What a decision may read: the log of the subjects, and who was notified of the incident.

    `key` is the action that stands under the key that was asked for, `next_seq` the place of the
    next entry. `reached` are the receivers that have, or may just be taking, an alert about it.
    `case` is the one that was named, as it stands.
    """

    actions: Sequence[Action]
    key: Action | None
    next_seq: int
    reached: Sequence[str]
    case: Case | None = None


class ActionLog(LedgerDatabase):
    """What was done, in one order for everybody."""

    def append(self, actions: Sequence[Action]) -> list[Action]:
        """Add actions and return those that were new, with their places; a known key stays."""
        with self._writing() as connection:
            return _append(connection, actions)

    def decide(
        self,
        key: str,
        subjects: Collection[str],
        incident: str,
        decide: Callable[[Known], Decided],
        case: str = "",
    ) -> list[Action]:
        """Add what `decide` returns for the log as it stands; nobody else writes in between.

        `key` is that of the action to be decided on, `subjects` are those whose log it rests on,
        `incident` is the key of the one whose receivers it may want to reach, empty for none;
        `case` that of the case that may stand otherwise afterwards.
        """
        with self._writing() as connection:
            known = Known(
                actions=_of_subjects(connection, subjects),
                key=_of_key(connection, key),
                next_seq=_next_seq(connection),
                reached=receivers_reached(connection, incident) if incident else [],
                case=next(iter(cases_of(connection, [case])), None) if case else None,
            )
            decided = decide(known)
            new = _append(connection, decided.actions)
            queue_new(connection, decided.notifications)
            write_cases(connection, decided.cases)
        return new

    def action(self, key: str) -> Action | None:
        """Return the action of `key`, None where there is none."""
        with self._reading() as connection:
            return _of_key(connection, key)

    def actions(
        self,
        subjects: Collection[str] | None = None,
        *,
        after_seq: int = 0,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Action]:
        """Return actions (on `subjects`) in their order, the first `limit` of them."""
        query = _IN_ORDER.where(_columns.seq > after_seq)
        if since is not None:
            query = query.where(_columns.at >= since)
        with self._reading() as connection:
            if subjects is None:
                return _read(connection, query.limit(limit))
            return _of_subjects(connection, subjects, query)[:limit]

    def actions_about(self, about: str) -> list[Action]:
        """Return the actions on all subjects of one sort (silence, post), in their order."""
        begin, end = f"{about}:", f"{about};"  # the next sign after the colon
        query = _IN_ORDER.where(_columns.subject >= begin, _columns.subject < end)
        with self._reading() as connection:
            return _read(connection, query)

    def actions_of_kinds(self, kinds: Collection[ActionKind]) -> list[Action]:
        """Return the actions of some kinds on all subjects, in their order."""
        query = _IN_ORDER.where(_columns.kind.in_(sorted(kinds)))
        with self._reading() as connection:
            return _read(connection, query)

    def last_actions(self, limit: int) -> list[Action]:
        """Return the newest actions, the newest first."""
        query = select(_columns.seq, _columns.body).order_by(_columns.seq.desc()).limit(limit)
        with self._reading() as connection:
            return _read(connection, query)


def storable_action(action: Action) -> Action:
    """Return an action as the log can hold it: U+FFFD for what no database takes."""
    data = {storable(name): storable(value) for name, value in action.data.items()}
    return cleaned(replace(action, data=data, seq=0))


def _append(connection: Connection, actions: Sequence[Action]) -> list[Action]:
    """Add the actions whose keys are new, each at the next place."""
    place, new = _next_seq(connection), []
    for action in map(storable_action, actions):
        if upsert(connection, schema.actions, [_row(action, place)], replace=False):
            new.append(replace(action, seq=place))
            place += 1
    return new


def _next_seq(connection: Connection) -> int:
    # Writers take turns (`LedgerDatabase`): no number is given twice, and none comes late.
    return (connection.scalar(select(func.max(_columns.seq))) or 0) + 1


def _of_key(connection: Connection, key: str) -> Action | None:
    query = select(_columns.seq, _columns.body).where(_columns.key == key)
    return next(iter(_read(connection, query)), None)


def _of_subjects(
    connection: Connection, subjects: Collection[str], query: Select[int, str] = _IN_ORDER
) -> list[Action]:
    wanted, found = sorted(set(subjects)), list[Action]()
    for start in range(0, len(wanted), _PAGE):
        page = query.where(_columns.subject.in_(wanted[start : start + _PAGE]))
        found += _read(connection, page)
    return sorted(found, key=lambda one: one.seq)


def _read(connection: Connection, query: Select[int, str]) -> list[Action]:
    return [replace(_action(body), seq=seq) for seq, body in connection.execute(query)]


def _row(action: Action, seq: int) -> dict[str, object]:
    return {
        "key": action.key,
        "seq": seq,
        "subject": action.subject,
        "kind": action.kind,
        "actor": action.actor,
        "at": action.at,
        "body": body_of(action),
    }
