"""A further brand of an industry's story, in one line."""

from dataclasses import replace

import pytest

from alerts.messages.follow_up.part import part_message
from records import Level, Link
from records.language import Language
from tests.alerts.made import made_alert, made_incident


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", ("同一话题也涉及「晨曦」", "3 个品牌的同一话题")),
        ("en", ("about 晨曦 too", "One story of 3 brands")),
    ],
)
def test_a_part_is_named_with_its_numbers(language: Language, said: tuple[str, ...]) -> None:
    """The line names the brand and its level, and of how many brands the story is."""
    links = (Link("山谷@1", "山谷", Level.BLUE), Link("晨曦@1", "晨曦", Level.BLUE))
    head = replace(made_incident(Level.RED), links=links)
    part = made_alert(incident=made_incident(Level.YELLOW, brand="晨曦"))
    message = part_message(part, head, language)
    assert all(one in message.plain() for one in said)
    assert message.level is Level.YELLOW


def test_a_hostile_brand_stays_one_line() -> None:
    """What stands for a brand is one line without control characters."""
    part = made_alert(incident=made_incident(brand="a\x1b[31m\nb\u202ec"))
    title = part_message(part, made_incident(), "zh").title
    assert title.isprintable()
