"""Training on a GPU, as far as it needs no PyTorch: what is read in which order."""

from pathlib import Path

import numpy as np
import pytest

from nlp.training.encoder.gpu.order import guise, orders
from nlp.training.encoder.gpu.pieces import Labels, Pieces
from nlp.training.encoder.gpu.scores import columns, scores
from nlp.training.encoder.loop.batch import UNKNOWN
from nlp.training.encoder.unlabelled import Unlabelled, read_unlabelled, sample, write


def _labels(answers: list[list[int]], polar: list[bool]) -> Labels:
    many = len(answers)
    return Labels(
        part=np.ones(many, dtype=np.uint8),
        corpus=np.zeros(many, dtype=np.uint8),
        names=("a",),
        views=np.arange(3 * many).reshape(many, 3),
        answers=np.array(answers, dtype=np.int8),
        polar=np.array(polar),
        weights=np.ones(many, dtype=np.float32),
    )


def test_pieces_and_labels_come_back(tmp_path: Path) -> None:
    """What is saved is loaded again, past the numbers that a byte or two bytes hold."""
    starts = np.concatenate([[0], np.cumsum(np.full(1000, 96))])
    pieces = Pieces(np.arange(96_000) % 65_536, starts)
    pieces.save(tmp_path, "texts")
    held = Pieces.load(tmp_path, "texts")
    assert len(held) == 1000
    assert held.starts.tolist() == starts.tolist()
    assert held.starts.dtype.kind == "i"  # or slices of it raise
    assert np.array_equal(held.tokens, pieces.tokens)
    labels = _labels([[0, UNKNOWN, 1], [2, 5, UNKNOWN]], [True, False])
    labels.save(tmp_path)
    again = Labels.load(tmp_path)
    assert again.names == ("a",)
    assert np.array_equal(again.answers, labels.answers)
    assert np.array_equal(again.views, labels.views)


def test_an_order_holds_each_text_once_next_to_those_of_its_length() -> None:
    """Every text is read once, and little is padded; another seed gives another order."""
    lengths = np.random.default_rng(0).integers(1, 97, 5000)
    first = list(orders(lengths, 64, np.random.default_rng(1)))
    assert sorted(np.concatenate(first).tolist()) == list(range(5000))
    padded = sum(len(cut) * lengths[cut].max() for cut in first)
    assert padded < 1.1 * lengths.sum()
    second = list(orders(lengths, 64, np.random.default_rng(2)))
    assert first[0].tolist() != second[0].tolist()


def test_guises_are_the_texts_own() -> None:
    """A text is read as one of its three views, and whole only where it quotes."""
    views = np.array([[0, 1, 0], [2, 3, 4]] * 500)
    places = guise(views, np.random.default_rng(0))
    assert set(places[0::2].tolist()) == {0, 1}
    assert set(places[1::2].tolist()) == {2, 3, 4}
    assert np.mean(places[1::2] == 4) == pytest.approx(0.6, abs=0.08)


def test_poles_alone_are_asked_of_a_set_without_neutral_texts() -> None:
    """Neutral is no answer to a text of a polar set; unknown labels count for nothing."""
    logits = np.zeros((200, 11), dtype=np.float32)
    logits[:, columns()["sentiment"]] = [0.0, 9.0, 1.0]
    rows = np.arange(200)
    polar = _labels([[2, UNKNOWN, UNKNOWN]] * 200, [True] * 200)
    assert scores(logits, polar, rows) == {"mean": 100.0, "sentiment a": 100.0}
    plain = _labels([[2, UNKNOWN, UNKNOWN]] * 200, [False] * 200)
    assert scores(logits, plain, rows)["sentiment a"] == 0.0


def test_a_sample_takes_texts_with_emoticons_first(tmp_path: Path) -> None:
    """Few texts say by an emoticon how they are meant: none of them is left out for another."""
    texts = [Unlabelled(f"第{at}句", ("[怒]",) if at % 10 == 0 else ()) for at in range(100)]
    drawn = sample(texts, 15, seed=1)
    assert sum(bool(text.emoticons) for text in drawn) == 10
    assert len(drawn) == len(set(drawn)) == 15
    assert drawn == sample(texts, 15, seed=1)
    write(drawn, tmp_path / "deep" / "texts.jsonl.gz")
    assert read_unlabelled(tmp_path / "deep" / "texts.jsonl.gz") == drawn
