"""What every sentiment model keeps to. A test module subclasses it and gives the model."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.sentiment.model import Score, SentimentModel

HOSTILE = (
    "\x00",
    "\ud800 单个代理项",
    "\u202e反着写的字\u202c",
    "e" + "\u0301" * 500,
    "👨‍👩‍👧‍👦" * 50,
    "<script>alert(1)</script>",
    "'; DROP TABLE mentions; --",
    "=HYPERLINK(1)",
    "﷽𒐫\U0010ffff",
    "[" * 1000,
)
POSTS = (
    "喝出虫子，客服还不理人",
    "好喝到哭[爱你]",
    "公司将于周四公布财报",
    "",
    "垃圾",
    "哈" * 3000,
    "店员很耐心，点赞" * 40,
)
# Several classes run these tests, each with its own model: that is what a contract is for.
CONTRACT = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.differing_executors],
)


def _texts() -> st.SearchStrategy[list[str]]:
    # The alphabet is all of Unicode, surrogates too: texts come from the internet.
    return st.lists(st.sampled_from([*POSTS, *HOSTILE]) | st.text(max_size=60), max_size=30)


class SentimentModelContract:
    """The rules; `model` is overridden by the test module of each implementation."""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> SentimentModel:
        raise NotImplementedError

    @given(texts=_texts(), cut=st.integers(0, 30))
    @CONTRACT
    def test_neighbours(self, model: SentimentModel, texts: list[str], cut: int) -> None:
        """A text has exactly the same score alone, among any others, and wherever a batch ends."""
        together = model.score(texts)
        assert together == [model.score([text])[0] for text in texts]
        assert together == [*model.score(texts[:cut]), *model.score(texts[cut:])]
        assert together == model.score(texts[::-1])[::-1]

    @pytest.mark.parametrize("text", ["", " ", "\n\t\u3000"])
    def test_blank(self, model: SentimentModel, text: str) -> None:
        """A blank text is neutral with certainty."""
        assert model.score([text]) == [Score(0.0, 1.0, 0.0)]

    def test_no_texts(self, model: SentimentModel) -> None:
        """No texts have no scores."""
        assert model.score([]) == []

    @given(texts=_texts())
    @CONTRACT
    def test_probabilities(self, model: SentimentModel, texts: list[str]) -> None:
        """There is one score a text: three probabilities that add up to 1."""
        scores = model.score(texts)
        assert len(scores) == len(texts)
        for score in scores:
            assert all(0.0 <= share <= 1.0 for share in score)
            assert math.isclose(sum(score), 1.0, abs_tol=1e-6)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile(self, model: SentimentModel, text: str) -> None:
        """No text brings a model down, and none spoils its neighbours' scores."""
        alone = model.score(POSTS)
        beside = model.score([text, *POSTS, text])
        assert beside[1:-1] == alone

    @pytest.mark.parametrize("unit", ["虫子恶心", "a", "哈"])
    def test_long_text(self, model: SentimentModel, unit: str) -> None:
        """A text of a megabyte is scored like any other."""
        text = unit * (1_000_000 // len(unit.encode()))
        score, after = model.score([text, POSTS[0]])
        assert math.isclose(sum(score), 1.0, abs_tol=1e-6)
        assert after == model.score([POSTS[0]])[0]

    def test_order(self, model: SentimentModel) -> None:
        """Many texts of uneven length come back in their own order."""
        texts: Sequence[str] = [POSTS[i % len(POSTS)] * (i % 5) for i in range(3_000)]
        expected = {text: model.score([text])[0] for text in set(texts)}
        assert model.score(texts) == [expected[text] for text in texts]
