"""How aspects are measured: splits, scores, and what the shipped words say."""

import csv
import lzma
from pathlib import Path

import pytest

from nlp.training.aspects import FILE, LABELS, TEXT, by_words, load, micro_f1

ROWS = (
    ("这车油耗真高，加速也肉", "油耗#-1,动力#-1"),
    ("这车油耗真高，加速也肉！", "油耗#-1"),
    ("空间很大，满意", "空间#1"),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a set of three posts, two of them the same but for a sign."""
    with lzma.open(tmp_path / FILE, "wt", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([TEXT, LABELS])
        writer.writerows(ROWS)
    return tmp_path


def test_each_post_is_in_one_part(data: Path) -> None:
    """Posts with the same ideographs count once, so none is learned from and measured."""
    first, second = load(data)
    assert first.pairs == {("油耗", -1), ("动力", -1)}
    assert second.pairs == {("空间", 1)}
    assert {first.split, second.split} <= {"train", "dev", "test"}
    assert load(data) == [first, second]


def test_micro_f1_counts_pairs() -> None:
    """Hits count twice over all that is true and all that is told; nothing at all is 0."""
    truth = [frozenset({("油耗", -1), ("动力", -1)}), frozenset({("空间", 1)})]
    given = [frozenset({("油耗", -1)}), frozenset({("空间", -1)})]
    assert micro_f1(truth, given) == pytest.approx(2 * 1 / 5)
    assert micro_f1(truth, truth) == 1
    assert micro_f1([frozenset()], [frozenset()]) == 0


def test_the_shipped_words_name_subjects() -> None:
    """A pain point of ours is a subject of that set, with the sentiment of its clause."""
    plain, bad = by_words([ROWS[0][0], "刹车失灵，垃圾变速箱太差了"])
    assert {name for name, _ in plain} == {"油耗", "动力"}
    assert ("动力", -1) in bad
