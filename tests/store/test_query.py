"""Rules of the language of searches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.query import (
    DEEPEST,
    LONGEST,
    MOST_WORDS,
    All,
    Either,
    Lacking,
    Phrase,
    Query,
    QueryError,
    leaves_out,
    parse,
)
from store.sqlite.search import matching
from store.tokens import tokens


def asked(text: str) -> Query:
    return parse(text, tokens)


def word(text: str) -> Phrase:
    return Phrase(tuple(text))


REFUND, HELP, ADVERT = word("退款"), word("客服"), word("广告")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("退款", REFUND),
        ("退款 AND 客服", All((REFUND, HELP))),
        ("退款 客服", All((REFUND, HELP))),
        ("退款　客服", All((REFUND, HELP))),
        ("退款 & 客服", All((REFUND, HELP))),
        ("退款 and 客服 Or 广告", Either((All((REFUND, HELP)), ADVERT))),
        ("退款 ＯＲ 客服", Either((REFUND, HELP))),
        ("退款|客服", Either((REFUND, HELP))),
        ("退款 （客服 or 广告）", All((REFUND, Either((HELP, ADVERT))))),
        ("退款 NOT 广告", All((REFUND, Lacking(ADVERT)))),
        ("退款 and not 广告", All((REFUND, Lacking(ADVERT)))),
        ("退款 -广告", All((REFUND, Lacking(ADVERT)))),
        ("退款 －（广告 客服）", All((REFUND, Lacking(All((ADVERT, HELP)))))),
        ("NOT NOT 退款", Lacking(Lacking(REFUND))),
        ('"退款 客服"', Phrase(("退", "款", "·", "客", "服"))),
        ("「退款」客服", All((REFUND, HELP))),
        ("“退款”AND“客服”", All((REFUND, HELP))),
        ("coca-cola", Phrase(("coca", "cola"))),
        ("at&t", Phrase(("at", "t"))),
        ("iphone15", Phrase(("iphone", "15"))),
        ('"and"', Phrase(("and",))),
        ("((退款))", REFUND),
        ("NOT (广告 OR NOT 退款)", Lacking(Either((ADVERT, Lacking(REFUND))))),
    ],
)
def test_what_is_typed_is_what_is_asked(text: str, query: Query) -> None:
    """Words, operators, quotes and parentheses of either width mean the same query."""
    assert asked(text) == query


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("退款 AND", 4, "missing after AND"),
        ("OR 退款", 1, "missing before OR"),
        ("退款 OR OR 客服", 7, "missing before OR"),
        ("(退款", 1, "( is not closed"),
        ("退款 客服)", 6, "no ( was opened"),
        ("()", 2, "missing before )"),
        ('退款 "客服', 4, "quote is not closed"),
        ("！！", 1, "nothing here can be searched for"),
        ("退款 - 客服", 4, "nothing here can be searched for"),
        ("NOT 广告", 1, "left out"),
        ("退款 OR NOT 广告", 1, "left out"),
        ("not", 1, "missing after not"),
    ],
)
def test_errors_name_the_place(text: str, place: int, said: str) -> None:
    """What cannot be understood is refused in one line with the character where it stands."""
    with pytest.raises(QueryError, match=rf"character {place}: ") as refused:
        asked(text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (" 　\t", "empty"),
        ("词" * (LONGEST + 1), "characters"),
        ("词 " * (MOST_WORDS + 1), "words"),
        ("(" * (DEEPEST + 1) + "词" + ")" * (DEEPEST + 1), "inside each other"),
        ("NOT " * (DEEPEST + 1) + "词", "inside each other"),
    ],
)
def test_what_is_too_much_or_nothing_is_refused(text: str, said: str) -> None:
    """An empty, too long, too wide or too deep search is refused and says so."""
    with pytest.raises(QueryError, match=said):
        asked(text)


@given(
    st.text(
        alphabet=st.sampled_from('退款客服ab1 ()"|&-“”（）ANDORNOT\x00\ud800*:^{}\\'), max_size=40
    )
)
def test_any_text_is_a_query_or_an_error(text: str) -> None:
    """Whatever is typed gives a query that finds something named, or a QueryError in one line."""
    said = ""
    try:
        query = asked(text)
    except QueryError as error:
        said = str(error)
    else:
        assert not leaves_out(query)
    assert "\n" not in said


def test_operators_of_a_server_are_letters_and_marks() -> None:
    """What other query languages read as commands comes out as tokens without any mark."""
    for text in ('brand:"x" NEAR(a b)', "a* ^b {c} rowid", 'x"; DROP TABLE posts"', "a\\b/c"):
        for phrase in phrases(asked(text)):
            assert all(token.isalnum() or token == "·" for token in phrase.tokens)


def phrases(query: Query) -> list[Phrase]:
    match query:
        case Phrase():
            return [query]
        case Lacking(part):
            return phrases(part)
        case All(parts) | Either(parts):
            return [phrase for part in parts for phrase in phrases(part)]


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("退款", '"退 款"'),
        ("退款 客服 -广告", '(("退 款" AND "客 服") NOT "广 告")'),
        ("退款 (客服 OR NOT 广告)", '("退 款" NOT ("广 告" NOT "客 服"))'),
        ("退款 -(广告 -客服)", '("退 款" NOT ("广 告" NOT "客 服"))'),
        ("NOT (NOT 退款 OR NOT 客服)", '("退 款" AND "客 服")'),
    ],
)
def test_fts5_gets_an_equal_expression(text: str, expression: str) -> None:
    """De Morgan's laws express what FTS5 cannot."""
    assert matching(asked(text)) == expression
