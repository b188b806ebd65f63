"""The ledger's quarantine: what sources sent and nobody could read, with the reason."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from records import Rejected
from store.encoding import cleaned, decoder
from store.ledger import schema
from store.ledger.database import LedgerDatabase, body_of, upsert

_PAGE = 1_000

_rejected = decoder(Rejected)
_columns = schema.quarantine.c


class Quarantine(LedgerDatabase):
    """Rejected items, each once."""

    def quarantine(self, rejected: Iterable[Rejected]) -> int:
        """Keep rejected items and return how many were new; the first sight of each stays."""
        rows = {row["digest"]: row for row in map(_row, rejected)}
        with self._writing() as connection:
            return len(upsert(connection, schema.quarantine, rows.values(), replace=False))

    def quarantined(self, limit: int | None = None) -> Iterator[Rejected]:
        """Yield rejected items, the newest first."""
        query = select(_columns.seen_at, _columns.digest, _columns.body).order_by(
            _columns.seen_at.desc(), _columns.digest.desc()
        )
        left, page = limit, query
        while left is None or left > 0:
            size = _PAGE if left is None else min(left, _PAGE)
            rows = self._rows(page.limit(size))
            for row in rows:
                yield _rejected(row.body)
            if len(rows) < size:
                return
            page = query.where(_older(rows[-1].seen_at, rows[-1].digest))
            left = None if left is None else left - size

    def in_quarantine(self, rejected: Iterable[Rejected]) -> set[Rejected]:
        """Return those of `rejected` that are in quarantine already."""
        by_digest = {digest_of(cleaned(one)): one for one in rejected}
        query = select(_columns.digest).where(_columns.digest.in_(by_digest))
        return {by_digest[row.digest] for row in self._rows(query)}

    def release(self, rejected: Iterable[Rejected]) -> int:
        """Let items go that could be read after all; return how many were there."""
        digests = [digest_of(cleaned(one)) for one in rejected]
        released = 0
        with self._writing() as connection:
            for start in range(0, len(digests), _PAGE):
                chosen = _columns.digest.in_(digests[start : start + _PAGE])
                released += connection.execute(delete(schema.quarantine).where(chosen)).rowcount
        return released

    def quarantine_reasons(self) -> dict[str, int]:
        """Return how many items each reason holds back, the most frequent first."""
        number = func.count().label("held")
        query = select(_columns.reason, number).group_by(_columns.reason)
        rows = self._rows(query.order_by(number.desc(), _columns.reason))
        return {row.reason: row.held for row in rows}


def _older(seen_at: datetime, digest: str) -> ColumnElement[bool]:
    """Return the condition of what comes after an item, newest first."""
    same = and_(_columns.seen_at == seen_at, _columns.digest < digest)
    return or_(_columns.seen_at < seen_at, same)


def digest_of(kept: Rejected) -> str:
    """Return the natural key of an item as it is kept."""
    parts = (kept.source, kept.origin, str(kept.position), kept.reason, kept.raw)
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _row(rejected: Rejected) -> dict[str, object]:
    kept = cleaned(rejected)
    return {
        "digest": digest_of(kept),
        "reason": kept.reason,
        "seen_at": kept.seen_at,
        "body": body_of(kept),
    }
