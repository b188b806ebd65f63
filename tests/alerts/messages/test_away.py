"""What a receiver that was away is sent: one message, the worst first."""

import json

import pytest

from alerts.messages.away import away, away_key
from alerts.messages.catalogue import LANGUAGES
from alerts.notify.slack.blocks import payload_of
from records.language import Language
from tests.alerts.made import HOUR, OPENED, made_alert, made_incident
from tests.alerts.messages.missed import made_missed
from tests.alerts.notify.slack_server import fault_of_form

BACK = OPENED + 3 * HOUR


def test_each_incident_has_one_line_the_worst_first() -> None:
    """What goes on comes before what is over, and red before blue; an incident has one line."""
    message = away(made_missed(8), BACK, "zh")
    going, over = message.lines("away.open"), message.lines("away.over")
    assert len(going) == 7
    assert "红" in going[0]
    assert "蓝" in going[-1]
    assert len(over) == 1
    assert "品牌0000" in over[0]
    assert "9 条告警（8 起事件）" in message.title


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_thousand_are_one_message_within_slack_s_limits(language: Language) -> None:
    """However many were missed, it is one message that every channel takes; the rest is counted."""
    message = away(made_missed(2000), BACK, language)
    assert fault_of_form({**payload_of(message), "metadata": {}}) == ""
    assert "1900" in message.plain()


def test_hostile_names_are_names() -> None:
    """A brand's name calls nobody and stays in its line."""
    hostile = made_alert(incident=made_incident(brand="<!channel>\n*b*\u202e" * 9))
    shown = json.dumps(payload_of(away([hostile], BACK, "zh")), ensure_ascii=False)
    assert "<!" not in shown
    assert "\u202e" not in shown


def test_the_key_is_that_of_the_set() -> None:
    """The same alerts have the same key in any order, others another."""
    alerts = made_missed(5)
    assert away_key(alerts) == away_key(alerts[::-1])
    assert away_key(alerts) != away_key(alerts[1:])
