"""Firm or word: short posts written for this project, each with the answer.

The settings are what a user would write: the brand's own words, and what its name means besides.
"""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.ambiguity import WindowError, Windows, features, shipped
from nlp.brands import BrandMatcher, BrandSettings
from nlp.normalise import fold, normalise
from nlp.training.ambiguity import WRITTEN, Case, cases

BRANDS = (
    BrandSettings(
        name="小米",
        ambiguous=("小米",),
        exclusions=("小米粥", "小米辣", "小米糕"),
        context_absent=("煮", "熬", "红枣", "杂粮", "南瓜"),
    ),
    BrandSettings(
        name="苹果",
        ambiguous=("苹果",),
        exclusions=("苹果汁", "苹果醋", "苹果树"),
        context_absent=("甜", "斤", "水果", "削皮"),
    ),
    # Names that are seldom anything else: it is said what speaks against them.
    BrandSettings(
        name="蔚来",
        ambiguous=("蔚来",),
        exclusions=("蔚来可期", "蔚来已来"),
        context_absent=("同学", "取名", "宝宝", "前程"),
    ),
    BrandSettings(
        name="海底捞",
        ambiguous=("海底捞",),
        exclusions=("海底捞针", "海底捞月", "海底捞起", "从海底捞"),
        context_absent=("渔民", "沉船", "潜水", "打捞", "文物", "残骸", "麻将"),
    ),
    BrandSettings(
        name="三只松鼠",
        ambiguous=("三只松鼠",),
        context_absent=("树", "尾巴", "森林", "动物园", "松果"),
    ),
    *(
        BrandSettings(name=name, ambiguous=(name,))
        for name in ("荣耀", "理想", "大众", "美的", "饿了么", "光明", "锤子", "飞猪")
    ),
)
KNOWN = {brand.name for brand in BRANDS if brand.context or brand.context_absent}


def _scores(half: list[Case], brands: tuple[BrandSettings, ...]) -> tuple[float, float]:
    """Return precision and recall of "the firm is meant"."""
    matchers = {brand.name: BrandMatcher([brand]) for brand in brands}
    given = [bool(matchers[case.alias].match(normalise(case.text))) for case in half]
    hits = sum(case.firm and got for case, got in zip(half, given, strict=True))
    return hits / sum(given), hits / sum(case.firm for case in half)


def test_cases_are_sound() -> None:
    """At least 200 posts hold their name, none twice; both halves have both answers."""
    written = cases()
    assert len({case.text for case in written}) == len(written) >= 200
    assert all(list(case.places()) for case in written)
    assert {case.alias for case in written} == {brand.name for brand in BRANDS}
    for wanted in (True, False):
        half = [case for case in written if case.is_development == wanted]
        assert len(half) >= 100
        assert min(sum(case.firm for case in half), sum(not case.firm for case in half)) >= 40


def test_no_case_is_learned_from() -> None:
    """The posts that the rule learns from are other ones than the held-out cases."""
    held_out = {case.text for case in cases() if not case.is_development}
    assert held_out.isdisjoint(case.text for case in cases(WRITTEN))


@pytest.mark.parametrize("development", [True, False])
def test_firms_are_told_from_words(*, development: bool) -> None:
    """Of the five brands with settings, precision and recall are at least 85% in each half."""
    half = [case for case in cases() if case.is_development == development]
    precision, recall = _scores([case for case in half if case.alias in KNOWN], BRANDS)
    assert precision >= 0.85
    assert recall >= 0.85


def test_a_name_of_ones_own_needs_no_context() -> None:
    """Names that came without any context words are told with 75% precision and 75% recall."""
    half = [case for case in cases() if not case.is_development and case.alias not in KNOWN]
    precision, recall = _scores(half, BRANDS)
    assert precision >= 0.75
    assert recall >= 0.75


def test_absent_context_overrules() -> None:
    """Near a word of `context_absent` an ambiguous name never counts."""
    brand = BrandSettings(
        name="苹果", ambiguous=("苹果",), context=("手机",), context_absent=("水果",)
    )
    matcher = BrandMatcher([brand])
    assert matcher.match(normalise("苹果手机的系统更新了"))
    assert not matcher.match(normalise("苹果手机的系统更新了，水果"))


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 10))
def test_any_window(text: str, start: int, length: int) -> None:
    """Any place of any text has finite odds, which what lies far away does not change."""
    folded = fold(text)
    start = min(start, len(folded))
    end = min(start + length, len(folded))
    odds = shipped().log_odds(folded, start, end)
    assert np.isfinite(odds)
    hidden = "远" * 40
    near = shipped().log_odds(hidden + folded + hidden, start + 40, end + 40)
    further = shipped().log_odds(f"x{hidden}{folded}{hidden}x", start + 41, end + 41)
    assert near == pytest.approx(further)


def test_features_name_their_side() -> None:
    """The same characters before and after a name are different features."""
    names = set(features("买了苹果", 2, 4))
    assert "<买了" in names
    assert ">买了" not in names
    assert not any(re.search("苹|果", name) for name in names)


def test_save_and_load(tmp_path: Path) -> None:
    """What is saved is loaded again; what is missing, damaged or something else is refused."""
    windows = Windows({"<买": 1.5, "~店": -0.25}, 0.5)
    windows.save(tmp_path / "window.npz")
    assert Windows.load(tmp_path / "window.npz") == windows
    with pytest.raises(WindowError, match="no weights at"):
        Windows.load(tmp_path / "none.npz")
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 damaged")
    with pytest.raises(WindowError, match="holds no weights"):
        Windows.load(tmp_path / "bad.npz")
    np.savez(
        tmp_path / "short.npz",
        names=np.frombuffer("甲\n乙".encode(), np.uint8),
        weights=np.zeros(1, np.float32),
        bias=0.0,
    )
    with pytest.raises(WindowError, match="wrong shape"):
        Windows.load(tmp_path / "short.npz")
