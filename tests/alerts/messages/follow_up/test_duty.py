"""Messages that call a person, and who is on duty."""

from dataclasses import replace

import pytest

from alerts.messages.compose import compose
from alerts.messages.follow_up.duty import Person, escalated, with_duty
from alerts.messages.message import Message, decoded, encoded
from alerts.notify.slack.blocks import payload_of
from records import Level
from records.language import Language
from tests.alerts.made import HOUR, made_alert, made_incident

ZHANG = Person("张三", "U024BE7LH")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("call", ["step", "repeat", "reminder"])
def test_a_call_says_how_long_who_and_how(language: Language, call: str) -> None:
    """Each names the brand, the time, and what to type with the key of the incident."""
    incident = replace(made_incident(Level.RED), title="杯底有异物")
    text = escalated(incident, call, HOUR, ZHANG, language).plain()
    assert incident.brand in text
    assert incident.key in text
    assert "杯底有异物" in text
    assert ("张三" in text) is (call != "repeat")


def test_a_step_without_a_person_goes_to_a_place() -> None:
    """A step that names no person says that the incident comes here, and calls nobody."""
    message = escalated(made_incident(), "step", HOUR, None, "zh")
    assert "升级到这里" in message.title
    assert message.calls == ()


def test_slack_calls_only_ids_of_the_settings() -> None:
    """A person is called by the id; a name or a title that looks like a call stays text."""
    hostile = Person("<!channel> <@U0EVIL>", "U024BE7LH")
    incident = replace(made_incident(brand="<!here>"), title="<@U0EVIL> *x*")
    shown = str(payload_of(escalated(incident, "step", HOUR, hostile, "zh"))["blocks"])
    assert shown.count("<@") == 1
    assert "<@U024BE7LH>" in shown
    assert "<!" not in shown


@pytest.mark.parametrize("stranger", ["!channel", "U1> <!here", "u024be7lh", "S0123456", ""])
def test_what_is_no_id_calls_nobody(stranger: str) -> None:
    """An id that is none of a user is left out."""
    message = replace(Message("zh", "x"), calls=(stranger,))
    assert "<" not in str(payload_of(message)["blocks"])


def test_who_is_on_duty_is_named_and_called_where_wanted() -> None:
    """An alert names the person; it calls the person only where it is asked to."""
    alert = compose(made_alert(), "zh")
    named = with_duty(alert, ZHANG, calls=False)
    assert named.summary[-1] == "值班：张三"
    assert named.calls == ()
    assert with_duty(alert, ZHANG, calls=True).calls == ("U024BE7LH",)


def test_a_call_is_kept_until_it_is_sent() -> None:
    """The ids are kept with the message; one that an older version wrote has none."""
    message = escalated(made_incident(), "step", HOUR, ZHANG, "zh")
    assert decoded(encoded(message)) == message
    before = encoded(message).replace(',"calls":["U024BE7LH"]', "")
    assert decoded(before).calls == ()
