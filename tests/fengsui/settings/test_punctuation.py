"""Rules of full-width signs in TOML: each gets its sentence, with line and column."""

from pathlib import Path

import pytest

from fengsui.settings.application import SettingsError, parse
from fengsui.settings.punctuation import NEEDED, misplaced

FINE = '# “注释”，可以\nname = "云朵，「茶」饮"\nmore = """\n多行“文字”，\n""" # ，\n'


@pytest.mark.parametrize(
    ("line", "column", "sign", "needed"),
    [
        ("name = “云朵”", 8, "“", '"'),
        ('name ＝ "云朵"', 6, "＝", "="),
        ('aliases = ["甲"，"乙"]', 15, "，", ","),
        ('aliases = ["甲"、"乙"]', 15, "、", ","),
        ("【brands】", 1, "【", "["),
        ("［［brands］］", 1, "［", "["),
        ("name = ‘云朵’", 8, "‘", "'"),
        ('name = "云朵”', 11, "”", '"'),
        ("name = '云朵’", 11, "’", "'"),
        ('name： "云朵"', 5, "：", "="),
        ("tick_minutes = ５", 16, "５", None),
        ("名字 = 3", 1, "名", None),
        ('name = "a\\"b" ，', 15, "，", ","),
    ],
)
def test_the_sign_is_found(line: str, column: int, sign: str, needed: str | None) -> None:
    """The first sign that is not ASCII outside of texts and comments is found where it stands."""
    found = misplaced(FINE + line + "\n")
    assert found == (6, column, sign, needed)


def test_texts_and_comments_may_hold_anything() -> None:
    """Full-width signs within quotes and in comments are no fault."""
    assert misplaced(FINE) is None


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", 'fengsui.toml:3:8: the full-width sign “ stands where TOML needs " '),
        ("zh", 'fengsui.toml:3:8: 这里是全角的 “，TOML 要用半角的 "（英文输入法）'),
    ],
)
def test_the_error_is_a_sentence(language: str, said: str) -> None:
    """The error says which sign stands where, and which TOML needs, in the file's language."""
    with pytest.raises(SettingsError) as caught:
        parse(f'language = "{language}"\n[[brands]]\nname = “云朵”\n', Path("fengsui.toml"))
    assert str(caught.value).startswith(said)


def test_what_is_needed_is_ascii() -> None:
    """Every replacement is one ASCII sign for one that is not."""
    assert all(needed.isascii() and not sign.isascii() for sign, needed in NEEDED.items())
