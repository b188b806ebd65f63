"""What a hot list's title reports."""

import pytest

from nlp.topics.headlines import TROUBLE, tells_of_trouble


@pytest.mark.parametrize(
    ("title", "trouble"),
    [
        ("云朵茶饮就异物事件致歉", True),
        ("云朵茶饮回应喝出蟑螂", True),
        ("晨曦汽车召回3万辆", True),
        ("市监局约谈晨曦", True),
        ("网曝云朵后厨乱象", True),
        ("晨曦客服称正在调查", True),
        ("云朵茶饮 联名", False),
        ("晨曦新车售价", False),
        ("云朵茶饮上市首日股价", False),
        ("", False),
    ],
)
def test_trouble_is_detected_by_its_words(title: str, trouble: bool) -> None:
    """Apologies, answers and accusations mean trouble; news and advertising do not."""
    assert tells_of_trouble(title) == trouble


def test_trouble_is_negative_and_not_certain() -> None:
    """The score of such a title is a probability: negative, and below one."""
    assert TROUBLE.label == "negative"
    assert sum(TROUBLE) == pytest.approx(1)
    assert TROUBLE.confidence < 0.9
