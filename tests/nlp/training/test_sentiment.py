"""Training: sets are read, cleaned and split soundly, and a fit learns what they say."""

import json
import lzma
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nlp.sentiment.grams import Grams
from nlp.sentiment.linear import FILE_NAME, FOLDER, LinearModel
from nlp.training.sentiment import letters
from nlp.training.sentiment.corpus import CORPORA, Corpus, Example, load
from nlp.training.sentiment.features import class_evidence, gram_counts
from nlp.training.sentiment.fit import Recipe, fit
from nlp.training.sentiment.report import measure, write_report
from tests.nlp import sentences

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
POLES = {"0": "negative", "1": "positive"}
SMALL = Recipe(longest=3, bits=14, regularisation=1.0, iterations=40)


def _file(folder: Path, name: str, rows: list[str]) -> None:
    with lzma.open(folder / name, "wt", encoding="utf-8") as file:
        file.write("\n".join(["label,text", *rows]) + "\n")


def _invented() -> list[Example]:
    """Return texts whose class shows in one word of two each."""
    words = {
        "negative": ("垃圾", "恶心"),
        "neutral": ("公告", "参数"),
        "positive": ("好喝", "喜欢"),
    }
    frames = [f"第{i}家店的{thing}" for i in range(40) for thing in ("奶茶", "手机", "外卖")]
    parts = ("train", "train", "dev", "test")
    return [
        Example("invented", parts[i % 4], f"{frame}{word}[怒]", f"{frame}{word}", label, 1.0)  # type: ignore[arg-type]
        for i, frame in enumerate(frames)
        for label, pair in words.items()
        for word in pair
    ]


def test_a_text_stands_in_one_part_only(tmp_path: Path) -> None:
    """Texts with the same Han characters are kept once, by the set that stands first."""
    _file(tmp_path, "one.xz", ["1,很好喝！！", "0,难喝[怒]", "0,难喝[怒][怒]。"])
    _file(tmp_path, "two.xz", ["0,很好喝 abc", "1,喜欢"])
    corpora = [
        Corpus("one", "one.xz", "text", "label", POLES, split="test"),
        Corpus("two", "two.xz", "text", "label", POLES, split="train"),
    ]
    found = [(e.corpus, e.split, e.words, e.label) for e in load(tmp_path, corpora)]
    assert found == [
        ("one", "test", "很好喝！！", "positive"),
        ("one", "test", "难喝", "negative"),
        ("two", "train", "喜欢", "positive"),
    ]


def test_split_is_by_the_text(tmp_path: Path) -> None:
    """The same text falls into the same part whatever stands before it; parts are 8 : 1 : 1."""
    rows = [f"1,{chr(0x4E00 + i)}{chr(0x5E00 + i)}" for i in range(1_000)]
    _file(tmp_path, "one.xz", rows)
    _file(tmp_path, "other.xz", rows[::-1][:500])
    first = load(tmp_path, [Corpus("one", "one.xz", "text", "label", POLES)])
    again = load(tmp_path, [Corpus("other", "other.xz", "text", "label", POLES)])
    split = {example.text: example.split for example in first}
    assert all(split[example.text] == example.split for example in again)
    shares = {part: list(split.values()).count(part) for part in ("train", "dev", "test")}
    assert shares["train"] == pytest.approx(800, abs=50)
    assert shares["dev"] == pytest.approx(100, abs=40)


def test_labels_that_are_not_named_are_left_out(tmp_path: Path) -> None:
    """A row whose label has no class, or that holds no words, is no example."""
    _file(tmp_path, "one.xz", ["1,好", "2,怪", ",空", "0,[怒]", "0,"])
    examples = load(tmp_path, [Corpus("one", "one.xz", "text", "label", POLES)])
    assert [example.text for example in examples] == ["好"]


LETTERS = pd.DataFrame(
    [
        ("某小区停车场乱收费", "物业多收停车费。我们要求退还。谁来管？天气很好我出门走走。"),
        ("请问公交新线何时开通", "您好！新线路有几个站点呢？附近居民都很期待。"),
        ("工地夜里扰民，何时能停？", "每天凌晨两点施工噪音很大。"),
        ("感谢社区工作人员", "社区帮老人买菜，大家都很感动。"),
    ],
    columns=["留言主题", "留言详情"],
)


def test_letters_that_complain() -> None:
    """What names a wrong is negative; a question is no complaining title, thanks are nothing."""
    assert letters.complaining_titles(LETTERS)["text"].tolist() == ["某小区停车场乱收费"]
    assert letters.complaining_bodies(LETTERS)["text"].tolist() == [
        LETTERS["留言详情"][0],
        LETTERS["留言详情"][2],
    ]
    found = letters.complaining_sentences(LETTERS)
    assert found["text"].tolist() == ["我们要求退还。", "每天凌晨两点施工噪音很大。"]
    assert set(found["label"]) == {"negative"}


def test_letters_that_ask() -> None:
    """A title that asks and names no wrong is neutral, and so are the questions in its letter."""
    found = letters.questions(LETTERS)
    assert found["text"].tolist() == ["请问公交新线何时开通", "新线路有几个站点呢？"]
    assert set(found["label"]) == {"neutral"}


def test_own_sentences_are_not_trained_on() -> None:
    """No sentence that the model is tried by stands among the posts written to train it."""
    slang = next(corpus for corpus in CORPORA if corpus.name == "slang")
    taught = {text for _, text, *_ in slang.read(Path())}
    tried = {text for text, _ in sentences.LABELLED} | set(sentences.SARCASM)
    assert len(taught) > 80
    assert not taught & tried


def test_class_evidence() -> None:
    """A gram that separates the classes weighs more than one that all of them share."""
    texts = ["坏了吗", "坏的吗", "好了吗", "好的吗"] * 10
    answers = np.array([False, False, True, True] * 10)
    grams = Grams(longest=1, bits=12)
    counts = gram_counts(texts, grams)
    evidence = class_evidence(counts, answers, np.ones(len(texts)))
    tells, shared = (gram_counts([text], grams) @ evidence for text in ("坏", "吗"))
    assert tells[0] > 2 * shared[0]


def test_fit_learns_and_is_repeatable() -> None:
    """A fit finds the words that show the class, and gives the same weights again."""
    examples = _invented()
    first, again = fit(examples, SMALL), fit(examples, SMALL)
    assert first.fingerprint() == again.fingerprint()
    scores = LinearModel(first).score(["这杯恶心", "这杯喜欢", "这杯参数"])
    assert [score.label for score in scores] == ["negative", "positive", "neutral"]


def test_report(tmp_path: Path) -> None:
    """Metrics and card are written with the numbers of the test part."""
    examples = _invented()
    model = LinearModel(fit(examples, SMALL))
    rows = measure(model, examples, other=lambda _: "negative")
    assert [(row.name, row.n, row.classes) for row in rows] == [("invented", 180, 3)]
    assert rows[0].accuracy > 0.95
    assert rows[0].other == pytest.approx(0.5, abs=0.05)
    write_report(model, examples, "a small recipe", tmp_path, other=None)
    metrics = json.loads((tmp_path / "metrics.json").read_text("utf-8"))
    assert metrics["sets"][0]["accuracy"] == rows[0].accuracy
    card = (tmp_path / "README.md").read_text("utf-8")
    assert model.name in card
    assert "| invented | 180 | 3 |" in card


def test_shipped_metrics_belong_to_the_shipped_weights() -> None:
    """The metrics next to the weights were measured on these weights."""
    folder = FOLDER
    metrics = json.loads((folder / "metrics.json").read_text("utf-8"))
    assert (folder / FILE_NAME).stat().st_size < 15_000_000
    assert metrics["model"] == LinearModel.load().name
    assert metrics["model"] in (folder / "README.md").read_text("utf-8")


@pytest.mark.skipif(not DATA.is_dir(), reason="the labelled sets are not at ../shared/data")
def test_real_sets() -> None:
    """The weights that ship keep their accuracy on test texts that they never saw."""
    chosen = [c for c in CORPORA if c.name in {"SMP2020 usual", "takeaway"}]
    examples = [e for e in load(DATA, chosen) if e.split == "test" and e.label]
    rows = {row.name: row for row in measure(LinearModel.load(), examples, other=None)}
    assert rows["takeaway"].accuracy > 0.88
    assert rows["SMP2020 usual"].macro_f1 > 0.8
    assert rows["SMP2020 usual"].calibration_error < 0.07
