"""Rows of n-grams: mixed into a row of answers where they speak, kept, and refused when damaged."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.opinion.gram_rows import FILE_NAME, GramRows, answered
from nlp.opinion.questions import PLACES, WIDTH
from nlp.sentiment.model import ModelError
from nlp.sentiment.transformer import FOLDER

ROW = np.arange(WIDTH, dtype=np.float32)


@pytest.fixture(scope="module")
def rows() -> GramRows:
    return GramRows.load(FOLDER / FILE_NAME)


def test_they_speak_where_they_know(rows: GramRows) -> None:
    """Category, demands, severity and marks are mixed; stance and emotion stay the encoder's."""
    found = rows.mixed(ROW, "拉了一晚上肚子，要求赔偿")
    changed = set(np.flatnonzero(found != ROW).tolist())
    assert changed <= set(answered())
    assert not changed & set(range(PLACES["stance"].start, PLACES["emotion"].stop))
    assert replace(rows, share=0.0).mixed(ROW, "要求赔偿").tolist() == ROW.tolist()


def test_a_blank_text_says_nothing(rows: GramRows) -> None:
    """Without a word the row stays as it is."""
    assert rows.mixed(ROW, " ").tolist() == ROW.tolist()


def test_what_is_saved_is_loaded(rows: GramRows, tmp_path: Path) -> None:
    """Rows that went through a file say the same."""
    rows.save(tmp_path / FILE_NAME)
    again = GramRows.load(tmp_path / FILE_NAME)
    assert again.mixed(ROW, "退款").tolist() == rows.mixed(ROW, "退款").tolist()


@pytest.mark.parametrize("damage", ["missing", "garbage", "shape"])
def test_damage_is_named(rows: GramRows, tmp_path: Path, damage: str) -> None:
    """A file that holds no sound rows is refused, with its name."""
    path = tmp_path / FILE_NAME
    if damage == "garbage":
        path.write_bytes(b"PK\x03\x04")
    if damage == "shape":
        replace(rows, bias=rows.bias[:-1]).save(path)
    with pytest.raises(ModelError, match=FILE_NAME):
        GramRows.load(path)
