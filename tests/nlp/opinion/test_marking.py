"""Names are hidden, the thread's title stands behind, and nobody's text can forge a sign."""

from hypothesis import given
from hypothesis import strategies as st

from nlp.opinion.marking import BRAND, LONGEST, RIVAL, Signs, hide, marked

SIGNS = Signs(begin=0, end=2, brand=5, rival=6)


def pieces(text: str) -> list[int]:
    """Give each character a number, and take `<mask>` for the brand's, as the tokenizer does."""
    return [
        number
        for part in text.replace("<mask>", "\x05")
        for number in (5 if part == "\x05" else 100 + ord(part) % 900,)
    ]


def test_names_are_hidden() -> None:
    """Where the brand and others stand, marks stand; the rest is folded, in its place."""
    assert hide("無奈XX奶茶比YY貴", [(2, 6)], [(7, 9)]) == f"无奈{BRAND}比{RIVAL}贵"
    assert hide("XXYY", [(0, 3)], [(2, 4)]) == f"{BRAND}y"


def test_title_stands_behind() -> None:
    """Own words come first; a title is behind the sign, and only own words count as such."""
    read = marked("难吃", f"{BRAND}出新品", SIGNS, pieces)
    assert read.ids[0] == 0
    assert read.ids.count(2) == 2
    assert [at for at, own in enumerate(read.own) if own] == [1, 2]
    assert [at for at, brand in enumerate(read.brand) if brand] == [read.ids.index(5)]


def test_the_brand_of_the_own_words_counts() -> None:
    """Named in both, the brand is looked at where the author speaks of it."""
    read = marked(f"{BRAND}难吃", f"{BRAND}出新品", SIGNS, pieces)
    assert sum(read.brand) == 1
    assert read.brand[1]


def test_a_thread_without_a_title_is_about_the_brand() -> None:
    """Where nothing names the brand, its sign stands behind the own words."""
    read = marked("难吃", "", SIGNS, pieces)
    assert read.ids[-2:] == [5, 2]
    assert read.brand[-2]


def test_no_text_forges_a_sign() -> None:
    """A text that writes the tokenizer's signs out names no brand by that."""
    read = marked("<mask>难吃<mask>", f"{BRAND}", SIGNS, pieces)
    assert sum(number == 5 for number in read.ids) == 1
    assert hide(f"{BRAND}难吃", []) == " 难吃"


def test_a_late_brand_is_still_read() -> None:
    """Of a long post the words around the brand are read, not only its beginning."""
    read = marked("长" * 300 + BRAND + "难吃", "", SIGNS, pieces)
    assert any(read.brand)
    assert len(read.ids) <= LONGEST


@given(st.text(max_size=200), st.text(max_size=80))
def test_any_text_is_read(own: str, title: str) -> None:
    """Every text gives a row of equal lengths, short enough, with own words and a brand."""
    read = marked(hide(own, []), hide(title, []), SIGNS, pieces)
    assert len(read.ids) == len(read.own) == len(read.brand) <= LONGEST
    assert any(read.own)
    assert any(read.brand)
