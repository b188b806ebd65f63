"""Aspect terms: both forms of file are read, terms count by exact span, the tagger learns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.training.aspects import terms
from nlp.training.aspects.corpus import micro_f1
from nlp.training.aspects.tagger import (
    BEGIN,
    INSIDE,
    OUTSIDE,
    AspectTagger,
    features,
    likeliest,
    spans_of,
    tags_of,
)

MASKED = ["$T$ 很 靓 ，音 质 差", "外 观", "Positive", "外 观 很 靓 ，$T$ 差", "音 质", "Negative"]
LISTED = (
    "\ufeff五 福 拼 盘 不 喜 欢 ，5 个####[((0, 3), (4, 6), 'NEG'), ((-1, -1), (4, 6), 'Positive')]"
)
TASTE = ("味道", "服务", "价格", "环境")
SAID = ("很好吃", "一般般", "太差了", "不错哦")


def test_masked_items_of_one_sentence_are_one() -> None:
    """Two items of three lines on one sentence give one sentence with two terms."""
    (one,) = terms.sentences_of(MASKED)
    assert one.text == "外观很靓，音质差"
    assert one.terms == {(0, 2): "positive", (5, 7): "negative"}


def test_listed_terms_by_tokens() -> None:
    """Places of tokens become places of characters; a term that is not in the text is none."""
    (one,) = terms.sentences_of([LISTED])
    assert one.text == "五福拼盘不喜欢，5个"
    assert one.terms == {(0, 4): "negative"}


def test_lines_of_no_form_are_refused() -> None:
    """A file that is cut off in an item is no set."""
    with pytest.raises(ValueError, match="three an item"):
        terms.sentences_of(MASKED[:4])


def test_the_clause_of_a_term() -> None:
    """The clause ends at the signs around the term."""
    assert terms.clause_of("外观很靓，音质差。真的", (5, 7)) == "音质差"
    assert terms.clause_of("外观很靓", (0, 2)) == "外观很靓"


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)), max_size=6))
def test_tags_and_spans_are_two_ways_to_say_it(drawn: list[tuple[int, int]]) -> None:
    """Spans that do not overlap come back from their tags."""
    spans: list[tuple[int, int]] = []
    for start, length in sorted(drawn):
        if not spans or start >= spans[-1][1]:
            spans.append((start, start + length))
    assert spans_of(tags_of(30, spans)) == frozenset(spans)


@given(st.text(max_size=40))
@settings(deadline=None)
def test_every_character_has_features(text: str) -> None:
    """However words are cut, each character has a row."""
    assert sum(1 for _ in features(text)) == len(text)


def test_no_term_lacks_its_beginning() -> None:
    """The likeliest tags never go inside from outside, whatever the characters say."""
    logs = np.log(np.array([[0.3, 0.2, 0.5], [0.2, 0.2, 0.6], [0.1, 0.1, 0.8]]))
    steps = np.zeros((3, 3))
    steps[OUTSIDE, INSIDE] = -np.inf
    assert likeliest(logs, steps) == [BEGIN, INSIDE, INSIDE]
    assert likeliest(logs[:0], steps) == []


def _reviews(numbers: range) -> list[terms.Sentence]:
    made = []
    for number in numbers:
        term, said = TASTE[number % 4], SAID[number // 4 % 4]
        before = "这家店的" * (number % 3)
        span = (len(before), len(before) + 2)
        made.append(terms.Sentence(f"{before}{term}{said}{number}", {span: "positive"}))
    return made


def test_what_was_learned_is_found() -> None:
    """On reviews of one make, the tagger and the lexicon find the terms; an empty text has none."""
    train, test = _reviews(range(60)), _reviews(range(60, 90))
    texts, truth = [one.text for one in test], [frozenset(one.terms) for one in test]
    assert micro_f1(truth, terms.by_tagger(train, texts)) > 0.95
    assert micro_f1(truth, terms.by_lexicon(train, texts)) > 0.95
    assert terms.by_tfidf(train, ["他说的这个投影仪"]) == [frozenset({(5, 8)})]
    tagger = AspectTagger([one.text for one in train], [frozenset(one.terms) for one in train])
    assert tagger.spans(["", texts[0]]) == [frozenset(), truth[0]]
    assert tagger.spans([""]) == [frozenset()]


def test_a_word_that_is_seldom_a_term_is_not_in_the_lexicon() -> None:
    """A term of the training that mostly stands there as no term is not looked for."""
    train = [*_reviews(range(8)), *(terms.Sentence(f"味道这个词{n}", {}) for n in range(9))]
    assert terms.by_lexicon(train, ["味道不错", "服务不错"]) == [frozenset(), {(0, 2)}]
