"""People act from Slack: through its own protocol, against a server on this machine."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alerts.notify.slack.blocks import escape
from fengsui.desk.desk import Desk
from fengsui.desk.slack import listening
from fengsui.desk.slack.listening import listen
from fengsui.desk.slack.seen import SlackAway, app_seen
from fengsui.desk.states import Status
from fengsui.services import Services
from records import Level
from tests.alerts.notify.slack_server import TOKEN
from tests.fengsui.desk.making import KEY, Clock, team_settings
from tests.fengsui.desk.slack.socket import SocketSlack, socket_slack
from tests.store.making import incident

PATIENCE = 20.0


@pytest.fixture
def slack() -> Iterator[SocketSlack]:
    """Return Slack on this machine."""
    with socket_slack() as server:
        yield server


@pytest.fixture
def services(
    slack: SocketSlack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Services]:
    """Return services whose app is connected to it, with one open incident."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("SLACK_APP_TOKEN", TOKEN)
    app = {"mode": "socket", "base_url": slack.web.url}
    with Services(team_settings(state=str(tmp_path), slack=app)) as services:
        services.ledger.record_detection([incident()], [])
        yield services


@pytest.fixture
def desk(services: Services) -> Iterator[Desk]:
    """Return the desk that the app acts on, while it is connected."""
    desk = Desk(services.ledger, services.settings, Clock())
    stop = threading.Event()
    thread = threading.Thread(target=listen, args=(services, stop, lambda: None, desk))
    thread.start()
    yield desk
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.01)


def test_one_of_two_who_press_has_it_and_redelivery_changes_nothing(
    slack: SocketSlack, desk: Desk
) -> None:
    """The first claim wins, a click that comes three times counts once, the second learns who."""
    slack.press("U0001", "claim", KEY, "5.1", times=3)
    said = [slack.whispers.get(timeout=PATIENCE) for _ in range(3)]
    slack.press("U0002", "claim", KEY, "5.2")
    second = slack.whispers.get(timeout=PATIENCE)
    state = desk.incident(KEY)
    assert (state.state.owner, len(state.actions)) == ("李雷", 1)
    assert sum("已认领" in one for one in said) == 1
    assert "李雷" in second
    until(lambda: len(slack.acknowledged) == 4)


def test_form_asks_for_the_cause_and_ends_the_incident(slack: SocketSlack, desk: Desk) -> None:
    """Resolving opens a form; what was typed is the cause, whatever it looks like."""
    slack.press("U0001", "resolve", KEY)
    view = slack.opened.get(timeout=PATIENCE)
    typed = "已退款 <!channel> *大家*"
    slack.send_form("U0001", view, {"cause": {"cause": {"value": typed}}})
    said = slack.whispers.get(timeout=PATIENCE)
    state = desk.incident(KEY).state
    assert (state.status, state.ended_by, state.cause) == (Status.RESOLVED, "李雷", typed)
    assert "<!channel>" not in said
    assert escape(typed) in said


def test_assigning_takes_a_member_and_refuses_a_stranger(slack: SocketSlack, desk: Desk) -> None:
    """Who is picked in the form becomes the owner; somebody whom nobody named does not."""
    slack.press("U0003", "assign", KEY)
    view = slack.opened.get(timeout=PATIENCE)
    slack.send_form("U0003", view, {"to": {"to": {"selected_user": "U0404"}}})
    assert "U0404" in slack.whispers.get(timeout=PATIENCE)
    slack.send_form("U0003", view, {"to": {"to": {"selected_user": "U0002"}}}, "V2")
    assert "韩梅梅" in slack.whispers.get(timeout=PATIENCE)
    assert desk.incident(KEY).state.owner == "韩梅梅"


def test_silence_has_an_end_and_needs_a_lead(slack: SocketSlack, desk: Desk) -> None:
    """An agent may not silence; a lead's silence ends after the hours that were chosen."""
    # Orange and above is silenced only where that was asked for.
    desk._ledger.record_detection([incident(level=Level.YELLOW)], [])
    values = {
        "hours": {"hours": {"selected_option": {"value": "4"}}},
        "reason": {"reason": {"value": "新品发布"}},
        "also_safety": {"also_safety": {"selected_options": [{"value": "yes"}]}},
    }
    for user, number in (("U0001", "V1"), ("U0003", "V2")):
        slack.press(user, "silence", KEY, number)
        slack.send_form(user, slack.opened.get(timeout=PATIENCE), values, number)
        slack.whispers.get(timeout=PATIENCE)
        state = desk.incident(KEY).state
        assert bool(state.silenced_until) == (user == "U0003")
    assert state.silenced_until is not None
    assert (state.silenced_until - desk.now()).total_seconds() == 4 * 3600


def test_a_stranger_may_do_nothing(slack: SocketSlack, desk: Desk) -> None:
    """A click of somebody whom the settings do not name does nothing, and says what to do."""
    slack.press("U0404", "claim", KEY)
    assert "U0404" in slack.whispers.get(timeout=PATIENCE)
    slack.command("U0404", "ack 云朵", "t1")
    assert "U0404" in slack.whispers.get(timeout=PATIENCE)
    assert desk.incident(KEY).actions == []


def test_commands_list_claim_and_end(slack: SocketSlack, desk: Desk) -> None:
    """A brand's name is enough to say which incident is meant; each answer says what was done."""
    brand = desk.incident(KEY).incident.brand
    for place, (text, part) in enumerate(
        (
            ("status", "未认领"),
            (f"ack {brand}", "已认领"),
            ("mine", brand),
            (f"note {brand} 已联系门店", "备注"),
            (f"assign <@U0002|han> {brand}", "指派给 韩梅梅"),
            ("nonsense", "/fengsui"),
            (f"resolve {brand} 已退款", "解决"),
            ("status", "没有"),
        )
    ):
        slack.command("U0001", text, f"trigger-{place}")
        assert part in slack.whispers.get(timeout=PATIENCE), text
    assert desk.incident(KEY).state.cause == "已退款"


def test_home_shows_mine_and_what_nobody_has(slack: SocketSlack, desk: Desk) -> None:
    """The home has a button on what nobody has; pressed, it moves to mine."""
    slack.open_home("U0001")
    before = slack.homes.get(timeout=PATIENCE)["blocks"]
    (button,) = [one["accessory"] for one in before if "accessory" in one]
    assert button["value"] == KEY
    slack.deliver(
        "interactive",
        {
            "type": "block_actions",
            "user": {"id": "U0001"},
            "view": {"type": "home", "id": "V9"},
            "trigger_id": "t",
            "actions": [{**button, "block_id": "b", "action_ts": "7.1"}],
        },
    )
    after = slack.homes.get(timeout=PATIENCE)["blocks"]
    assert not [one for one in after if "accessory" in one]
    assert desk.incident(KEY).state.owner == "李雷"


def test_a_refused_token_is_an_error_without_the_token(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Slack refuses the app, the error says its code; the supervisor makes it an incident."""
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-secret")
    with pytest.raises(SlackAway) as raised:
        listen(services, threading.Event(), lambda: None)
    assert str(raised.value) == "invalid_auth"
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_a_connection_that_stays_away_is_an_error(
    slack: SocketSlack, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that is not there for a minute ends the round, so that people learn of it."""
    monkeypatch.setattr(listening, "PATIENCE", 0.1)
    monkeypatch.setattr(listening, "WAKE", 0.05)
    slack.web.more["apps.connections.open"] = lambda _: {"ok": True, "url": "ws://127.0.0.1:9/"}
    with pytest.raises(SlackAway):
        listen(services, threading.Event(), lambda: None)


def test_check_says_whose_app_it_is(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both tokens are tried; of a refused one the code is shown, and nothing else."""
    assert "fengsui @ made for tests" in app_seen(services.settings.slack)
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-secret")
    with pytest.raises(SlackAway, match=r"^invalid_auth$"):
        app_seen(services.settings.slack)
