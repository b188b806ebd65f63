"""Numbers, names, links and text from the internet as a message shows them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.format import masked_name, number, one_line, percent, safe_link
from tests.alerts.hostile import HOSTILE


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (0, "0", "0"),
        (3.14, "3.1", "3.1"),
        (9.96, "10", "10"),
        (147.4, "147", "147"),
        (9_999, "9999", "9999"),
        (12_345, "1.2 万", "12.3k"),
        (2_100_000, "210 万", "2.1M"),
        (123_456_789, "1.2 亿", "123M"),
        (float("nan"), "?", "?"),
        (float("inf"), "?", "?"),
    ],
)
def test_numbers_are_short(value: float, chinese: str, english: str) -> None:
    """Numbers have the units of their language and no more digits than a reader needs."""
    assert (number(value, "zh"), number(value, "en")) == (chinese, english)


@pytest.mark.parametrize(
    ("share", "says"), [(1.0, "100%"), (0.999, "99%"), (0.714, "71%"), (0.0, "0%")]
)
def test_only_the_whole_is_a_hundred(share: float, says: str) -> None:
    """A share just below the whole is not rounded up to it."""
    assert percent(share) == says


@pytest.mark.parametrize(
    ("name", "shown"), [("王小明", "王**"), ("\u202e\x1b[31m李四", "[**"), ("  ", ""), ("", "")]
)
def test_names_are_masked(name: str, shown: str) -> None:
    """Of a name only the first visible character is shown."""
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://weibo.com/1/a?b=c&d=e", "https://weibo.com/1/a?b=c&d=e"),
        ("HTTPS://WEIBO.COM/1", "https://weibo.com/1"),
        ("http://weibo.com:8080/1", "http://weibo.com:8080/1"),
        ("https://weibo.com/a|b>c<d e", "https://weibo.com/a%7Cb%3Ec%3Cd%20e"),
        ("https://weibo.com/帖子", "https://weibo.com/%E5%B8%96%E5%AD%90"),
        ("https://例子.cn/", "https://xn--fsqu00a.cn/"),
        ("https://weibo.com@evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("https://", ""),
        ("https://a|b/", ""),
        ("https://weibo.com:port/", ""),
        ("https://[::1/", ""),
        ("//weibo.com/1", ""),
        ("https://weibo.com/" + "a" * 400, ""),
        ("", ""),
    ],
)
def test_only_honest_links_are_shown(url: str, link: str) -> None:
    """A link is http(s), in printable ASCII, and shows its true host; else there is none."""
    assert safe_link(url) == link


@given(HOSTILE, st.integers(2, 200))
def test_one_line_is_visible_and_short(text: str, limit: int) -> None:
    """Whatever comes in, one line of visible characters comes out, within the limit."""
    line = one_line(text, limit)
    assert len(line) <= limit
    line.encode()
    for character in line.replace("\u200d", ""):
        assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def test_towers_of_marks_are_levelled() -> None:
    """Combining marks that pile up over the lines above are dropped; ordinary accents stay."""
    assert one_line("e" + "\u0301" * 50 + "é", 100) == "e\u0301\u0301é"
