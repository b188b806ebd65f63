"""Which brands a text names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nlp.brands.matcher import (
    AliasConflict,
    BrandMatch,
    BrandMatcher,
    BrandSettings,
    alias_conflicts,
)
from nlp.text.normalise import Text, fold, normalise

BRANDS = (
    BrandSettings(name="小米", aliases=("xiaomi", "MI"), exclusions=("小米粥", "小米辣")),
    BrandSettings(
        name="苹果",
        aliases=("iPhone",),
        ambiguous=("苹果",),
        context=("手机", "电脑"),
        context_absent=("好吃",),
    ),
    BrandSettings(name="云朵果汁", aliases=("苹果汁",)),
    BrandSettings(name="TCL", aliases=("TCL电视",)),
    BrandSettings(name="Café A+"),
)
MATCHER = BrandMatcher(BRANDS)


def named(text: str) -> list[str]:
    return [match.brand for match in MATCHER.match(normalise(text))]


@pytest.mark.parametrize(
    ("text", "brands"),
    [
        ("小米真好", ["小米"]),
        ("喝小米粥", []),
        ("喝小米粥，用小米", ["小米"]),
        ("ＸＩＡＯＭＩ也行", ["小米"]),
        ("MIX不是，MI是", ["小米"]),
        ("admi不是", []),
        ("mi10是", ["小米"]),
        ("TCLX不是", []),
        ("ATCL电视不是", []),
        ("TCL55寸和TCL电视", ["TCL"]),
        ("蘋果手機壞了", ["苹果"]),
        ("苹果好吃", []),
        ("苹果手机好吃", []),
        ("苹果" + "很" * 31 + "手机", []),
        ("苹果" + "很" * 28 + "手机", ["苹果"]),
        ("iphone不用旁证", ["苹果"]),
        ("手机旁的苹果汁", ["云朵果汁"]),
        ("在CAFÉ A+等人", ["Café A+"]),
        ("小米和TCL和小米", ["小米", "TCL"]),
        ("", []),
    ],
)
def test_named(text: str, brands: list[str]) -> None:
    """A brand is named by a whole alias that is not part of something else."""
    assert named(text) == brands


def test_quoted() -> None:
    """A brand is quoted if it stands in no own word; places are those of the displayed text."""
    text = normalise("小米也是//@甲:TCL和小米")
    assert MATCHER.match(text) == [
        BrandMatch("小米", quoted=False, spans=((0, 2), (14, 16))),
        BrandMatch("TCL", quoted=True, spans=((10, 13),)),
    ]
    assert [text.display[start:end] for start, end in ((0, 2), (14, 16), (10, 13))] == [
        "小米",
        "小米",
        "TCL",
    ]


def test_alias_inside_a_word_hides_nothing() -> None:
    """An alias that does not count, inside a longer word, does not swallow one that does."""
    matcher = BrandMatcher([BrandSettings(name="b小米"), BrandSettings(name="小米")])
    assert [match.brand for match in matcher.match(Text("ab小米", ""))] == ["小米"]


def test_many_brands() -> None:
    """Two thousand brands with ten aliases each are kept apart."""
    brands = [
        BrandSettings(name=f"牌子{n}号", aliases=tuple(f"别名{n}之{i}终" for i in range(10)))
        for n in range(2000)
    ]
    found = BrandMatcher(brands).match(Text("牌子12号和别名1999之7终，别名3之10终", ""))
    assert [match.brand for match in found] == ["牌子12号", "牌子1999号"]


def test_no_brands() -> None:
    """Without brands nothing is found."""
    assert BrandMatcher([]).match(Text("小米", "")) == []


def naive(aliases: dict[str, str], text: str) -> dict[str, list[tuple[int, int]]]:
    """Walk through the text and take the longest alias that stands alone at each place."""

    def inside(left: str, right: str) -> bool:
        return (left.isdecimal() and right.isdecimal()) or (
            left.isascii() and left.isalpha() and right.isascii() and right.isalpha()
        )

    found: dict[str, list[tuple[int, int]]] = {}
    at = 0
    while at < len(text):
        fitting = [
            alias
            for alias in aliases
            if text.startswith(alias, at)
            and not inside(text[at - 1 : at], alias[0])
            and not inside(alias[-1], text[at + len(alias) : at + len(alias) + 1])
        ]
        if fitting:
            alias = max(fitting, key=len)
            found.setdefault(aliases[alias], []).append((at, at + len(alias)))
            at += len(alias)
        else:
            at += 1
    return found


LETTERS = st.sampled_from("甲乙丙ab1 ")
ALIASES = st.text(LETTERS, min_size=1, max_size=4).map(str.strip).filter(bool)


@given(st.lists(ALIASES, unique=True, max_size=8), st.text(LETTERS, max_size=30))
def test_same_as_naive(aliases: list[str], text: str) -> None:
    """The automaton finds what walking through the text alias by alias finds."""
    aliases = list(dict.fromkeys(" ".join(alias.split()) for alias in aliases))
    matcher = BrandMatcher([BrandSettings(name=alias) for alias in aliases])
    found = {match.brand: list(match.spans) for match in matcher.match(Text(text, ""))}
    assert found == naive({fold(alias): alias for alias in aliases}, text)


@given(st.text(), st.text())
def test_any_text(own: str, quoted: str) -> None:
    """Any text is taken, and spans lie in its display."""
    text = Text(own, quoted)
    for match in MATCHER.match(text):
        assert all(0 <= start < end <= len(text.display) for start, end in match.spans)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": " "}, "visible character"),
        ({"name": "甲", "aliases": ["\u200b"]}, "visible character"),
        ({"name": "甲", "ambiguous": ["乙"], "context": ["丙"]}, "neither name nor alias: 乙"),
        ({"name": "甲", "alias": ["乙"]}, "Extra inputs"),
    ],
)
def test_bad_settings(fields: dict[str, object], problem: str) -> None:
    """Settings that cannot work are refused with the reason."""
    with pytest.raises(ValidationError, match=problem):
        BrandSettings.model_validate(fields)


def test_conflicts() -> None:
    """The same alias at two brands, however it is written, is a conflict; so is the same name."""
    brands = [
        BrandSettings(name="甲", aliases=("ＴＣＬ", "蘋果")),
        BrandSettings(name="乙", aliases=("tcl", "TCL")),
        BrandSettings(name="丙", aliases=("苹果汁",)),
        BrandSettings(name="甲"),
    ]
    assert alias_conflicts(brands) == [
        AliasConflict("甲", ("甲", "甲")),
        AliasConflict("tcl", ("甲", "乙")),
    ]
