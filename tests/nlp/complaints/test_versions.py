"""Models and versions: what names one, what only looks like it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.complaints.versions import version_key, versions


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我的iPhone 15 Pro发烫", ("iPhone 15 Pro",)),
        ("85X12花屏，换了55Q10E还是花屏", ("85X12", "55Q10E")),
        ("升级到iOS 17.2以后掉电快", ("iOS 17.2",)),
        ("更新v2.3.1就闪退", ("v2.3.1",)),
        ("2023款比二代还差", ("2023款", "二代")),
        ("CX-5和cx-5是一个，CX 5不知道", ("CX-5", "CX 5")),
        ("Mate60和mate60", ("Mate60",)),
    ],
)
def test_named(text: str, found: tuple[str, ...]) -> None:
    """Codes, names with a number, versions and generations are found, each once, as written."""
    assert versions(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "65寸的4K电视，10000mAh，120Hz，8GB",
        "5G信号不好，H5页面打不开，TOP10里没有",
        "一代人的回忆，打了12315，等了3天，花了199",
        "N95口罩和mp3",
        "",
    ],
)
def test_not_named(text: str) -> None:
    """Measures, codes of anything, and numbers are no models."""
    assert versions(text) == ()


def test_one_model_however_written() -> None:
    """Blanks and capitals make no other model."""
    assert version_key("iPhone 15 Pro") == version_key("IPHONE15PRO")


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text(text: str) -> None:
    """Any text is taken; what is found stands in it."""
    for version in versions(text):
        assert version in text
