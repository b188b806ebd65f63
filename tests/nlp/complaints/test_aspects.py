"""Aspects of one kind of goods: what ships, and how a model is kept, read and fitted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.complaints.aspects import READ, AspectModel, of_goods
from nlp.sentiment.model import ModelError

CAR = of_goods("car")
MODEL = AspectModel(
    ("屏幕", "续航"),
    ("续航", "屏", "好", "差"),
    np.array([2.0, 1.0, 1.0, 1.0], dtype=np.float32),
    np.array(
        [[0, 100, 0, 0], [100, 0, 0, 0], [0, 0, -50, 90], [0, 0, 0, 0], [0, 0, 90, -50]],
        dtype=np.int8,
    ),
    np.full(5, 0.1),
    np.array([-4.0, -4.0, 0.0, 0.5, 0.0]),
    np.zeros(2),
)


@pytest.mark.parametrize(
    ("text", "subject", "polarity"),
    [
        ("油耗太高了，百公里十五个油", "油耗", -1),
        ("隔音差，高速上风噪大得没法说话", "舒适性", -1),
        ("内饰塑料感太强，做工粗糙", "内饰", -1),
        ("后排空间真大，坐着舒服", "空间", 1),
        ("外观漂亮，车头很霸气", "外观", 1),
    ],
)
def test_car_owners_subjects_are_found(text: str, subject: str, polarity: int) -> None:
    """Sentences of our own, in words that owners use, give their subject and its polarity."""
    assert (subject, polarity) in CAR.aspects(text)


def test_other_talk_is_about_no_subject() -> None:
    """What has nothing to do with the goods gets no subject, unless one is asked for."""
    assert CAR.aspects("等了三小时才吃上饭") == []
    assert len(CAR.aspects("等了三小时才吃上饭", at_least_one=True)) == 1


def test_evidence_weighs_by_rarity() -> None:
    """A row sums weight times rarity of what the text holds, each once, over their length."""
    length = (2.0**2 + 1 + 1) ** 0.5
    expected = [100 / length, 200 / length, 90 / length, 0, -50 / length]
    odds = MODEL.evidence("屏差，续航续航")
    assert odds == pytest.approx(np.array(expected) * 0.1 + MODEL.bias)


def test_the_surest_subject_comes_first() -> None:
    """All subjects have the polarity of the text; the one far above its threshold leads."""
    assert [tuple(one) for one in MODEL.aspects("屏差，续航差")] == [("续航", -1), ("屏幕", -1)]
    assert [tuple(one) for one in MODEL.aspects("续航好")] == [("续航", 1)]


@given(st.text("油耗高刹车软，。空间大 x😡\x00\ud800\n", max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    """Nothing raises; subjects are known ones, each given once, with a polarity of the three."""
    told = CAR.aspects(text)
    assert len({one.subject for one in told}) == len(told)
    assert all(one.subject in CAR.subjects and one.polarity in {-1, 0, 1} for one in told)


def test_only_the_beginning_is_read() -> None:
    """What stands behind the first READ characters changes nothing."""
    text = "油耗高" + "哦" * READ
    assert CAR.aspects(text + "刹车失灵" * 30) == CAR.aspects(text)


def test_save_and_load(tmp_path: Path) -> None:
    """What is saved is loaded again, under the same name; a change of a weight changes it."""
    MODEL.save(tmp_path / "own.npz")
    loaded = of_goods(str(tmp_path / "own.npz"))
    assert loaded.name == MODEL.name
    assert loaded.aspects("续航差") == MODEL.aspects("续航差")
    other = MODEL.weights.copy()
    other[0, 0] = 1
    assert replace(MODEL, weights=other).name != MODEL.name


def test_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    """A missing, cut or wrong file is an error that names it."""
    path = tmp_path / "own.npz"
    with pytest.raises(ModelError, match=r"own\.npz"):
        AspectModel.load(path)
    MODEL.save(path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ModelError, match=r"own\.npz"):
        AspectModel.load(path)
    replace(MODEL, bias=np.full(5, np.nan)).save(path)
    with pytest.raises(ModelError, match="wrong shape"):
        AspectModel.load(path)
