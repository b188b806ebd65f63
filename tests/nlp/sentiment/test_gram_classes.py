"""Emotions by n-grams: exact sums, the mean with the encoder, and files that are damaged."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.sentiment import questions
from nlp.sentiment.gram_classes import EMOTIONS_FILE, GramClasses, emotions
from nlp.sentiment.grams import Batch
from nlp.sentiment.model import ModelError
from nlp.sentiment.onnx_encoder import OnnxEncoder
from nlp.sentiment.questions import Question, mean_of
from nlp.sentiment.tasks import EMOTIONS
from nlp.sentiment.transformer import FOLDER
from nlp.training.sentiment.corpus import Example, Split
from nlp.training.sentiment.emotions import Recipe, choose, fit, measure, score

SHIPPED = emotions()


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("气死我了，这家店骗人还骂人，滚！", "angry"),
        ("外婆走了，哭了一晚上，心里空落落的", "sad"),
        ("半夜楼道有脚步声，吓得我不敢开灯，太恐怖了", "fear"),
        ("哈哈哈今天抢到票啦，开心到转圈", "happy"),
    ],
)
def test_emotions_of_written_posts(text: str, emotion: str) -> None:
    """By default both models together name the emotion of posts that say it plainly."""
    (shares,) = Question.of("emotion", "cascade").answer([text])
    assert EMOTIONS[int(np.argmax(shares))] == emotion


def test_sums_are_exact() -> None:
    """A logit is the sum of the weights of all grams over the root of their number."""
    text = "气死了"
    batch = Batch.of([text])
    places = [bucket for row in SHIPPED.grams.hash(batch) for bucket in row.tolist() if bucket]
    count = int(SHIPPED.grams.count(batch)[0])
    assert len(places) == count
    sums = SHIPPED.table[:, places].sum(axis=1, dtype=np.int64)
    expected = sums / count**0.5 * SHIPPED.scale + SHIPPED.bias
    assert SHIPPED.logits(text) == pytest.approx(expected)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_probabilities(text: str) -> None:
    """Whatever the characters are, the mean of both is a distribution over the six."""
    shares = mean_of([1.0, 0.0, 0.0, 0.0, 0.0, 0.0], SHIPPED, text)
    assert sum(shares) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in shares)


def test_the_weight_decides() -> None:
    """With all the weight the encoder answers alone, with none the n-grams do."""
    shares, text = [0.7, 0.1, 0.05, 0.05, 0.05, 0.05], "哈哈哈开心"
    alone = mean_of(shares, replace(SHIPPED, weight=1.0, temperature=1.0), text)
    assert alone == pytest.approx(shares)
    grams = mean_of(shares, replace(SHIPPED, weight=0.0), text)
    assert int(np.argmax(grams)) == int(np.argmax(SHIPPED.logits(text)))


def test_one_stage_alone_is_asked_by_its_name() -> None:
    """`transformer` and a folder mean the encoder alone, whatever the n-grams say."""
    text = "气死我了，这家店骗人还骂人，滚！"
    (both,) = Question.of("emotion", "cascade").answer([text])
    (alone,) = Question.of("emotion", "transformer").answer([text])
    assert list(both) != list(alone)


def test_a_damaged_file_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing, cut or wrong file is an error that names it; nothing answers in its place."""
    path = tmp_path / "emotions.npz"
    with pytest.raises(ModelError, match=r"emotions\.npz"):
        GramClasses.load(path)
    path.write_bytes(EMOTIONS_FILE.read_bytes()[:-90])
    with pytest.raises(ModelError, match=r"emotions\.npz"):
        GramClasses.load(path)
    replace(SHIPPED, temperature=0.0).save(path)
    with pytest.raises(ModelError, match="wrong shape"):
        GramClasses.load(path)
    monkeypatch.setattr(questions, "emotions", lambda: GramClasses.load(path))
    with pytest.raises(ModelError, match=r"emotions\.npz"):
        Question.of("emotion", "cascade")


def _invented() -> list[Example]:
    """Return texts whose emotion shows in one word of two each."""
    words = {
        "angry": ("气死", "可恶"),
        "sad": ("难过", "流泪"),
        "fear": ("吓人", "害怕"),
        "happy": ("开心", "高兴"),
        "surprise": ("居然", "没想到"),
        "neutral": ("公告", "说明"),
    }
    parts: tuple[Split, ...] = ("train", "train", "dev", "test")
    frames = [f"第{i}家店的{thing}" for i in range(20) for thing in ("奶茶", "手机", "外卖")]
    return [
        Example("SMP2020 usual", parts[at % 4], text, text, "", 1.0, text, emotion)
        for at, frame in enumerate(frames)
        for emotion, pair in words.items()
        for text in (frame + word for word in pair)
    ]


def test_a_fit_learns_the_words_of_each_emotion() -> None:
    """Of texts with a word of their own each, a fit names the held-back ones, the mean as well."""
    examples = _invented()
    dev, test = ([e for e in examples if e.split == part] for part in ("dev", "test"))
    made = fit(examples, Recipe(bits=14))
    logits = np.array([made.logits(e.words) for e in test])
    assert score(test, logits) > 0.95
    encoder = OnnxEncoder(FOLDER)
    chosen = choose(made, dev, encoder)
    assert chosen.weight < 1  # the encoder knows less of these frames
    (row,) = measure(chosen, test, encoder)
    assert row.mean >= row.encoder
