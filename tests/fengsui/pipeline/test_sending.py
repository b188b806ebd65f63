"""Receivers that fail: the others learn of it, nothing is given up, and people can look and act."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from alerts.notify.protocol import NotifyError
from alerts.settings import RouteSettings, TerminalReceiver
from fengsui.incidents.operational import operational_incidents
from fengsui.pipeline import sending
from fengsui.services import Services
from fengsui.settings.application import Settings
from records import Alert, Change, IncidentKind, IncidentStatus, Notification, NotificationState
from tests.alerts.delivery.memory_outbox import NOW, Clock, Room
from tests.alerts.made import made_alert, made_incident
from tests.fengsui import stories

S = NotificationState
REFUSED = NotifyError("Slack: not_in_channel", retry=False)
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Checked(Room):
    """A receiver that can be checked."""

    faults: list[NotifyError] = field(default_factory=list)

    def check(self) -> str:
        """Say that it is well, or fail as planned."""
        if self.faults:
            raise self.faults[0]
        return "well"


@pytest.fixture
def rooms() -> dict[str, Checked]:
    """Return three receivers: two with a route, and one for emergencies."""
    return {name: Checked(name) for name in ("slack", "desk", "on-call")}


def _settings(folder: Path, emergency: str | None = "on-call") -> Settings:
    receivers = tuple(TerminalReceiver(name=name) for name in ("slack", "desk", "on-call"))
    routes = (RouteSettings(receivers=("slack", "desk")),)
    return stories.settings(
        folder / "state", receivers=receivers, routes=routes, emergency_receiver=emergency
    )


@pytest.fixture
def services(tmp_path: Path, rooms: dict[str, Checked]) -> Iterator[Services]:
    with Services(_settings(tmp_path), notifiers=rooms) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _queue(services: Services, alert: Alert, receiver: str, **fields: object) -> Notification:
    row = Notification(alert, receiver, S.PENDING, NOW)
    row = replace(row, **fields)  # type: ignore[arg-type]
    services.ledger.record_detection([alert.incident], [row])
    return row


def _kinds(room: Room) -> list[IncidentKind]:
    return [m.alert.incident.kind for m in room.messages if m.alert is not None]


def test_the_others_learn_that_a_receiver_fails(
    services: Services, rooms: dict[str, Checked], clock: Clock
) -> None:
    """A refusal opens an incident that the other receivers and the emergency one get, once."""
    rooms["slack"].plan = [REFUSED] * 20
    _queue(services, made_alert(), "slack")
    for _ in range(3):
        sending.notify(services, clock)
        clock.pass_by(HOUR)
    assert _kinds(rooms["desk"]) == _kinds(rooms["on-call"]) == [IncidentKind.RECEIVER]
    (message,) = rooms["desk"].messages
    assert "slack" in message.title
    assert "not_in_channel" in message.plain()
    assert rooms["slack"].taken == []


def test_a_failing_receiver_is_an_error_until_it_is_back(
    services: Services, rooms: dict[str, Checked], clock: Clock
) -> None:
    """What asks whether all receivers work gets the name and the reason, also between two tries."""
    rooms["slack"].plan = [REFUSED]
    _queue(services, made_alert(), "slack")
    sending.check_receivers(services)
    for _ in range(2):
        sending.notify(services, clock)
        with pytest.raises(sending.ReceiversFailing, match="slack: Slack: not_in_channel"):
            sending.check_receivers(services)
    clock.pass_by(HOUR)
    sending.notify(services, clock)
    sending.check_receivers(services)


def test_they_learn_that_it_is_back(
    services: Services, rooms: dict[str, Checked], clock: Clock
) -> None:
    """The first message that is taken lets the incident recover, and the others learn of it."""
    rooms["slack"].plan = [REFUSED]
    _queue(services, made_alert(), "slack")
    sending.notify(services, clock)
    clock.pass_by(HOUR)
    assert sending.notify(services, clock).sent == 3
    assert operational_incidents(services, IncidentKind.RECEIVER) == {}
    changes = [m.alert.change for m in rooms["on-call"].messages if m.alert is not None]
    assert changes == [Change.OPENED, Change.RECOVERED]
    assert _kinds(rooms["slack"]) == [IncidentKind.BRAND]


def test_a_receiver_that_was_removed_fails_no_longer(
    services: Services, rooms: dict[str, Checked], clock: Clock
) -> None:
    """The incident about a receiver that the settings lose is closed with the next message."""
    rooms["slack"].plan = [REFUSED]
    _queue(services, made_alert(), "slack")
    sending.notify(services, clock)
    left = {name: room for name, room in rooms.items() if name != "slack"}
    with Services(services.settings, notifiers=left) as later:
        _queue(later, made_alert(incident=made_incident(brand="别的")), "desk")
        sending.notify(later, clock)
        assert operational_incidents(later, IncidentKind.RECEIVER) == {}


def test_where_nobody_else_has_a_route_every_other_receiver_learns(
    tmp_path: Path, rooms: dict[str, Checked], clock: Clock
) -> None:
    """When the only receiver with a route fails, all others that there are learn of it."""
    made = _settings(tmp_path, None).model_copy(
        update={"routes": (RouteSettings(receivers=("slack",)),)}
    )
    rooms["slack"].plan = [REFUSED]
    with Services(made, notifiers=rooms) as services:
        _queue(services, made_alert(), "slack")
        sending.notify(services, clock)
    assert _kinds(rooms["desk"]) == _kinds(rooms["on-call"]) == [IncidentKind.RECEIVER]


def test_receivers_that_all_fail_make_no_storm(
    services: Services, rooms: dict[str, Checked], clock: Clock
) -> None:
    """When every receiver fails there is one incident each, and their alerts wait."""
    for room in rooms.values():
        room.plan = [REFUSED] * 1000
    for name in rooms:
        _queue(services, made_alert(), name)
    for _ in range(60):
        sending.notify(services, clock)
        clock.pass_by(timedelta(minutes=1))
    assert set(operational_incidents(services, IncidentKind.RECEIVER)) == set(rooms)
    assert len(services.ledger.waiting()) == 3 + 3 * 2
    for room in rooms.values():
        room.plan = []
    clock.pass_by(HOUR)
    sending.notify(services, clock)
    assert services.ledger.waiting() == []
    assert operational_incidents(services, IncidentKind.RECEIVER) == {}


def test_verification_speaks_and_stops_nothing(
    services: Services, rooms: dict[str, Checked], caplog: pytest.LogCaptureFixture
) -> None:
    """A receiver whose check fails is named in the log; a lasting fault opens an incident."""
    rooms["slack"].faults = [NotifyError("the variable SLACK_BOT_TOKEN is not set", retry=False)]
    rooms["desk"].faults = [NotifyError("no answer in time", retry=True)]
    assert set(sending.verify_receivers(services, NOW)) == {"slack", "desk"}
    assert "receiver slack cannot be used now: the variable SLACK_BOT_TOKEN" in caplog.text
    assert set(operational_incidents(services, IncidentKind.RECEIVER)) == {"slack"}


def test_a_schedule_verifies_once_an_hour(services: Services, rooms: dict[str, Checked]) -> None:
    """A process a minute asks the receivers once an hour; a clock set back asks again."""
    rooms["slack"].faults = [REFUSED]
    asked = []
    for minutes in (0, 1, 59, 60, 61, -5):
        rooms["slack"].faults = [NotifyError(f"at {minutes}", retry=True)]
        before = services.ledger.cursor("verified")
        sending.verify_if_due(services, NOW + timedelta(minutes=minutes))
        if services.ledger.cursor("verified") != before:
            asked.append(minutes)
    assert asked == [0, 60, -5]


def test_what_an_old_version_gave_up_goes_out_again(
    services: Services, rooms: dict[str, Checked], clock: Clock
) -> None:
    """FAILED rows whose incident is open are sent once; those that are long over stay."""
    lost = {"state": S.FAILED, "attempts": 8, "reason": "HTTP 503, 8 times"}
    wanted = made_alert()
    over = made_alert(incident=made_incident(brand="别的"))
    ended = replace(
        over.incident, status=IncidentStatus.RECOVERED, recovered_at=NOW - timedelta(days=2)
    )
    _queue(services, wanted, "slack", **lost)
    _queue(services, replace(over, incident=ended), "slack", **lost, created_at=NOW - 50 * HOUR)
    assert sending.revive(services, clock()) == 1
    sending.notify(services, clock)
    assert [key for key, _ in rooms["slack"].taken] == [wanted.key]
    assert sending.revive(services, clock()) == 0


def test_what_this_version_gave_up_stays(
    services: Services, rooms: dict[str, Checked], clock: Clock
) -> None:
    """What was tried until a day after its end is not revived, but can be sent again by hand."""
    alert = made_alert()
    over = replace(alert.incident, status=IncidentStatus.RECOVERED, recovered_at=NOW)
    rooms["slack"].plan = [REFUSED]
    _queue(services, replace(alert, incident=over), "slack")
    clock.pass_by(25 * HOUR)
    assert sending.notify(services, clock).failed == 1
    assert sending.revive(services, NOW) == 0
    assert sending.resend(services, over.key) == 1
    assert sending.notify(services, clock).sent >= 1


@pytest.mark.parametrize("by", ["message", "entry", "incident", "receiver", "all"])
def test_resending_ignores_the_pause(
    services: Services, rooms: dict[str, Checked], clock: Clock, by: str
) -> None:
    """What waits for its pause is sent at once, chosen by a key, by a receiver, or all of it."""
    alert = made_alert()
    row = _queue(services, alert, "slack", attempts=3, retry_at=NOW + HOUR)
    _queue(services, made_alert(incident=made_incident(brand="别的")), "desk", retry_at=NOW + HOUR)
    keys = {"message": alert.key, "entry": row.key, "incident": alert.incident.key}
    receiver = "slack" if by == "receiver" else None
    assert sending.resend(services, keys.get(by), receiver) == (2 if by == "all" else 1)
    sending.notify(services, clock)
    assert len(rooms["slack"].taken) == 1
    assert len(rooms["desk"].taken) == (by == "all")


def test_an_emergency_receiver_has_to_be_there() -> None:
    """A name that no receiver has is refused."""
    with pytest.raises(ValidationError, match="没有名为「nobody」的接收者"):
        Settings(emergency_receiver="nobody")
