"""What is done while the store is away: kept on disk, done on its return, in order, once."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fengsui.desk.desk import Desk
from fengsui.desk.rules import OutcomeKind
from fengsui.desk.spool import Spool
from fengsui.desk.states import Status
from fengsui.pipeline import steps
from fengsui.services import Services
from records import Action
from store.errors import StoreError, StoreUnreachable
from store.ledger.ledger import Ledger
from tests.fengsui import stories
from tests.fengsui.desk.making import KEY, SUBJECT, Clicks, desk_of
from tests.servers.postgresql import PostgresqlServer
from tests.store.making import NOON


class Faulty(Ledger):
    """A ledger that is away while `away` says so, and may die right after a write."""

    away = False
    dies = False

    def incident(self, key: str) -> Any:
        """Return the incident, unless it is away."""
        if self.away:
            raise StoreUnreachable("away")
        return super().incident(key)

    def decide(self, *given: Any) -> Any:
        """Decide, unless it is away."""
        if self.away:
            raise StoreUnreachable("away")
        done = super().decide(*given)
        if self.dies:
            raise KeyboardInterrupt
        return done


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Faulty]:
    """Return a ledger that can go away."""
    with Faulty(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as made:
        yield made


@pytest.fixture
def make(ledger: Faulty, tmp_path: Path) -> Callable[[], Desk]:
    """Return what makes a desk, as a process that begins anew has one."""
    return lambda: desk_of(ledger, state=tmp_path / "state")


def test_what_is_done_meanwhile_is_done_on_return(make: Callable[[], Desk], ledger: Faulty) -> None:
    """A claim, a note and an end are kept, and stand in the log in their order afterwards."""
    desk = make()
    click = Clicks(desk)
    ledger.away = True
    kept = [click("claim"), click("note", text="已致电"), click("resolve", cause="已道歉")]
    outcomes = [desk.act(action) for action in kept]
    assert {one.kind for one in outcomes} == {OutcomeKind.KEPT}
    assert all(one.is_done for one in outcomes)
    ledger.away = False
    again = make()
    assert again.incident(KEY).actions == []
    # The next that anybody does comes after what was kept.
    late = again.act(Clicks(desk)("claim", "韩梅梅"))
    assert late.kind is OutcomeKind.REFUSED  # its key is that of the first click
    view = again.incident(KEY)
    assert [one.key for one in view.actions] == [one.key for one in kept]
    assert (view.state.status, view.state.ended_by) == (Status.RESOLVED, "李雷")
    assert again.catch_up() == 0


def test_detection_does_what_waits(tmp_path: Path) -> None:
    """The chain applies what was kept, also where nobody does anything more."""
    settings = stories.settings(tmp_path / "state")
    with Services(settings, notifiers={}) as services:
        desk = desk_of(services.ledger)
        action = Clicks(desk)("claim")
        Spool(tmp_path / "state" / "desk").keep(replace(action, actor="命令行:root"))
        steps.detect(services, NOON)
        assert desk.incident(KEY).state.owner == "命令行:root"


def test_death_between_writing_and_clearing_does_nothing_twice(
    make: Callable[[], Desk], ledger: Faulty
) -> None:
    """A process that dies right after it wrote what was kept leaves it to the next: once."""
    desk = make()
    click = Clicks(desk)
    ledger.away = True
    for action in (click("claim"), click("note", text="一"), click("note", text="二")):
        desk.act(action)
    ledger.away, ledger.dies = False, True
    with pytest.raises(KeyboardInterrupt):
        make().catch_up()
    ledger.dies = False
    assert make().catch_up() == 3
    assert [one.text for one in desk.incident(KEY).state.notes] == ["一", "二"]
    assert len(desk.incident(KEY).actions) == 3


def test_away_again_in_between_goes_on_later(
    make: Callable[[], Desk], ledger: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the store goes away again halfway, the rest waits, in its order."""
    desk = make()
    click = Clicks(desk)
    ledger.away = True
    kept = [click("note", text=str(number)) for number in range(3)]
    for action in kept:
        desk.act(action)
    ledger.away = False
    true = Ledger.decide
    calls: list[object] = []

    def once(self: Ledger, *given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise StoreUnreachable("away")
        return true(self, *given)

    monkeypatch.setattr(Ledger, "decide", once)
    with pytest.raises(StoreUnreachable):
        desk.catch_up()
    assert desk.catch_up() == 2
    assert [one.text for one in desk.incident(KEY).state.notes] == ["0", "1", "2"]


def test_second_learns_it_from_the_log(
    make: Callable[[], Desk], ledger: Faulty, caplog: pytest.LogCaptureFixture
) -> None:
    """What comes to nothing on return, because somebody was faster, is logged."""
    desk = make()
    click = Clicks(desk)
    ledger.away = True
    desk.act(click("claim"))
    ledger.away = False
    ledger.append([click("claim", "韩梅梅")])
    with caplog.at_level(logging.WARNING):
        desk.catch_up()
    assert "came to second: 韩梅梅" in caplog.text
    assert desk.incident(KEY).state.owner == "韩梅梅"


def test_what_can_never_be_done_is_refused_at_once(
    make: Callable[[], Desk], ledger: Faulty
) -> None:
    """Nobody without the right, and nothing without a cause, is kept."""
    desk = make()
    click = Clicks(desk)
    ledger.away = True
    assert desk.act(click("claim", "路人")).reason == "not_allowed"
    assert desk.act(click("resolve", cause="")).reason == "no_cause"
    ledger.away = False
    assert desk.catch_up() == 0


def test_without_a_disk_the_store_s_error_is_raised(
    make: Callable[[], Desk], ledger: Faulty, tmp_path: Path
) -> None:
    """What could be neither done nor kept is no silent loss."""
    desk = make()
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / "desk").write_text("a file where the folder should be")
    ledger.away = True
    with pytest.raises(StoreError, match="away"):
        desk.act(Clicks(desk)("claim"))


def action(number: int) -> Action:
    """Return an action of its own key."""
    return replace(CLAIM, key=f"web:{number}")


CLAIM = Action("web:0", SUBJECT, "claim", "李雷", NOON, "web", {"text": "长" * 4000})  # type: ignore[arg-type]


def test_order_survives_a_clock_that_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept later comes later, whatever the clock says; the same one is kept once."""
    spool = Spool(tmp_path / "desk")
    clock = iter((3_000, 2_000, 1_000, 500))
    monkeypatch.setattr("fengsui.desk.spool.time.time_ns", lambda: next(clock))
    for number in (1, 2, 3, 2):
        spool.keep(action(number))
    assert [one.key for one in spool.waiting()] == ["web:1", "web:2", "web:3"]
    assert [one.data for one in spool.waiting()] == [CLAIM.data] * 3


def test_damaged_file_holds_up_nothing(tmp_path: Path) -> None:
    """A file that cannot be read is put aside, and what is after it is done."""
    spool = Spool(tmp_path / "desk")
    spool.keep(action(1))
    (torn,) = (tmp_path / "desk").iterdir()
    torn.write_bytes(torn.read_bytes()[:20])
    spool.keep(action(2))
    done: list[str] = []
    assert spool.apply(lambda one: done.append(one.key)) == 1
    assert done == ["web:2"]
    assert [path.suffix for path in (tmp_path / "desk").iterdir()] == [".damaged"]


def test_only_the_owner_reads_what_waits(tmp_path: Path) -> None:
    """Notes of people are nobody else's: the folder and its files are private."""
    Spool(tmp_path / "desk").keep(action(1))
    (path,) = (tmp_path / "desk").iterdir()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_server_that_is_killed_and_comes_back(tmp_path: Path) -> None:
    """With PostgreSQL away a claim is kept; once it is back it stands in the log."""
    with PostgresqlServer() as server, Ledger(server.new_database()) as ledger:
        desk = desk_of(ledger, state=tmp_path / "state")
        server.kill()
        assert desk.act(Clicks(desk)("claim")).kind is OutcomeKind.KEPT
        server.start()
        assert desk.catch_up() == 1
        assert desk.incident(KEY).state.owner == "李雷"
