"""Firm or word: short posts written for this project, each with the answer.

The settings are what a user would write: the brand's own words, and what its name means besides.
"""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.brands.ambiguity import WindowError, Windows, features, shipped
from nlp.brands.matcher import BrandMatcher, BrandSettings
from nlp.text.normalise import fold, normalise
from nlp.training.ambiguity.fit import WRITTEN, Case, cases

SETTINGS = tomllib.loads(
    (Path(__file__).parents[1] / "labels" / "ambiguity_brands.toml").read_text(encoding="utf-8")
)
BRANDS = tuple(BrandSettings.model_validate(brand) for brand in SETTINGS["brands"])
KNOWN = {brand.name for brand in BRANDS if brand.context_absent}


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
def test_firms_are_separated_from_words(*, development: bool) -> None:
    """Of the five brands with settings, precision is at least 95% and recall 85% in each half."""
    half = [case for case in cases() if case.is_development == development]
    precision, recall = _scores([case for case in half if case.alias in KNOWN], BRANDS)
    assert precision >= 0.95
    assert recall >= 0.85


def test_a_name_of_ones_own_needs_no_context() -> None:
    """Names that came without any context words have 80% precision and 80% recall."""
    half = [case for case in cases() if not case.is_development and case.alias not in KNOWN]
    precision, recall = _scores(half, BRANDS)
    assert precision >= 0.8
    assert recall >= 0.8


def test_absent_context_overrules() -> None:
    """Near a word of `context_absent` an ambiguous name never counts."""
    brand = BrandSettings(
        name="苹果", ambiguous=("苹果",), context=("手机",), context_absent=("水果",)
    )
    matcher = BrandMatcher([brand])
    assert matcher.match(normalise("苹果手机的系统更新了"))
    assert not matcher.match(normalise("苹果手机的系统更新了，水果"))


def test_a_likely_word_speaks_for_the_brand_and_is_not_required() -> None:
    """Near a word of `context_likely` a doubtful name counts; without one the rest decides."""
    plain = BrandSettings(name="理想", ambiguous=("理想",))
    text = normalise("成绩不太理想，换挡以后好些")
    for words, meant in ((), False), (("换挡",), True), (("车主",), False):
        brand = plain.model_copy(update={"context_likely": words})
        assert bool(BrandMatcher([brand]).match(text)) == meant
        assert BrandMatcher([brand]).match(normalise("理想汽车回应车主投诉"))


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
