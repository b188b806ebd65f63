"""What watches a run: server, heartbeat, systemd, dead man's switch, emergency receiver."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from alerts.notify.protocol import NotifyError
from alerts.settings import TerminalReceiver
from fengsui.health.dead_man import FAIL, START, SUCCESS, DeadManSwitch
from fengsui.health.emergency import MARK, Emergency
from fengsui.health.figures import gather
from fengsui.health.heartbeat import heartbeat_path, read_heartbeat, write_heartbeat
from fengsui.health.pulse import ALIVE_FOR, Pulse, Turns
from fengsui.health.server import Address, HealthServer, read_address
from fengsui.health.supervisor import Supervisor
from fengsui.health.systemd import ALIVE, READY, tell_systemd
from fengsui.health.watch import Watch
from fengsui.incidents.operational import open_operational, operational_incidents
from fengsui.services import Services
from fengsui.settings.health import HealthSettings
from listeners.settings import FeedSource
from records import IncidentKind, Level, Notification, NotificationState
from store.errors import StoreFull, StoreUnreachable
from tests.alerts.delivery.memory_outbox import Room
from tests.alerts.made import made_alert
from tests.fengsui import stories
from tests.fengsui.health.test_supervisor import LONG, NOW, Timer
from tests.store.making import post

URL = "https://hc.example/ping/5e3f0c1e-secret"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    source = FeedSource(kind="feed", name='新"闻', url="https://x.example", poll_seconds=60)
    with Services(stories.settings(tmp_path / "state", sources=(source,))) as made:
        yield made


def asked(server: HealthServer, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=LONG)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_health_follows_the_loop() -> None:
    """Alive is a loop that turns, ready one whose last turn was good; the status says so."""
    timer = Timer()
    pulse = Pulse(timer)
    with HealthServer(Address("127.0.0.1", 0), pulse) as server:
        assert asked(server, "/healthz")[0] == 200
        assert asked(server, "/readyz")[0] == 503
        pulse.turns = pulse.turns.after(NOW)
        assert asked(server, "/readyz")[0] == 200
        pulse.turns = pulse.turns.after(NOW, failing=("run.detect",), errors=1)
        status, body = asked(server, "/readyz")
        assert (status, json.loads(body)["failing"]) == (503, ["run.detect"])
        assert asked(server, "/healthz")[0] == 200
        timer.now += ALIVE_FOR + 1
        assert asked(server, "/healthz")[0] == 503
        assert "fengsui_up 0.0" in asked(server, "/metrics")[1]
        assert asked(server, "/../etc/passwd")[0] == 404


def test_metrics_are_those_of_the_stores(services: Services) -> None:
    """A scraper reads posts, pending, alerts, model, scoring and the last turn by their names."""
    services.store.upsert_posts([post(1), post(2)])
    services.ledger.enqueue(
        Notification(made_alert(), "pr", NotificationState.PENDING, NOW - timedelta(minutes=5))
    )
    pulse = Pulse()
    pulse.turns = pulse.turns.after(NOW, scored=7, seconds=0.5)
    pulse.figures = gather(services, NOW)
    with HealthServer(Address("127.0.0.1", 0), pulse) as server:
        text = asked(server, "/metrics")[1]
    found = {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }
    assert found["fengsui_pending_posts",] == 2
    assert found["fengsui_alerts", "pr", "pending"] == 1
    assert found["fengsui_oldest_pending_alert_seconds",] == 300
    assert found["fengsui_source_posts_total", '新"闻'] == 0
    assert found["fengsui_model_info", services.settings.model] == 1
    assert found["fengsui_last_scoring_seconds",] == 0.5
    assert found["fengsui_scored_posts_total",] == 7
    assert found["fengsui_last_turn_timestamp_seconds",] == NOW.timestamp()


@pytest.mark.parametrize(
    ("text", "loopback"),
    [("127.0.0.1:8421", True), ("localhost:1", True), ("[::1]:1", True), ("0.0.0.0:1", False)],
)
def test_address_is_read(text: str, loopback: bool) -> None:
    """An address is a host and a port; which machines reach it is known."""
    assert read_address(text).is_loopback is loopback


@pytest.mark.parametrize("text", ["", "8421", "127.0.0.1:", "127.0.0.1:65536", "a.example:1", ":1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    """A name, or what has no port, is no address."""
    with pytest.raises(ValueError, match=r"address|appear"):
        read_address(text)


def test_heartbeat_is_whole_and_private(tmp_path: Path) -> None:
    """The file holds what the loop did; what is damaged reads as none."""
    path = heartbeat_path(stories.settings(tmp_path))
    assert read_heartbeat(path) is None
    turns = Turns().after(NOW, scored=3, seconds=0.25).after(NOW, failing=("run.kibana",))
    write_heartbeat(path, turns)
    assert read_heartbeat(path) == turns
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("[]", encoding="utf-8")
    assert read_heartbeat(path) is None


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told(tmp_path: Path, abstract: bool) -> None:
    """A state arrives at the socket that systemd named, in a folder or abstract."""
    name = f"\0fengsui-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(name)
        environment = {"NOTIFY_SOCKET": name.replace("\0", "@")}
        assert tell_systemd(READY, environment)
        assert tell_systemd(ALIVE, environment)
        assert [server.recv(100) for _ in range(2)] == [b"READY=1", b"WATCHDOG=1"]


def test_without_systemd_nothing_is_told(tmp_path: Path) -> None:
    """Where systemd named no socket, or it is gone, the run goes on."""
    assert not tell_systemd(READY, {})
    assert not tell_systemd(READY, {"NOTIFY_SOCKET": str(tmp_path / "gone")})


class Calls:
    """The other side of the switch: notes which addresses are called, and answers `status`."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.paths: list[str] = []
        self.came = threading.Semaphore(0)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        target = request.extensions["target"].decode()
        self.paths.append(target.removeprefix(httpx.URL(URL).path))
        self.came.release()
        return httpx.Response(self.status, stream=httpx.ByteStream(b"OK"))


def switch(calls: Calls, seconds: float = LONG) -> DeadManSwitch:
    return DeadManSwitch("PING", seconds, transport=httpx.MockTransport(calls))


def test_switch_is_called_with_each_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """The beginning, success and failure are called by the protocol of healthchecks.io."""
    monkeypatch.setenv("PING", URL)
    calls = Calls()
    assert all(switch(calls).call(outcome) for outcome in (START, SUCCESS, FAIL))
    assert calls.paths == ["/start", "", "/fail"]


def test_failure_is_called_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure waits for no pause, and a success right after it does not hide it."""
    monkeypatch.setenv("PING", URL)
    calls = Calls()
    made = switch(calls)
    thread = threading.Thread(target=made.serve)
    thread.start()
    assert calls.came.acquire(timeout=LONG)
    made.turned(ok=True)
    made.turned(ok=False)
    made.turned(ok=True)
    assert calls.came.acquire(timeout=LONG)
    made.end()
    thread.join(LONG)
    assert calls.paths == ["/start", "/fail"]


@pytest.mark.parametrize("value", ["", "no address", URL], ids=["unset", "wrong", "refused"])
def test_switch_that_is_not_reached_keeps_its_secret(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    """What goes wrong with it is a line in the log that names the variable, never the address."""
    monkeypatch.setenv("PING", value)
    caplog.set_level(0)
    assert not switch(Calls(status=404)).call(SUCCESS)
    assert "PING" in caplog.text
    assert "secret" not in caplog.text


def emergency(folder: Path, room: Room) -> Emergency:
    made = stories.settings(
        folder, receivers=(TerminalReceiver(name=room.name),), emergency_receiver=room.name
    )
    folder.mkdir(exist_ok=True)
    return Emergency(made, room)


def test_ledger_that_is_away_is_told_once_an_hour(tmp_path: Path) -> None:
    """The emergency receiver learns it at most once an hour, also from another process."""
    room, folder = Room("on-call"), tmp_path / "state"
    error = StoreUnreachable("postgresql://user:***@db")
    first, second = emergency(folder, room), emergency(folder, room)
    now = datetime.now(UTC)
    assert first.away(error, now, waits=True)
    assert not first.away(error, now + timedelta(minutes=59), waits=True)
    assert not second.away(error, now + timedelta(minutes=59), waits=True)
    assert second.away(error, now + timedelta(minutes=61), waits=True)
    assert len(room.taken) == 2
    assert (folder / MARK).stat().st_size == 0


def test_ledger_that_is_back_is_told(tmp_path: Path) -> None:
    """Who learned that the ledger is away learns that it is back, once."""
    room = Room("on-call")
    made = emergency(tmp_path / "state", room)
    now = datetime.now(UTC)
    made.back(now)
    made.away(OSError(), now, waits=True)
    made.back(now, waits=True)
    made.back(now, waits=True)
    assert len(room.taken) == 2


def test_emergency_receiver_that_fails_is_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where it takes nothing either, the log has it; nothing is raised."""
    room = Room("on-call", plan=[NotifyError("no answer in time", retry=True)])
    emergency(tmp_path / "state", room).away(OSError(), NOW, waits=True)
    assert "the ledger is away" in caplog.text
    assert "no answer in time" in caplog.text


def test_without_an_emergency_receiver_the_log_has_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A team without one finds it in the log."""
    assert not Emergency(stories.settings(tmp_path)).away(OSError(), NOW)
    assert "the ledger is away" in caplog.text


def test_run_tells_that_the_ledger_is_away(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the incident of a failing step cannot be written, the emergency receiver learns it."""
    room = Room("on-call")
    watch = Watch(services.settings, emergency=emergency(services.state, room))
    supervisor = Supervisor(threading.Event())

    def away() -> None:
        raise StoreFull("no space left on device")

    supervisor.step("run.detect", away, None)
    with monkeypatch.context() as patch:
        patch.setattr(services.ledger, "open_incidents", away)
        watch.turned(services, supervisor, datetime.now(UTC), 0, 0.0)
    joined = [one for one in threading.enumerate() if one.name == "emergency"]
    for thread in joined:
        thread.join(LONG)
    assert len(room.taken) == 1
    assert not watch.pulse.turns.is_good
    assert read_heartbeat(heartbeat_path(services.settings)) == watch.pulse.turns
    # The ledger is there again, and so is the incident.
    watch.turned(services, supervisor, datetime.now(UTC), 0, 0.0)
    assert "run.detect" in operational_incidents(services, IncidentKind.PIPELINE)


def test_switch_is_silent_where_no_receiver_takes_anything(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that works and that nobody hears is no success for the dead man's switch."""
    health = HealthSettings(ping_url_env="PING")
    watch = Watch(services.settings.model_copy(update={"health": health}))
    outcomes: list[bool] = []
    monkeypatch.setattr(DeadManSwitch, "turned", lambda _, ok: outcomes.append(ok))
    supervisor = Supervisor(threading.Event())
    watch.turned(services, supervisor, NOW, 0, 0.0)
    for receiver in services.settings.receivers:
        open_operational(
            services, IncidentKind.RECEIVER, receiver.name, "401", NOW, level=Level.ORANGE
        )
    watch.pulse.figures = gather(services, NOW)
    watch.turned(services, supervisor, NOW, 0, 0.0)
    assert outcomes == [True, False]
