"""Harm to people is harm to a body that happened."""

import pytest

from nlp.topics.harm import harms_people


@pytest.mark.parametrize(
    "text",
    [
        "喝完拉肚子，必须赔偿",
        "孩子吃了上吐下泻进急诊",
        "手被划伤缝了四针",
        "用了一次满脸起疹子",
        "刹车失灵，车上两人受了伤",
        "食物中毒住院三天",
    ],
)
def test_harm_is_found(text: str) -> None:
    """Plain words for what happened to a body are found."""
    assert harms_people(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "一条虫而已又吃不死人",
        "喝出一条虫子，恶心死了",
        "还好没有受伤",
        "幸好没拉肚子",
        "差点烫伤",
        "万一食物中毒谁负责",
        "笑到肚子都大了",
    ],
)
def test_what_did_not_happen_is_none(text: str) -> None:
    """What was denied, feared or nearly happened, and disgust, are no harm to people."""
    assert not harms_people(text)
