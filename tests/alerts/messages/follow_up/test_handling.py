"""Who has an incident and how it ended, in messages of both languages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.messages.compose import compose, present
from alerts.messages.follow_up.handling import reply, with_handling
from records import Change, Handling, Level
from tests.alerts.made import OPENED, made_alert, made_incident
from tests.alerts.messages.made import made_end, made_opening, made_operational

AT = OPENED + timedelta(minutes=20)
CLAIMED = Handling(status="claimed", owner="李雷", owned_at=AT)
ENDS = ("resolved", "false_alarm", "not_us", "merged")


def made_handlings() -> Iterator[Handling]:
    """Yield a way of handling for each word that there is."""
    yield CLAIMED
    for status in ENDS:
        yield Handling(status, by="韩梅梅", at=AT, cause="门店已道歉", merged_into="别的@1")
    yield replace(CLAIMED, level=Level.RED, level_by="王芳", silenced_until=AT + timedelta(days=1))


@pytest.mark.parametrize("handling", [*made_handlings()], ids=lambda one: one.status)
@pytest.mark.parametrize("made", [made_opening, made_end, made_operational])
def test_present_shows_who_and_how(handling: Handling, made: object) -> None:
    """The first message names the owner, or who ended it and how, whatever it is about."""
    alert = with_handling(made(), handling)  # type: ignore[operator]
    message = present(alert, "zh")
    assert (handling.by or handling.owner) in message.plain()
    assert "未认领" not in message.plain()
    assert message.recovered is (handling.is_ended or alert.change is Change.RECOVERED)


def test_level_by_hand_is_the_message_s_level() -> None:
    """A level set by hand gives the message its level, its sign and its steps."""
    handling = replace(CLAIMED, level=Level.RED, level_by="王芳")
    message = compose(with_handling(made_alert(), handling), "zh")
    assert message.level is Level.RED
    assert message.title.startswith("🔴 红")
    assert "王芳 手动定级" in message.plain()


def test_silence_is_shown_while_it_holds() -> None:
    """The end of a silence is shown until then."""
    alert = made_alert()
    holds = replace(CLAIMED, silenced_until=alert.at + timedelta(hours=1))
    over = replace(CLAIMED, silenced_until=alert.at - timedelta(minutes=1))
    assert "静默至" in present(with_handling(alert, holds), "zh").plain()
    assert "静默至" not in present(with_handling(alert, over), "zh").plain()


@pytest.mark.parametrize(
    ("handling", "zh", "en"),
    [
        (CLAIMED, "云朵茶饮：李雷 已认领", "云朵茶饮: 李雷 has it"),
        (
            Handling("resolved", by="韩梅梅", at=AT, cause="已退款"),
            "云朵茶饮：韩梅梅 已解决：已退款",
            "云朵茶饮: 韩梅梅 resolved it: 已退款",
        ),
    ],
)
def test_reply_is_one_line(handling: Handling, zh: str, en: str) -> None:
    """A channel that cannot edit gets one line, and how to see more."""
    incident = made_incident()
    assert reply(incident, handling, "zh").title == zh
    message = reply(incident, handling, "en")
    assert message.title == en
    assert incident.key in message.plain()


def test_names_and_causes_are_one_visible_line() -> None:
    """Line breaks, bidirectional marks and endless words of people change no other line."""
    cause = "一\n二\u202e三" + "长" * 500
    handling = Handling("resolved", by="李\r\n雷\u2066", at=AT, cause=cause)
    for message in (
        reply(made_incident(), handling, "zh"),
        present(with_handling(made_alert(), handling), "zh"),
    ):
        assert "\u202e" not in message.plain()
        assert "李 雷" in message.plain()
        assert "一 二三长" in message.plain()
        assert "长" * 100 not in message.plain()
