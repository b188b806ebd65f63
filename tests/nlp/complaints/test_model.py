"""Learned cues: they are what was fitted, kept and read soundly."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.complaints.model import FOLDER, READ, SIGNS, CueError, Cues, shipped

CUES = Cues(
    ("退款", "退", "好喝"),
    np.array([100, 20, -80], dtype=np.int8),
    0.1,
    -1.0,
    np.array([0.5, 1.0, 0.3, -0.1, 0.8, 0.0, 0.2, -0.1, 0.1, 0.05]),
)


def test_evidence_adds_up_every_place() -> None:
    """Grams count wherever they stand, inside longer ones too, over the root of the length."""
    assert CUES.evidence("退款！退款") == pytest.approx(2 * 120 * 0.1 / 6**0.5 - 1)
    assert CUES.evidence("好喝") == pytest.approx(-80 * 0.1 / 3**0.5 - 1)
    assert CUES.evidence("") == -1.0


def test_only_the_beginning_is_read() -> None:
    """What stands behind the first READ characters changes no evidence."""
    text = "天" * READ
    assert CUES.evidence(text + "退款" * 50) == CUES.evidence(text)


@given(
    st.floats(-50, 50),
    st.floats(-5, 5),
    st.floats(0, 10),
    st.lists(st.sampled_from((0.0, 1.0)), min_size=len(SIGNS) - 2, max_size=len(SIGNS) - 2),
)
def test_no_signs_exceed_the_ceiling(
    evidence: float, tone: float, length: float, marks: list[float]
) -> None:
    """The probability is a probability, and never above its ceiling."""
    given_signs = CUES.probability(evidence, (tone, length, *marks))
    assert 0 <= given_signs <= CUES.ceiling(evidence, tone, length) <= 1


def test_save_and_load(tmp_path: Path) -> None:
    """What is saved is loaded again."""
    CUES.save(tmp_path / "cues.npz")
    loaded = Cues.load(tmp_path / "cues.npz")
    assert loaded.grams == CUES.grams
    assert loaded.evidence("我要退款") == CUES.evidence("我要退款")
    assert loaded.mixture.tolist() == CUES.mixture.tolist()


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    """Missing, damaged and foreign files, and weights that do not fit, are refused with reasons."""
    with pytest.raises(CueError, match="no cues at"):
        Cues.load(tmp_path / "none.npz")
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 damaged")
    with pytest.raises(CueError, match="holds no cues"):
        Cues.load(tmp_path / "bad.npz")
    np.savez(tmp_path / "foreign.npz", table=np.zeros(3))
    with pytest.raises(CueError, match="holds no cues"):
        Cues.load(tmp_path / "foreign.npz")
    Cues(("甲",), np.zeros(2, dtype=np.int8), 1.0, 0.0, CUES.mixture).save(tmp_path / "wrong.npz")
    with pytest.raises(CueError, match="wrong shape"):
        Cues.load(tmp_path / "wrong.npz")


def test_what_ships_is_small_and_sound() -> None:
    """The shipped file is below 2 MB and separates a plain complaint from plain praise."""
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 2_000_000
    cues = shipped()
    assert cues.evidence("客服不理人，要求退款") > 0
    assert cues.evidence("客服很耐心，好评") < 0
