"""Rules of what a text is searched by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.tokens import tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("要退款", ["要", "退", "款"]),
        ("退，款", ["退", "·", "款"]),
        ("退 款……客", ["退", "·", "款", "·", "客"]),
        ("，退款。", ["退", "款"]),
        ("iphone 15pro max", ["iphone", "15", "pro", "max"]),
        ("买 iphone，15", ["买", "iphone", "15"]),
        ("café naïve", ["café", "naïve"]),
        ("привет!", ["привет"]),
        ("サービス", ["サ", "ー", "ビ", "ス"]),
        ("고객 센터", ["고", "객", "·", "센", "터"]),
        ("怒😡了", ["怒", "😡", "了"]),
        ("a_b-c.d", ["a", "b", "c", "d"]),
        ("\u0130", ["i"]),
        ("x" * 150, ["x" * 64, "x" * 64, "x" * 22]),
        ("1" * 70, ["1" * 64, "1" * 6]),
        ("\x00\ud800\ufeff ，", []),
        ("", []),
    ],
)
def test_characters_and_words_in_order(text: str, found: list[str]) -> None:
    """Characters stand alone, alphabets make words, and marks part characters."""
    assert tokens(text) == found


@given(st.text(max_size=60))
def test_tokens_survive_every_server(text: str) -> None:
    """No token is empty, long, blank anywhere, a mark of ASCII, or half a surrogate pair."""
    for token in tokens(text.lower()):
        assert 0 < len(token) <= 64
        assert not any(char.isspace() or (char < "\x80" and not char.isalnum()) for char in token)
        token.encode()


@given(st.lists(st.sampled_from("退款客服电话打不通"), min_size=1, max_size=12), st.data())
def test_a_part_of_a_run_is_found_in_it(run: list[str], data: st.DataObject) -> None:
    """The tokens of any part of a run of characters stand together among those of the run."""
    begin = data.draw(st.integers(0, len(run) - 1))
    end = data.draw(st.integers(begin + 1, len(run)))
    text = "".join(run)
    assert " ".join(tokens(text[begin:end])) in " ".join(tokens(f"ab，{text}。"))
