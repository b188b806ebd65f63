"""Rules of emerging terms."""

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.dedup.distinct import OwnText
from nlp.topics.emerging import Limits, Terms, find_emerging

USUAL = ("味道", "门店", "排队", "好喝", "价格", "包装", "服务员", "周末", "朋友", "奶茶")
NO_LIMITS = Limits(authors=1, z=-math.inf, times=0)


def talk(prefix: str, count: int, word: str = "", seed: int = 1) -> list[OwnText]:
    """Return texts of common words by as many authors, each with `word`."""
    draw = random.Random(seed)
    return [
        OwnText(f"{prefix}{number}", "，".join((*draw.sample(USUAL, 4), word)))
        for number in range(count)
    ]


PAST = talk("p", 300)


def test_a_new_term_stands_first() -> None:
    """What many say and nobody had said is new, with its counts and a passage of a post."""
    first, *rest = find_emerging([*talk("r", 60), *talk("n", 20, "异物")], PAST)
    assert (first.term, first.authors, first.texts, first.before) == ("异物", 20, 20, 0)
    assert first.is_new
    assert not first.is_found
    assert "异物" in first.sample
    assert rest == []


def test_five_authors() -> None:
    """One author who says a word in a hundred posts does not make it emerge; five authors do."""
    loud = [OwnText("one", f"异物，{own.text}") for own in talk("n", 100)]
    assert find_emerging([*talk("r", 60), *loud], PAST) == []
    assert find_emerging([*talk("r", 60), *talk("n", 4, "异物")], PAST) == []
    [found] = find_emerging([*talk("r", 60), *talk("n", 5, "异物")], PAST)
    assert found.term == "异物"


def test_what_is_usual_does_not_emerge() -> None:
    """The same talk as ever has no terms, and neither has a brand without a past."""
    assert find_emerging(talk("r", 200, seed=2), PAST) == []
    assert find_emerging(talk("r", 200, "异物"), []) == []


def test_more_than_ever_is_rising() -> None:
    """A term of the past that people use many times as often rises; it is not new."""
    past = [*PAST, *talk("o", 6, "异物")]
    [found] = find_emerging([*talk("r", 60), *talk("n", 30, "异物")], past)
    assert (found.term, found.before, found.is_new) == ("异物", 6, False)
    assert 0 < found.expected < 6


def test_log_odds_are_those_of_the_paper() -> None:
    """Log-odds, error and z follow equations 16, 20 and 22 of Monroe, Colaresi and Quinn."""
    recent = [
        *[OwnText(f"r{n}", "门店") for n in range(30)],
        *[OwnText(f"x{n}", "异物") for n in range(10)],
    ]
    past = [
        *[OwnText(f"p{n}", "门店") for n in range(90)],
        *[OwnText(f"y{n}", "异物") for n in range(5)],
    ]
    found = {term.term: term for term in find_emerging(recent, past, limits=NO_LIMITS)}
    prior = 0.5 + 500 * 15 / 135
    delta = math.log((10 + prior) / (40 + 500 - 10)) - math.log((5 + prior) / (95 + 500 - 5))
    assert math.isclose(found["异物"].log_odds, delta)
    assert math.isclose(found["异物"].z, delta / math.sqrt(1 / (10 + prior) + 1 / (5 + prior)))
    assert math.isclose(found["异物"].expected, 5 * 40 / 95)


def test_new_words_are_terms() -> None:
    """A word that the dictionary does not know is a term where it stands, and hides its parts."""
    recent = [*talk("r", 60), *talk("n", 20, "绒芙娜糖")]
    assert "绒芙娜糖" not in {term.term for term in find_emerging(recent, PAST)}
    [found] = find_emerging(recent, PAST, ["绒芙娜糖", "绒芙"])
    assert (found.term, found.is_found, found.authors) == ("绒芙娜糖", True, 20)


def test_the_brand_itself_is_no_term() -> None:
    """What is left out never emerges, however it is written."""
    recent = [*talk("r", 60), *talk("n", 20, "YUNDUO")]
    assert [term.term for term in find_emerging(recent, PAST)] == ["yunduo"]
    assert find_emerging(recent, PAST, left_out=["Yunduo"]) == []


def test_terms_of_a_text() -> None:
    """Stop words, numbers, single characters, laughs and what is clicked are no terms."""
    assert Terms().of("the味道 12315 哈哈哈 好 #异物# @某人 [怒] VIP") == {"味道", "vip"}


TEXTS = st.lists(
    st.tuples(
        st.sampled_from("abcdefg"), st.text("异物门店\ud800#@[]\x1b[2J \n\x00a的", max_size=20)
    ),
    max_size=20,
)


@given(TEXTS, TEXTS, st.lists(st.text("异物门\ud800 ", max_size=3), max_size=3))
@settings(deadline=None)
def test_any_text(
    recent: list[tuple[str, str]], past: list[tuple[str, str]], new_words: list[str]
) -> None:
    """Any text is taken; every term has authors, finite figures and a sample without controls."""
    now, then = ([OwnText(*pair) for pair in pairs] for pairs in (recent, past))
    for term in find_emerging(now, then, new_words, limits=Limits(authors=2, z=-99, times=0)):
        assert term.authors >= 2
        assert math.isfinite(term.z)
        assert "\x1b" not in term.sample
        assert term.is_new == (term.before == 0)
