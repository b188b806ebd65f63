"""How aspects are learned and measured: posts, parts, scores, fits."""

import csv
import lzma
from pathlib import Path

import pytest

from nlp.complaints.aspects import AspectModel
from nlp.training.aspects import fit
from nlp.training.aspects.corpus import FILE, LABELS, TEXT, Labelled, load, micro_f1, own_posts
from nlp.training.aspects.report import by_words
from nlp.training.sentiment.corpus import split_of

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


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A CSV of somebody's labelled posts on a phone."""
    path = tmp_path / "own.csv"
    said = {"续航": ("掉电快", "续航久"), "屏幕": ("屏幕发绿", "屏幕清楚")}
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["内容", "标签"])
        for number in range(150):
            name = "一二三四五六七八九十"[number % 10] * (number // 10 + 1)
            for subject, words in said.items():
                for word, sign in zip(words, (-1, 1), strict=True):
                    writer.writerow([f"{name}{word}", f"{subject}#{sign}"])
    return path


def test_each_post_is_in_one_part(data: Path) -> None:
    """Posts with the same ideographs count once, in the part that the sentiment models give it."""
    first, second = load(data)
    assert first.pairs == {("油耗", -1), ("动力", -1)}
    assert second.pairs == {("空间", 1)}
    assert first.split == split_of("这车油耗真高加速也肉")
    assert load(data) == [first, second]


def test_micro_f1_counts_pairs() -> None:
    """Hits count twice over all that is true and all that is predicted; nothing at all is 0."""
    truth = [frozenset({("油耗", -1), ("动力", -1)}), frozenset({("空间", 1)})]
    given = [frozenset({("油耗", -1)}), frozenset({("空间", -1)})]
    assert micro_f1(truth, given) == pytest.approx(2 * 1 / 5)
    assert micro_f1(truth, truth) == 1
    assert micro_f1([frozenset()], [frozenset()]) == 0


def test_the_shipped_words_name_subjects() -> None:
    """A pain point of ours is a subject of the set, with the sentiment of its clause."""
    texts = [ROWS[0][0], "刹车失灵，垃圾变速箱太差了"]
    plain, bad = by_words(texts, ("油耗", "动力", "操控"))
    assert {name for name, _ in plain} == {"油耗", "动力"}
    assert ("动力", -1) in bad
    assert by_words(texts[:1], ("油耗",)) == [frozenset(p for p in plain if p[0] == "油耗")]


def test_posts_of_ones_own_are_learned(labelled: Path) -> None:
    """A file with one's own labels gives a model that names its subjects and polarities."""
    posts = own_posts(labelled, "内容", "标签")
    model = fit.fit(posts, fit.Recipe())
    assert model.subjects == ("屏幕", "续航")
    assert [tuple(one) for one in model.aspects("才半年就掉电快")] == [("续航", -1)]
    assert [tuple(one) for one in model.aspects("新买的屏幕清楚")] == [("屏幕", 1)]


def test_the_command_writes_model_and_card(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One command learns from the file, prints the table and writes what a setting takes."""
    out = tmp_path / "model"
    columns = ["--text", "内容", "--labels", "标签"]
    fit.main(["--file", str(labelled), *columns, "--out", str(out), "--name", "phone"])
    assert "what ships" in capsys.readouterr().out
    assert AspectModel.load(out / "phone.npz").subjects == ("屏幕", "续航")
    assert 'goods = "phone"' in (out / "README.md").read_text(encoding="utf-8")


def test_a_fit_that_cannot_be_is_refused() -> None:
    """Too few posts, or posts of one polarity alone, are an error that says so."""
    few = [Labelled(f"电池{n}", frozenset({("续航", -1)}), "train") for n in range(250)]
    with pytest.raises(ValueError, match="too few"):
        fit.fit(few[:10], fit.Recipe())
    dev = [Labelled("电池", frozenset({("续航", -1)}), "dev")]
    with pytest.raises(ValueError, match="same polarity"):
        fit.fit([*few, *dev], fit.Recipe())
