"""The ledger's cases: complaints that somebody has to handle."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, select, tuple_

from records import Case, CaseStatus
from store.encoding import cleaned, decoder
from store.ledger import schema
from store.ledger.database import LedgerDatabase, body_of, upsert

_case = decoder(Case)
_columns = schema.cases.c
# A brand, and the name of something of its.
Named: TypeAlias = tuple[str, str]
# A database takes so many values in one statement without complaint.
_PAGE = 500


class CaseBook(LedgerDatabase):
    """Cases by their keys, their posts and their authors."""

    def upsert_cases(self, cases: Sequence[Case]) -> int:
        """Write cases and return how many were new.

        A case that is there already keeps its status, gains posts and demands, and keeps the
        earliest first sight, the highest urgency and the earliest due time.
        """
        given = _by_key(cleaned(case) for case in cases)
        with self._writing() as connection:
            new = upsert(connection, schema.cases, map(_row, given.values()), replace=False)
            known = cases_of(connection, given.keys() - set(new))
            grown = [merged(case, given[case.key]) for case in known]
            upsert(connection, schema.cases, map(_row, grown), replace=True)
            posts = [
                {"brand": case.brand, "post": post, "case_key": case.key}
                for case in given.values()
                for post in case.posts
            ]
            upsert(connection, schema.case_posts, posts, replace=False)
        return len(new)

    def cases_with_posts(self, posts: Collection[Named]) -> dict[Named, Case]:
        """Return the cases that hold any of `posts`, each named by brand and key, by post."""
        held = schema.case_posts.c
        query = select(held.brand, held.post, _columns.body).join(
            schema.cases, held.case_key == _columns.key
        )
        return self._found(query, tuple_(held.brand, held.post), posts)

    def cases_of_authors(self, authors: Collection[Named], since: datetime) -> dict[Named, Case]:
        """Return the newest case first seen at or after `since` of each author of a brand."""
        query = (
            select(_columns.brand, _columns.author, _columns.body)
            .where(_columns.first_seen >= since, ~_columns.chorus)
            .order_by(_columns.first_seen, _columns.key.desc())
        )
        return self._found(query, tuple_(_columns.brand, _columns.author), authors)

    def choruses(self, brands: Collection[str], since: datetime) -> dict[Named, Case]:
        """Return the newest chorus first seen at or after `since` by brand and category."""
        query = (
            select(_columns.brand, _columns.category, _columns.body)
            .where(_columns.first_seen >= since, _columns.chorus)
            .order_by(_columns.first_seen, _columns.key.desc())
        )
        return self._found(query, _columns.brand, brands)

    def cases(self, brand: str | None = None, status: CaseStatus | None = None) -> list[Case]:
        """Return cases (of a brand, of a status): the most urgent first, then by due time."""
        query = select(_columns.body)
        if brand is not None:
            query = query.where(_columns.brand == brand)
        if status is not None:
            query = query.where(_columns.status == status)
        order = (_columns.urgency.desc(), _columns.due_at, _columns.key)
        return [_case(row.body) for row in self._rows(query.order_by(*order))]

    def case(self, key: str) -> Case | None:
        """Return the case of `key`, None where there is none."""
        rows = self._rows(select(_columns.body).where(_columns.key == key))
        return _case(rows[0].body) if rows else None

    def cases_written(self, since: datetime) -> list[Case]:
        """Return the cases that were written at or after `since` by their writers' clocks."""
        query = select(_columns.body).where(_columns.written_at >= since)
        return [_case(row.body) for row in self._rows(query.order_by(_columns.key))]

    def set_case_status(self, key: str, status: CaseStatus, at: datetime) -> Case:
        """Set the status of a case and return the case.

        Raises:
            KeyError: there is no such case.
        """
        with self._writing() as connection:
            for case in cases_of(connection, [key]):
                changed = replace(case, status=status, updated_at=max(case.updated_at, at))
                upsert(connection, schema.cases, [_row(changed)], replace=True)
                return changed
        raise KeyError(key)

    def _found(
        self, query: Select[Any], column: ColumnElement[Any], values: Collection[Any]
    ) -> dict[Named, Case]:
        """Return the cases with `column` in `values` by their first two columns; the last wins."""
        found: dict[Named, Case] = {}
        wanted = sorted(values)
        for start in range(0, len(wanted), _PAGE):
            page = query.where(column.in_(wanted[start : start + _PAGE]))
            found |= {(row[0], row[1]): _case(row.body) for row in self._rows(page)}
        return found


def merged(known: Case, given: Case) -> Case:
    """Return `known` with what `given` adds; taking it in twice changes nothing."""
    return replace(
        known,
        urgency=max(known.urgency, given.urgency),
        first_seen=min(known.first_seen, given.first_seen),
        due_at=min(known.due_at, given.due_at),
        updated_at=max(known.updated_at, given.updated_at),
        posts=tuple(dict.fromkeys((*known.posts, *given.posts))),
        demands=tuple(dict.fromkeys((*known.demands, *given.demands))),
    )


def _by_key(cases: Iterable[Case]) -> dict[str, Case]:
    """Return one case a key, its copies merged."""
    found: dict[str, Case] = {}
    for case in cases:
        found[case.key] = merged(found[case.key], case) if case.key in found else case
    return found


def cases_of(connection: Connection, keys: Iterable[str]) -> list[Case]:
    """Return the cases of `keys`, in a transaction that was begun."""
    found: list[Case] = []
    for key in sorted(keys):
        query = select(_columns.body).where(_columns.key == key)
        found += map(_case, connection.scalars(query))
    return found


def write_cases(connection: Connection, cases: Sequence[Case]) -> None:
    """Write cases as they are given, in a transaction that read them."""
    if cases:
        upsert(connection, schema.cases, map(_row, cases), replace=True)


def _row(case: Case) -> dict[str, object]:
    return {
        "key": case.key,
        "brand": case.brand,
        "author": case.author,
        "category": case.category,
        "chorus": case.chorus,
        "status": case.status,
        "urgency": case.urgency,
        "first_seen": case.first_seen,
        "due_at": case.due_at,
        "body": body_of(case),
        "written_at": datetime.now(UTC),
    }
