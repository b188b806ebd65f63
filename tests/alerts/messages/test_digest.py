"""Case 9: two hundred brands at once are one message that lists all, sent once."""

import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from alerts.delivery.outbox import GROUP_OVER, LEASE, DispatchReport, dispatch
from alerts.messages.digest import MOST, grouped, key_of
from alerts.notify.slack.blocks import payload_of
from alerts.notify.slack.notifier import SlackNotifier
from alerts.notify.terminal import TerminalNotifier
from records import Alert, Change, Level
from records.language import Language
from tests.alerts.delivery.memory_outbox import Clock, Died, DiesAfterSending, MemoryOutbox, S
from tests.alerts.made import OPENED, made_alert, made_incident
from tests.alerts.notify.slack_server import Fault, SlackServer, text_of


def storm(count: int, change: Change = Change.OPENED) -> list[Alert]:
    """Return alerts of so many brands, one in forty of them red."""
    levels = [Level.RED if n % 40 == 0 else Level.YELLOW for n in range(count)]
    return [
        made_alert(change, incident=made_incident(level, brand=f"品牌{n:03}"))
        for n, level in enumerate(levels)
    ]


def shown(message: dict[str, Any]) -> str:
    """Return all that a message of Slack's says."""
    return "\n".join(text_of(block) for block in message["blocks"])


def waiting(alerts: Iterable[Alert], receiver: str) -> MemoryOutbox:
    """Return an outbox in which the alerts wait for a receiver."""
    outbox = MemoryOutbox(limit=500)
    for alert in alerts:
        outbox.add(alert, receiver)
    return outbox


def test_case_9_two_hundred_brands_are_one_message(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """All go out in one message within Slack's limits, the worst first, and each is recorded."""
    outbox = waiting(storm(200), slack.name)
    assert dispatch(outbox, {slack.name: slack}, Clock()) == DispatchReport(sent=200)
    (message,) = slack_server.messages
    said = shown(message)
    assert all(f"品牌{n:03}" in said for n in range(200))
    assert said.index("品牌160") < said.index("品牌001")
    assert "200 个品牌同时告警" in said
    assert set(outbox.states()) == {S.SENT}
    assert {row.bundle for row in outbox.rows.values()} == {key_of(storm(200))}
    assert dispatch(outbox, {slack.name: slack}, Clock()) == DispatchReport()


def test_a_few_are_told_one_by_one(slack: SlackNotifier, slack_server: SlackServer) -> None:
    """Up to the bound each brand has a message of its own."""
    alerts = storm(GROUP_OVER)
    dispatch(waiting(alerts, slack.name), {slack.name: slack}, Clock())
    assert slack_server.keys() == [alert.key for alert in alerts]


def test_what_follows_is_told_below_the_bundle(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """A later change of one of the brands is an answer to the bundle."""
    alerts = storm(30)
    outbox = waiting(alerts, slack.name)
    dispatch(outbox, {slack.name: slack}, Clock())
    at = alerts[3].at + timedelta(minutes=5)
    outbox.add(made_alert(Change.RAISED, incident=alerts[3].incident, at=at), slack.name)
    dispatch(outbox, {slack.name: slack}, Clock())
    bundle, answer = slack_server.messages
    assert answer["thread_ts"] == bundle["ts"]


def test_a_refusal_puts_all_back_together(slack: SlackNotifier, slack_server: SlackServer) -> None:
    """Where Slack fails, all wait equally long and go out as one the next time."""
    outbox, clock = waiting(storm(60), slack.name), Clock()
    slack_server.faults.append(Fault(500))
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(retried=60)
    assert len({row.retry_at for row in outbox.rows.values()}) == 1
    kept = {(row.bundle, row.reason) for row in outbox.rows.values()}
    assert kept == {(key_of(storm(60)), "Slack answered HTTP 500")}
    clock.pass_by(timedelta(minutes=1))
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(sent=60)
    assert len(slack_server.messages) == 1


def test_a_lost_answer_sends_no_double(slack: SlackNotifier, slack_server: SlackServer) -> None:
    """A bundle that Slack took while its answer was lost is found, not repeated."""
    outbox, clock = waiting(storm(60), slack.name), Clock()
    slack_server.faults.append(Fault(drop=True, accept=True))
    dispatch(outbox, {slack.name: slack}, clock)
    clock.pass_by(timedelta(minutes=1))
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(sent=60)
    assert len(slack_server.messages) == 1


def test_dying_in_between_sends_no_double(slack: SlackNotifier, slack_server: SlackServer) -> None:
    """Killed after the bundle and before the record, those told are known; new ones go out."""
    outbox, clock = waiting(storm(60), slack.name), Clock()
    with pytest.raises(Died):
        dispatch(outbox, {slack.name: DiesAfterSending(slack)}, clock)
    for alert in storm(90)[60:]:
        outbox.add(alert, slack.name)
    clock.pass_by(LEASE)
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(sent=90)
    first, second = slack_server.messages
    assert "60 个品牌" in shown(first)
    assert "30 个品牌" in shown(second)


def test_who_dies_each_time_pauses(slack: SlackNotifier, slack_server: SlackServer) -> None:
    """A bundle whose every sender died waits before it is sent again."""
    outbox, clock = waiting(storm(20), slack.name), Clock()
    outbox.rows = {
        key: replace(row, state=S.SENDING, attempts=8, retry_at=clock.at)
        for key, row in outbox.rows.items()
    }
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(retried=20)
    assert slack_server.messages == []


def test_a_terminal_shows_one_panel() -> None:
    """In a terminal it is one panel, in English where that is set."""
    out = io.StringIO()
    terminal = TerminalNotifier("terminal", Console(file=out, width=100), "en")
    dispatch(waiting(storm(30), "terminal"), {"terminal": terminal}, Clock())
    assert out.getvalue().count("╭") == 1
    assert "30 brands alarm at once" in out.getvalue()
    assert all(f"品牌{n:03}" in out.getvalue() for n in range(30))


@pytest.mark.parametrize("change", list(Change))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_change_has_its_words(change: Change, language: Language) -> None:
    """Each kind says how many brands, and fits whatever their number."""
    bundle = grouped(storm(33, change), change, language)
    assert "33" in bundle.title


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_longest_names_and_numbers_fit(language: Language) -> None:
    """As many brands as one bundle takes are all in Slack's message, however long their names."""
    alerts = [
        replace(
            made_alert(incident=made_incident(brand=f"{n:03}" + "品牌" * 20)),
            negative=88_888,
            usual=99_999.0,
        )
        for n in range(MOST)
    ]
    said = shown(payload_of(grouped(alerts, Change.OPENED, language)))
    assert all(f"{n:03}品牌" in said for n in range(MOST))


def test_more_than_one_bundle_takes_are_several(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """Of 450 brands none is left out: three messages list them."""
    outbox = waiting(storm(450), slack.name)
    assert dispatch(outbox, {slack.name: slack}, Clock()) == DispatchReport(sent=450)
    assert len(slack_server.messages) == 3
    said = "".join(map(shown, slack_server.messages))
    assert all(f"品牌{n:03}" in said for n in range(450))


@pytest.mark.parametrize("left", [60, 5])
def test_what_slack_cannot_say_now_is_asked_again(
    slack: SlackNotifier, slack_server: SlackServer, left: int
) -> None:
    """Killed after the bundle, with a Slack that cannot be asked: asked later, nothing doubled.

    Also where so few are left that they are tried one by one.
    """
    outbox, clock = waiting(storm(60), slack.name), Clock()
    with pytest.raises(Died):
        dispatch(outbox, {slack.name: DiesAfterSending(slack)}, clock)
    outbox.rows = dict([*outbox.rows.items()][:left])
    clock.pass_by(LEASE)
    slack_server.faults.append(Fault(500, method="conversations.history"))
    dispatch(outbox, {slack.name: slack}, clock)
    assert S.SENT not in outbox.states()
    clock.pass_by(timedelta(minutes=2))
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(sent=left)
    assert len(slack_server.messages) == 1


def test_what_was_told_stays_told_where_the_rest_fails(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """Those of an older bundle are on record though the bundle of the new ones fails."""
    outbox, clock = waiting(storm(60), slack.name), Clock()
    with pytest.raises(Died):
        dispatch(outbox, {slack.name: DiesAfterSending(slack)}, clock)
    for alert in storm(90)[60:]:
        outbox.add(alert, slack.name)
    clock.pass_by(LEASE)
    slack_server.faults.append(Fault(500, method="chat.postMessage"))
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(sent=60, retried=30)
    clock.pass_by(timedelta(minutes=2))
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(sent=30)
    assert len(slack_server.messages) == 2


def test_what_was_tried_alone_is_not_told_again_with_others(
    slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """A message whose answer was lost is found alone, and left out of a later bundle."""
    alerts = storm(30)
    outbox, clock = waiting(alerts[:1], slack.name), Clock()
    slack_server.faults.append(Fault(drop=True, accept=True))
    dispatch(outbox, {slack.name: slack}, clock)
    for alert in alerts[1:]:
        outbox.add(alert, slack.name)
    clock.pass_by(timedelta(minutes=1))
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(sent=30)
    alone, bundle = slack_server.alerts
    assert "29 个品牌" in shown(bundle)
    assert alerts[0].incident.brand in str(alone)


@given(st.permutations(range(12)))
def test_the_key_is_that_of_the_set(order: list[int]) -> None:
    """The same alerts have the same key in any order, others another."""
    alerts = storm(12)
    assert key_of(alerts[n] for n in order) == key_of(alerts)
    assert key_of(alerts[1:]) != key_of(alerts)


def test_hostile_names_are_names() -> None:
    """A brand's name calls nobody and is cut to a line."""
    hostile = made_incident(brand="<!channel>\n*品牌*" * 9, opened_at=OPENED)
    blocks = str(payload_of(grouped([made_alert(incident=hostile)], Change.OPENED, "zh")))
    assert "<!" not in blocks
    assert "*品牌*" not in blocks
