"""The ledger's dead letters: documents that a search server refused for good, with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select

from store.encoding import cleaned
from store.ledger import schema
from store.ledger.database import LedgerDatabase, upsert

_PAGE = 200
_table = schema.dead_letters
_columns = _table.c


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A document that was refused; its natural key is (index, document).

    `body` is the document as JSON, `attempts` how often it was refused, `reason` the last one.
    """

    index: str
    document: str
    reason: str
    body: str
    first_seen: datetime
    last_seen: datetime
    attempts: int = 1


class DeadLetters(LedgerDatabase):
    """Refused documents, each once."""

    def dead_letter(self, document: str, index: str, reason: str, body: str, at: datetime) -> None:
        """Keep a document that `index` refused at `at`, or count a further refusal of it."""
        letter = cleaned(DeadLetter(index, document, reason, body, at, at))
        with self._writing() as connection:
            known = _known(connection, letter)
            if known is not None:
                letter = replace(
                    letter,
                    first_seen=min(known.first_seen, at),
                    last_seen=max(known.last_seen, at),
                    attempts=known.attempts + 1,
                )
            upsert(connection, _table, [_row(letter)], replace=True)

    def dead_letters(self, limit: int | None = None) -> Iterator[DeadLetter]:
        """Yield the letters, the oldest first; what is changed meanwhile does not disturb it."""
        query = select(_table).order_by(_columns.first_seen, _columns.place, _columns.document)
        left, page = limit, query
        while left is None or left > 0:
            size = _PAGE if left is None else min(left, _PAGE)
            rows = self._rows(page.limit(size))
            for row in rows:
                yield _letter(row)
            if len(rows) < size:
                return
            last = rows[-1]
            later = or_(
                _columns.first_seen > last.first_seen,
                and_(_columns.first_seen == last.first_seen, _columns.place > last.place),
                and_(
                    _columns.first_seen == last.first_seen,
                    _columns.place == last.place,
                    _columns.document > last.document,
                ),
            )
            page = query.where(later)
            left = None if left is None else left - size

    def settle_letter(self, letter: DeadLetter) -> bool:
        """Drop a letter whose document was taken, unless it was refused again since; say which."""
        statement = delete(_table).where(
            _columns.place == letter.index,
            _columns.document == letter.document,
            _columns.attempts == letter.attempts,
        )
        with self._writing() as connection:
            return bool(connection.execute(statement).rowcount)

    def dead_letter_reasons(self) -> dict[str, int]:
        """Return how many letters each reason holds back, the most frequent first."""
        number = func.count().label("held")
        query = select(_columns.reason, number).group_by(_columns.reason)
        rows = self._rows(query.order_by(number.desc(), _columns.reason))
        return {row.reason: row.held for row in rows}


def _known(connection: Connection, letter: DeadLetter) -> DeadLetter | None:
    query = select(_table).where(
        _columns.place == letter.index, _columns.document == letter.document
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _letter(row)


def _row(letter: DeadLetter) -> dict[str, object]:
    return {
        "place": letter.index,
        "document": letter.document,
        "reason": letter.reason,
        "body": letter.body,
        "first_seen": letter.first_seen,
        "last_seen": letter.last_seen,
        "attempts": letter.attempts,
    }


def _letter(row: Any) -> DeadLetter:
    return DeadLetter(
        index=row.place,
        document=row.document,
        reason=row.reason,
        body=row.body,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        attempts=row.attempts,
    )
