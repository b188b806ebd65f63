"""Numbers, times and links as pages show them."""

from datetime import timedelta

import pytest

from fengsui.views import shown
from records.language import Language


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [(0, "0", "0"), (9999, "9999", "9999"), (12_345, "1.2万", "12.3k"), (3e8, "3亿", "300M")],
)
def test_counts_are_short(value: float, zh: str, en: str) -> None:
    """From ten thousand on a count is shortened, in Chinese without a space."""
    assert (shown.count(value, "zh"), shown.count(value, "en")) == (zh, en)


@pytest.mark.parametrize(("value", "words"), [(0.2, "<1"), (0.95, "1"), (6.7, "7")])
def test_baselines_are_whole(value: float, words: str) -> None:
    """What is usual is a whole number; next to none is less than one, never zero."""
    assert shown.usual(value, "zh") == words


@pytest.mark.parametrize(
    ("span", "language", "words"),
    [
        (timedelta(seconds=5), "zh", "刚刚"),
        (timedelta(minutes=5), "zh", "5 分钟前"),
        (timedelta(hours=26), "zh", "1 天前"),
        (timedelta(hours=2), "en", "2 h ago"),
    ],
)
def test_ages_have_one_unit(span: timedelta, language: Language, words: str) -> None:
    """An age has its largest unit."""
    assert shown.age(span, language) == words


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x", "https://a@b/c"])
def test_only_web_addresses_are_links(url: str) -> None:
    """What is no plain http(s) address is no link."""
    assert shown.link(url) == ""
