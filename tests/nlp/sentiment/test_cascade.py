"""The cascade: who reads what, and what becomes of two answers."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlp.sentiment.cascade import (
    POLICY_FILE,
    CascadeModel,
    Policy,
    Readers,
    Step,
    mean,
)
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.model import ModelError, Score, SentimentModel
from nlp.sentiment.registry import load_model
from nlp.sentiment.transformer import FOLDER, TransformerModel
from nlp.training.calibrate import among, policy, pool, soft, temperature
from tests.nlp.sentiment.contract import POSTS, SentimentModelContract

POLICY = Policy(0.5, 1.0, (Step(0.0, 0.9, 0.5), Step(1.0, 0.6, 0.1)))


class TestCascadeModel(SentimentModelContract):
    """The shipped default keeps to the contract."""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> SentimentModel:
        return CascadeModel.load()


class Fixed:
    """Answers from a table, and remembers what it was asked."""

    name = "fixed"

    def __init__(self, answers: dict[str, Score]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def score(self, texts: Sequence[str]) -> list[Score]:
        self.asked += texts
        return [self.answers[text] for text in texts]


def _pair() -> tuple[Fixed, Fixed]:
    linear = Fixed({"sure": Score(0.95, 0.03, 0.02), "unsure": Score(0.4, 0.35, 0.25)})
    return linear, Fixed({"unsure": Score(0.1, 0.1, 0.8), "sure": Score(0.2, 0.2, 0.6)})


@pytest.mark.parametrize(
    ("given_up", "read"), [(0.0, ["unsure"]), (0.5, ["unsure"]), (2.0, ["unsure"])]
)
def test_only_doubtful_texts_are_read(given_up: float, read: list[str]) -> None:
    """The transformer reads the texts of which the linear stage is less sure than is asked."""
    linear, transformer = _pair()
    model = CascadeModel(Readers(linear, transformer), POLICY, given_up)
    sure, unsure = model.score(["sure", "unsure"])
    assert transformer.asked == read
    assert sure == linear.answers["sure"]
    assert unsure == mean(linear.answers["unsure"], transformer.answers["unsure"], POLICY)


def test_budget_chooses_the_confidence() -> None:
    """More accuracy given up asks for less confidence; with no fitting step all are read."""
    assert POLICY.confidence(0.0) == POLICY.confidence(0.99) == 0.9
    assert POLICY.confidence(1.0) == POLICY.confidence(5.0) == 0.6
    assert Policy(0.5, 1.0, (Step(1.0, 0.6, 0.1),)).confidence(0.5) == math.inf


def test_mean_is_a_geometric_one() -> None:
    """Equal weights give normalised roots of products; a weight of 1 or 0 gives one model back."""
    a, b = Score(0.8, 0.1, 0.1), Score(0.2, 0.4, 0.4)
    roots = [math.sqrt(x * y) for x, y in zip(a, b, strict=True)]
    assert mean(a, b, POLICY) == pytest.approx([root / sum(roots) for root in roots])
    assert mean(a, b, Policy(1.0, 1.0, POLICY.steps)) == pytest.approx(b)
    assert mean(a, b, Policy(0.0, 1.0, POLICY.steps)) == pytest.approx(a)
    certain = mean(Score(1.0, 0.0, 0.0), Score(0.0, 0.0, 1.0), POLICY)
    assert sum(certain) == pytest.approx(1)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"weight": 2, "temperature": 1, "steps": []}', None]
)
def test_a_bad_policy_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A policy file that is missing, damaged or senseless is an error."""
    path = tmp_path / POLICY_FILE
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError):
        Policy.load(path)


def test_name_says_both_models_and_the_setting() -> None:
    """A stored mention names the weights that scored it, and how the cascade stood."""
    half, all_read = load_model("cascade"), load_model("cascade", 0.0)
    assert LinearModel.load().name in half.name
    assert FOLDER.name in half.name
    assert half.name != all_read.name


def test_the_chosen_policy_keeps_its_budget() -> None:
    """On the texts it was chosen by, each step loses no more than it says, and less is read."""
    chance = np.random.default_rng(5)
    truth = chance.integers(0, 3, 3_000)
    allowed = np.ones((3_000, 3), dtype=np.bool_)
    sets = [f"set {at % 3}" for at in range(3_000)]

    def shares(skill: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        logits = chance.normal(0, 1, (3_000, 3))
        logits[np.arange(3_000), truth] += skill
        return soft(logits)

    linear, transformer = shares(1.0), shares(2.5)
    chosen = policy(linear, transformer, truth, allowed, sets)
    read = soft(pool(linear, transformer, chosen.weight) / chosen.temperature)
    best = (read.argmax(1) == truth).mean()
    assert best > max((linear.argmax(1) == truth).mean(), (transformer.argmax(1) == truth).mean())
    for step in chosen.steps:
        sent = linear.max(1) < step.confidence
        answers = np.where(sent[:, None], read, linear)
        assert 100 * (best - (answers.argmax(1) == truth).mean()) <= step.given_up + 0.05
    assert [step.share for step in chosen.steps] == sorted(
        (step.share for step in chosen.steps), reverse=True
    )


def test_temperature_recovers_a_known_one() -> None:
    """Logits that are three times too large are divided by about three."""
    chance = np.random.default_rng(3)
    logits = chance.normal(0, 1.5, (20_000, 3))
    truth = np.array([chance.choice(3, p=row) for row in soft(logits)])
    everything = np.ones(logits.shape, dtype=np.bool_)
    assert temperature(3 * logits, truth, everything) == pytest.approx(3, rel=0.1)


def test_what_a_set_cannot_hold_is_no_error() -> None:
    """Classes that a set lacks get no share; the others keep their proportions."""
    allowed = np.array([[True, False, True]])
    assert among(np.array([[0.2, 0.7, 0.1]]), allowed)[0] == pytest.approx(
        [2 / 3, 0, 1 / 3], abs=1e-6
    )


def test_the_shipped_cascade_reads_what_is_doubtful() -> None:
    """The default settles some posts by the linear stage and has the rest read."""
    policy_file = Policy.load(FOLDER / POLICY_FILE)
    asked = policy_file.confidence(0.5)
    sure = [s.confidence >= asked for s in LinearModel.load().score([p for p in POSTS if p])]
    assert any(sure)


def test_complaints_are_the_transformers_to_tell() -> None:
    """The cascade gives the transformer's log odds, in order; without one that can, nothing."""
    model = CascadeModel.load()
    texts = ["客服三天不理人，要求退款", "今天天气很好", ""]
    odds = model.complaint_odds(texts)
    assert odds is not None
    assert odds[0] > 0 > odds[1] > odds[2]
    shares = [1 / (1 + math.exp(-one)) for one in odds[:2]]
    transformer = TransformerModel.load()
    told = [transformer.probabilities(text, "complaint")[1] for text in texts[:2]]
    assert shares == pytest.approx(told)
    silent = CascadeModel(Readers(*_pair()), POLICY)
    assert silent.complaint_odds(texts) is None
