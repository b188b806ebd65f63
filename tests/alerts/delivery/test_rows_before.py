"""What waits in a ledger of the version before is sent: entries without a bundle's field."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from alerts.delivery.outbox import DispatchReport, dispatch
from alerts.notify.protocol import NotifyError
from records import Notification, Receipt
from store.encoding import decoder, micros
from store.ledger.ledger import Ledger
from tests.alerts.delivery.memory_outbox import Clock, MemoryOutbox, Room, S

ROWS = Path(__file__).with_name("rows_before.jsonl")
BUNDLE = "group-"


@dataclass(slots=True)
class KnowingRoom(Room):
    """A receiver that knows which messages it took."""

    known: tuple[str, ...] = ()

    def find(self, key: str, since: datetime) -> Receipt | None:
        """Return a receipt of what it knows."""
        Room.find(self, key, since)
        return Receipt(self.name, key, key) if key in self.known else None


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Return a ledger with four rows as the version before wrote them.

    One never tried, one whose sender died, and two of a bundle: their sender died, or failed.
    """
    path = tmp_path / "ledger.sqlite3"
    with Ledger(f"sqlite:///{path}"):
        pass
    with sqlite3.connect(path) as database:
        for body in ROWS.read_text(encoding="utf-8").splitlines():
            row = json.loads(body)
            assert not {"bundle", "prepared"} & set(row)
            values = (
                f"{row['alert']['key']}>{row['receiver']}",
                row["alert"]["incident"]["key"],
                *(row[name] for name in ("receiver", "state", "attempts")),
                *(_micros(row[name]) for name in ("created_at", "retry_at")),
                body,
            )
            database.execute("INSERT INTO notifications VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    database.close()
    with Ledger(f"sqlite:///{path}") as opened:
        yield opened


def _micros(at: str | None) -> int | None:
    return None if at is None else micros(datetime.fromisoformat(at))


def _bundle() -> str:
    (key,) = {
        reason.partition(":")[0]
        for row in ROWS.read_text(encoding="utf-8").splitlines()
        if (reason := json.loads(row)["reason"]).startswith(BUNDLE)
    }
    return str(key)


def test_rows_of_the_version_before_are_sent(ledger: Ledger) -> None:
    """All four are sent, and none is left."""
    room = KnowingRoom()
    assert dispatch(ledger, {"room": room}, Clock()) == DispatchReport(sent=4)
    assert len(room.taken) == 4
    assert {one.state for one in ledger.notifications()} == {S.SENT}
    assert {(one.reason, one.bundle) for one in ledger.notifications()} == {("", "")}


def test_a_bundle_that_arrived_is_known_by_the_old_prefix(ledger: Ledger) -> None:
    """Those whose reason begins with a bundle that arrived are on record, in its field."""
    room = KnowingRoom(known=(_bundle(),))
    assert dispatch(ledger, {"room": room}, Clock()) == DispatchReport(sent=4)
    assert len(room.taken) == 2
    assert [one.bundle for one in ledger.notifications()] == ["", "", _bundle(), _bundle()]


def test_a_failure_moves_the_prefix_into_its_field() -> None:
    """After another failure the bundle stands in its field, and the reason is for people alone."""
    *_, body = ROWS.read_text(encoding="utf-8").splitlines()
    row = decoder(Notification)(body)
    outbox = MemoryOutbox({row.key: row})
    dispatch(outbox, {"room": Room(plan=[NotifyError("busy", retry=True)])}, Clock())
    (after,) = outbox.rows.values()
    assert (after.state, after.bundle, after.reason) == (S.PENDING, _bundle(), "busy")
