"""Links from messages to the page."""

from dataclasses import replace

import pytest

from alerts.messages.compose import compose, incident_address, linked, present
from alerts.notify.slack.blocks import payload_of
from alerts.notify.webhook.payload import payload_of as webhook_payload
from records import IncidentKind
from records.language import Language
from tests.alerts.made import made_alert

PAGE = "https://alerts.example/fengsui/"


@pytest.mark.parametrize(("language", "label"), [("zh", "打开事件"), ("en", "open the incident")])
def test_alert_links_to_its_incident(language: Language, label: str) -> None:
    """Behind the last line of the first screen stands the link to the incident."""
    alert = made_alert()
    for message in (compose(alert, language), present(alert, language)):
        shown = linked(message, PAGE)
        [*_, anchor] = shown.screen[-1].links
        assert anchor.label == label
        assert anchor.url == incident_address(PAGE, alert.incident.key)
        assert anchor.url.startswith("https://alerts.example/fengsui/incidents/")
        assert len(shown.screen) == len(message.screen)
        assert anchor.url in str(payload_of(shown))
        assert anchor.url in shown.plain()


def test_without_a_page_nothing_changes() -> None:
    """No link is shown where the settings name no page, or one that is no address."""
    message = compose(made_alert())
    assert linked(message, None) is message
    assert linked(message, "javascript:alert(1)") is message
    assert webhook_payload(message, "k", "t")["page"] is None


def test_operational_message_links_too() -> None:
    """What says that a source fails leads to the page that says since when."""
    alert = made_alert()
    incident = replace(alert.incident, kind=IncidentKind.COVERAGE, brand="weibo")
    message = linked(compose(replace(alert, incident=incident)), PAGE)
    assert message.screen[0].links[-1].url.startswith("https://alerts.example/")
    assert message.plain().count(message.screen[0].text) == 1


def test_webhook_hands_the_address_on() -> None:
    """A program that is called gets the address as a field of its own."""
    alert = made_alert()
    body = webhook_payload(linked(compose(alert), PAGE), "k", "t")
    assert body["page"] == incident_address(PAGE, alert.incident.key)


def test_hostile_keys_stay_in_the_path() -> None:
    """Signs of a key that end a path or begin another address are escaped."""
    address = incident_address("https://alerts.example", "a?b#c/../<x>@20260101T0000Z")
    assert address == "https://alerts.example/incidents/a%3Fb%23c%2F..%2F%3Cx%3E@20260101T0000Z"
