"""What the encoder's training is made of that needs no PyTorch: gathering, sampling, the card."""

import json
from pathlib import Path

import numpy as np
import pytest

from nlp.sentiment.model import LABELS
from nlp.sentiment.transformer import FOLDER, TransformerModel
from nlp.training.encoder import report
from nlp.training.encoder.card import card
from nlp.training.encoder.corpus import Labelled, gather, read, write
from nlp.training.sentiment.corpus import UNSEEN, Example

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"


def test_prepared_examples_come_back(tmp_path: Path) -> None:
    """What is written is read again, whatever its characters are."""
    quoting = "很好 //@某人:嗯"
    first = Labelled("a", "train", "很好\n「喝」", "很好[怒]", quoting, 1.0, "positive", "happy")
    second = Labelled("b", "dev", "😀 ok", "", "", 0.3, polar=True)
    write([first, second], tmp_path / "deep" / "examples.jsonl.gz")
    assert read(tmp_path / "deep" / "examples.jsonl.gz") == [first, second]


def test_a_set_allows_the_classes_that_it_holds() -> None:
    """A class that no text of a set has is not asked of any of its texts."""
    examples = [
        Example("two", "test", "", "", "negative", 1.0),
        Example("two", "test", "", "", "positive", 1.0),
        Example("three", "test", "", "", "neutral", 1.0),
    ]
    rows = report.allowed(examples)
    assert rows[0].tolist() == rows[1].tolist() == [True, False, True]
    assert rows[2].tolist() == [False, True, False]


def test_samples_are_by_set_and_repeatable() -> None:
    """At most so many texts a set are taken, the same ones each time, of one part only."""
    examples = [
        Example(f"set {at % 2}", "dev" if at % 3 else "test", "", str(at), "negative", 1.0)
        for at in range(300)
    ]
    chosen = report.sample(examples, "dev", 20)
    assert chosen == report.sample(examples, "dev", 20)
    assert len(chosen) == 40
    assert {e.split for e in chosen} == {"dev"}


def test_the_card_belongs_to_the_shipped_weights() -> None:
    """Figures and card next to the encoder were made of these weights and this linear stage."""
    metrics = json.loads((FOLDER / "metrics.json").read_text("utf-8"))
    assert metrics["model"] == TransformerModel.load().name
    assert card(metrics) == (FOLDER / "README.md").read_text("utf-8")
    assert set(metrics["unseen"]) == UNSEEN


@pytest.mark.skipif(not DATA.is_dir(), reason="the labelled sets are not at ../shared/data")
@pytest.mark.slow
def test_no_text_stands_in_two_parts() -> None:
    """Across all sets and questions a text's Chinese characters stand in one part only."""
    parts: dict[str, set[str]] = {"train": set(), "dev": set(), "test": set()}
    for example in gather(DATA):
        parts[example.split].add("".join(c for c in example.words if "\u3400" <= c <= "\u9fff"))
        assert not (example.corpus in UNSEEN and example.split != "test")
    blank = {""}
    assert parts["train"] & (parts["dev"] | parts["test"]) <= blank


def test_remembered_answers_are_a_model() -> None:
    """Logits become the probabilities that their temperature makes of them."""
    examples = [Example("a", "test", "", "好", "positive", 1.0)]
    answered = report.Answered(examples, {"sentiment": np.array([[0.0, 0.0, 2.0]])})
    (score,) = report.remember(answered, 2.0, "x").score(["好"])
    assert score.label == LABELS[2]
    assert score.positive == pytest.approx(np.e / (np.e + 2))
