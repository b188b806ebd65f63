"""The ledger's part in privacy: opt-outs, the log of accesses, and the words that leave in time."""

import json
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, update

from records.action import CASE
from store.encoding import storable
from store.ledger import schema
from store.ledger.database import LedgerDatabase, upsert

_PAGE = 500
_NOBODY = {"text": "", "author_name": "", "url": ""}
_UNTITLED = {"title": "", "post_key": ""}
_UNNAMED = {"name": "", "post_key": ""}
_OPTED_OUT = select(schema.opt_outs.c.subject)


class Access(NamedTuple):
    """Somebody looked at or changed what is kept of people: `found` posts of `subject`."""

    at: datetime
    who: str
    what: str
    subject: str
    found: int


class PrivacyBook(LedgerDatabase):
    """Opt-outs and accesses, and forgetting in what the ledger keeps."""

    def opt_out(self, subject: str, at: datetime, reason: str) -> None:
        """Keep nothing of `subject` from now on; the first time it was asked for stays."""
        row = {"subject": storable(subject), "at": at, "reason": storable(reason)}
        with self._writing() as connection:
            upsert(connection, schema.opt_outs, [row], replace=False)

    def opt_in(self, subject: str) -> bool:
        """Take an opt-out back, and return whether there was one."""
        table = schema.opt_outs
        with self._writing() as connection:
            found = connection.execute(delete(table).where(table.c.subject == subject))
            return bool(found.rowcount)

    def opted_out(self) -> frozenset[str]:
        """Return the subjects of which nothing is kept."""
        with self._reading() as connection:
            return frozenset(connection.scalars(_OPTED_OUT))

    def log_access(self, access: Access) -> None:
        """Note an access."""
        row = access._asdict() | {"subject": storable(access.subject)}
        with self._writing() as connection:
            upsert(connection, schema.accesses, [row], replace=True)

    def accesses(self, limit: int = 100) -> list[Access]:
        """Return accesses, the newest first."""
        table = schema.accesses
        query = select(table).order_by(table.c.at.desc(), table.c.who, table.c.what).limit(limit)
        return [Access(*row) for row in self._rows(query)]

    def forget_posts(self, keys: Collection[str], names: Collection[str] = ()) -> int:
        """Take the words of posts out of cases, alerts and dead letters; return how many changed.

        That something happened stays: only what the posts said and who said it goes. Quarantined
        items that name one of the posts, or one of `names` (ids at the source), go as a whole. In a
        file, what goes is overwritten, and does not stay in its log either.
        """
        wanted = frozenset(keys)
        with self._writing() as connection:
            changed = _drop_quarantined(connection, wanted.union(names))
            changed += _scrub_cases(connection, wanted)
            changed += _scrub_incidents(connection, None, wanted)
            changed += _scrub_notifications(connection, None, wanted)
            letters = schema.dead_letters
            for row in connection.execute(select(letters.c.place, letters.c.document)).all():
                if any(key in row.document for key in wanted):
                    where = (letters.c.place == row.place) & (letters.c.document == row.document)
                    connection.execute(delete(letters).where(where))
                    changed += 1
        if changed:
            self.empty_log()
        return changed

    def expire_words(self, before: datetime) -> int:
        """Take out the words that are older than `before`; return how many rows changed.

        That is: what nobody could read, the posts that sent alerts quote, refused documents, the
        titles of incidents, and those of cases that were resolved.
        """
        with self._writing() as connection:
            changed = 0
            for table, column in (
                (schema.quarantine, schema.quarantine.c.seen_at),
                (schema.dead_letters, schema.dead_letters.c.last_seen),
            ):
                changed += connection.execute(delete(table).where(column < before)).rowcount
            changed += _scrub_incidents(connection, before, None)
            return changed + _scrub_notifications(connection, before, None)


def _drop_quarantined(connection: Connection, names: frozenset[str]) -> int:
    """Delete the quarantined items in which one of the names stands, whole and not in a longer."""
    if not names:
        return 0
    named = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(names)))})(?!\w)")
    table, dropped = schema.quarantine, 0
    for row in connection.execute(select(table.c.digest, table.c.body)).all():
        if named.search(row.body):
            connection.execute(delete(table).where(table.c.digest == row.digest))
            dropped += 1
    return dropped


def _scrub_cases(connection: Connection, keys: frozenset[str]) -> int:
    held = schema.case_posts
    cases = schema.cases
    names: set[str] = set()
    wanted = sorted(keys)
    for start in range(0, len(wanted), _PAGE):
        page = held.c.post.in_(wanted[start : start + _PAGE])
        names |= set(connection.scalars(select(held.c.case_key).where(page)))
    for name in sorted(names):
        body = json.loads(
            connection.scalar(select(cases.c.body).where(cases.c.key == name)) or "{}"
        )
        if body.get("posts", [""])[0] not in keys:
            continue
        body |= {"title": "", "url": "", "author": ""}
        connection.execute(
            update(cases).where(cases.c.key == name).values(body=_json(body), author="")
        )
        _scrub_actions(connection, f"{CASE}:{name}")
    return len(names)


def _scrub_actions(connection: Connection, subject: str) -> None:
    """Take the notes and drafts on a case: they may repeat what its customer wrote.

    That they were written, when and by whom, stays.
    """
    table = schema.actions
    query = select(table.c.key, table.c.body).where(table.c.subject == subject)
    for row in connection.execute(query).all():
        body = json.loads(row.body)
        if body.get("data", {}).get("text"):
            body["data"]["text"] = ""
            values = {"body": _json(body)}
            connection.execute(update(table).where(table.c.key == row.key).values(values))


def _scrub_notifications(
    connection: Connection, before: datetime | None, keys: frozenset[str] | None
) -> int:
    """Take the words of posts out of alerts made before a time, or those of certain posts."""
    table = schema.notifications
    query = select(table.c.key, table.c.body)
    if before is not None:
        query = query.where(table.c.created_at < before)
    changed = 0
    for row in connection.execute(query).all():
        body = json.loads(row.body)
        alert = body.get("alert") or {}
        cited, titled = alert.get("citations", ()), [*alert.get("themes", ())]
        titled += [story] if (story := alert.get("story")) else []
        if (
            _scrub(cited, keys, _NOBODY)
            | _scrub(titled, keys, _UNTITLED)
            | _untitle(alert.get("incident") or {}, keys)
            | _scrub_situation(alert.get("situation") or {}, keys)
        ):
            values = {"body": _json(body)}
            connection.execute(update(table).where(table.c.key == row.key).values(values))
            changed += 1
    return changed


def _scrub_incidents(
    connection: Connection, before: datetime | None, keys: frozenset[str] | None
) -> int:
    """Take the titles of incidents opened before a time, or those in words of certain posts."""
    table = schema.incidents
    query = select(table.c.key, table.c.body)
    if before is not None:
        query = query.where(table.c.opened_at < before)
    changed = 0
    for row in connection.execute(query).all():
        body = json.loads(row.body)
        if _untitle(body, keys):
            values = {"body": _json(body)}
            connection.execute(update(table).where(table.c.key == row.key).values(values))
            changed += 1
    return changed


def _scrub_situation(facts: dict[str, Any], keys: frozenset[str] | None) -> bool:
    first = [facts["first"]] if facts.get("first") else []
    voices = [*first, *facts.get("carriers", ()), *facts.get("joined", ())]
    return (
        _untitle(facts, keys)
        | _scrub(voices, keys, {"text": "", "name": "", "url": ""})
        | _scrub(facts.get("turning_points", ()), keys, _UNNAMED)
    )


def _untitle(titled: dict[str, Any], keys: frozenset[str] | None) -> bool:
    """Take a title away that is in the words of one of the posts, or of any."""
    key = titled.get("title_post")
    if not key or (keys is not None and key not in keys):
        return False
    titled.update({"title": "", "title_post": ""})
    return True


def _scrub(
    told: Sequence[dict[str, Any]], keys: frozenset[str] | None, blank: dict[str, str]
) -> bool:
    """Put `blank` over what names one of the posts, or any post; return whether there was one."""
    touched = False
    for item in told:
        key = item.get("post_key")
        if key and (keys is None or key in keys) and item | blank != item:
            item.update(blank)
            touched = True
    return touched


def _json(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
