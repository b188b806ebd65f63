"""Whatever fails begins again after a pause, and is an operational incident until it works."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from fengsui.health.supervisor import (
    LONGEST_PAUSE,
    PASSES_WITHIN,
    WORKS_FOR,
    Ended,
    Supervisor,
)
from fengsui.incidents.operational import open_operational, operational_incidents
from fengsui.services import Services
from nlp.sentiment.registry import ModelError
from records import IncidentKind, Level, NotificationState
from store.errors import StoreBusy, StoreFull, StoreUnreachable
from tests.fengsui import stories

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)
LONG = 30.0


class Panic(BaseException):
    """What native code raises: no Exception."""


class Timer:
    """A timer that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(stories.settings(tmp_path / "state")) as made:
        yield made


def failing(error: BaseException) -> Callable[[], str]:
    def step() -> str:
        raise error

    return step


def subjects(services: Services) -> list[str]:
    return sorted(operational_incidents(services, IncidentKind.PIPELINE))


@pytest.mark.parametrize(
    "error",
    [ModelError("no folder"), MemoryError(), Panic(), SystemExit(1), GeneratorExit()],
    ids=lambda one: type(one).__name__,
)
def test_step_that_fails_is_an_incident_at_once(services: Services, error: BaseException) -> None:
    """Any fault of a step, an Exception or not, opens an incident and ends nothing."""
    supervisor = Supervisor(threading.Event(), timer=Timer())
    assert supervisor.step("run.annotate", failing(error), "otherwise") == "otherwise"
    supervisor.report(services, NOW)
    supervisor.report(services, NOW)
    assert subjects(services) == ["run.annotate"]
    assert supervisor.failing == {"run.annotate": type(error).__name__}
    [queued] = services.ledger.notifications()
    assert queued.state is NotificationState.PENDING


def test_ctrl_c_is_no_fault() -> None:
    """A person who interrupts is obeyed."""
    with pytest.raises(KeyboardInterrupt):
        Supervisor(threading.Event()).step("run.detect", failing(KeyboardInterrupt()), None)


def test_step_pauses_longer_each_time() -> None:
    """A step is left alone for 1, 2, 4 and at most 60 seconds; one that works starts afresh."""
    timer = Timer()
    supervisor = Supervisor(threading.Event(), timer=timer)
    calls: list[float] = []

    def step() -> None:
        calls.append(timer.now)
        raise OSError

    for _ in range(300):
        supervisor.step("run.detect", step, None)
        timer.now += 1
    between = [after - before for before, after in pairwise(calls)]
    assert between == [1, 2, 4, 8, 16, 32, *[LONGEST_PAUSE] * 3]
    timer.now += LONGEST_PAUSE
    assert supervisor.step("run.detect", lambda: "done", "") == "done"
    assert supervisor.failing == {}
    assert supervisor.failed("run.detect", OSError()) == 1


@pytest.mark.parametrize("error", [StoreBusy("locked"), StoreUnreachable("away")])
def test_what_passes_by_itself_is_told_when_it_lasts(services: Services, error: Exception) -> None:
    """A lock or a server that is away becomes an incident after a minute, a hiccup never."""
    timer = Timer()
    supervisor = Supervisor(threading.Event(), timer=timer)
    supervisor.step("run.detect", failing(error), None)
    supervisor.report(services, NOW)
    assert subjects(services) == []
    timer.now += PASSES_WITHIN
    supervisor.step("run.detect", failing(error), None)
    supervisor.report(services, NOW)
    assert subjects(services) == ["run.detect"]


def test_what_comes_and_goes_is_one_incident(services: Services) -> None:
    """An incident ends when its step has worked for a minute, not at the first success."""
    timer = Timer()
    supervisor = Supervisor(threading.Event(), timer=timer)
    for _ in range(5):
        supervisor.step("run.detect", failing(StoreFull("full")), None)
        supervisor.report(services, NOW)
        timer.now += 2
        supervisor.step("run.detect", lambda: None, None)
        supervisor.report(services, NOW)
        timer.now += 2
    assert subjects(services) == ["run.detect"]
    assert len(services.ledger.notifications()) == 1
    timer.now += WORKS_FOR
    supervisor.report(services, NOW + timedelta(minutes=5))
    assert subjects(services) == []
    assert len(services.ledger.notifications()) == 2


def test_incident_of_the_process_before_ends_as_well(services: Services) -> None:
    """What an earlier process left open ends here: for what works, and what is no longer there."""
    for name in ("run.detect", "poll.gone", "score_posts.score"):
        open_operational(services, IncidentKind.PIPELINE, name, "OSError", NOW, level=Level.ORANGE)
    timer = Timer()
    supervisor = Supervisor(threading.Event(), timer=timer)
    for _ in range(2):
        supervisor.step("run.detect", lambda: None, None)
        supervisor.report(services, NOW)
        timer.now += WORKS_FOR
    supervisor.report(services, NOW + timedelta(minutes=2))
    assert subjects(services) == ["score_posts.score"]


def test_thread_that_fails_begins_again() -> None:
    """A thread that raises, whatever it raises, serves again; the stop ends it."""
    stop, served = threading.Event(), threading.Event()
    supervisor = Supervisor(stop)
    faults: list[BaseException] = [Panic()]

    def serve(worked: Callable[[], None]) -> None:
        if faults:
            raise faults.pop()
        worked()
        served.set()
        stop.wait(LONG)

    supervisor.start("poll.feed", serve)
    assert served.wait(LONG)
    assert supervisor.errors == 1
    assert supervisor.failing == {}
    stop.set()
    supervisor.join(timedelta(seconds=LONG))


def test_thread_that_ends_by_itself_begins_again() -> None:
    """A thread that returns though nobody stopped it has failed, and begins again."""
    stop, twice = threading.Event(), threading.Event()
    supervisor = Supervisor(stop)
    served: list[None] = []

    def serve(_: Callable[[], None]) -> None:
        served.append(None)
        if len(served) == 2:
            twice.set()
            stop.wait(LONG)

    supervisor.start("send.pr", serve)
    assert twice.wait(LONG)
    assert supervisor.failing == {"send.pr": Ended.__name__}
    stop.set()
    supervisor.join(timedelta(seconds=LONG))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_thread_that_died_is_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread whose own supervision fails (no memory to note it) is started by the loop."""
    stop, served, timer = threading.Event(), threading.Event(), Timer()
    supervisor = Supervisor(stop, timer=timer)
    note = supervisor.failed
    faults: list[BaseException] = [Panic()]
    broken: list[BaseException] = [MemoryError()]

    def failed(name: str, error: BaseException) -> float:
        if broken:
            raise broken.pop()
        return note(name, error)

    def serve(_: Callable[[], None]) -> None:
        if faults:
            raise faults.pop()
        served.set()
        stop.wait(LONG)

    monkeypatch.setattr(supervisor, "failed", failed)
    supervisor.start("poll.feed", serve)
    supervisor.join(timedelta(seconds=LONG))
    supervisor.revive()
    assert supervisor.failing == {"poll.feed": Ended.__name__}
    assert not served.is_set()
    timer.now += LONGEST_PAUSE
    supervisor.revive()
    assert served.wait(LONG)
    stop.set()
    supervisor.join(timedelta(seconds=LONG))


def test_no_thread_to_be_had_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system gives no thread, that is noted, and tried again."""
    stop, timer, served = threading.Event(), Timer(), threading.Event()
    supervisor = Supervisor(stop, timer=timer)

    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    def serve(_: Callable[[], None]) -> None:
        served.set()
        stop.wait(LONG)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", none_left)
        supervisor.start("poll.feed", serve)
    assert supervisor.failing == {"poll.feed": "RuntimeError"}
    timer.now += LONGEST_PAUSE
    supervisor.revive()
    assert served.wait(LONG)
    stop.set()
    supervisor.join(timedelta(seconds=LONG))
