"""What a hot list's title reports."""

import pytest

from nlp.topics.headlines import TROUBLE, reports_trouble, tells_of_trouble


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


@pytest.mark.parametrize(
    ("text", "is_news"),
    [
        ("【云朵茶饮被立案】市监局今日进驻。", True),
        ("#云朵茶饮回应异物# 云朵的客服承认杯中有虫", True),
        ("点进来吃瓜 #云朵茶饮回应异物# 人生如旅途", False),
        ("近日，有网友发帖称在云朵茶饮的杯中见到虫子。", True),
        ("据市场监督管理局消息，云朵两批次产品不合格。", True),
        ("【云朵新店开业】现场人气很旺，首日送出千杯。", False),
        ("#云朵茶饮联名# 杯子太好看了", False),
        ("今天的云朵难喝，骗人的", False),  # a customer's own words, no news
        ("", False),
    ],
)
def test_news_of_trouble_is_read_by_title_topic_or_opening(text: str, is_news: bool) -> None:
    """News of trouble is known by its title, its topic or how it begins; a mood is no news."""
    assert reports_trouble(text) is is_news
