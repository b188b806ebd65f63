"""The buttons below an alert: what fits where the incident stands, and only where they work."""

from dataclasses import replace

import pytest

from alerts.messages.catalogue import LANGUAGES
from alerts.messages.compose import compose, present
from alerts.messages.follow_up.handling import with_handling
from alerts.messages.message import Message
from alerts.notify.slack.buttons import VALUE_LIMIT, buttons_of
from alerts.notify.slack.notifier import SlackNotifier
from alerts.notify.slack.settings import SlackReceiver
from records.language import Language
from tests.alerts.made import made_alert
from tests.alerts.messages.follow_up.test_handling import CLAIMED, ENDS, made_handlings
from tests.alerts.notify.slack_server import CHANNEL, TOKEN, SlackServer


def names(message: Message) -> list[str]:
    """Return what the buttons of a message do."""
    return [one["action_id"] for block in buttons_of(message) for one in block["elements"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_fit_where_the_incident_stands(language: Language) -> None:
    """Nobody's incident can be claimed, somebody's assigned, an ended one reopened."""
    assert names(compose(made_alert(), language))[0] == "fengsui.claim"
    claimed = present(with_handling(made_alert(), CLAIMED), language)
    assert "fengsui.claim" not in names(claimed)
    assert "fengsui.assign" in names(claimed)
    for handling in made_handlings():
        if handling.status in ENDS:
            ended = present(with_handling(made_alert(), handling), language)
            assert names(ended) == ["fengsui.reopen"]


def test_value_is_the_key_and_a_key_that_slack_refuses_has_no_buttons() -> None:
    """A button says which incident is meant; without room for that there is none."""
    alert = made_alert()
    (block,) = buttons_of(compose(alert, "zh"))
    assert {one["value"] for one in block["elements"]} == {alert.incident.key}
    longest = replace(alert, incident=replace(alert.incident, key="长" * (VALUE_LIMIT + 1)))
    assert buttons_of(compose(longest, "zh")) == []


@pytest.mark.parametrize("wanted", [True, False])
def test_a_receiver_has_buttons_where_its_settings_say_so(
    wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first message has them and keeps them when it is edited; without the setting none."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    with SlackServer() as server:
        settings = SlackReceiver(name="pr", channel=CHANNEL, base_url=server.url, buttons=wanted)
        notifier = SlackNotifier(settings)
        receipt = notifier.send(compose(made_alert(), "zh"), "k", None)
        notifier.edit(present(with_handling(made_alert(), CLAIMED), "zh"), "k", receipt)
        (posted,) = server.messages
    kinds = [block["type"] for block in posted["blocks"]]
    assert posted["edited"]
    assert ("actions" in kinds) is wanted
