"""A replay has its texts scored in the background: the scores are the same, only sooner there."""

import threading
from collections.abc import Sequence

import pytest

from fengsui.annotate.prefetch import KEPT, LOT, LOTS, Prefetch, looking_ahead
from nlp.sentiment.model import ModelError, Score


class Counting:
    """Scores a text by its length, and counts what it is asked."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.threads: set[str] = set()
        self.done = threading.Event()

    def score(self, texts: Sequence[str]) -> list[Score]:
        self.threads.add(threading.current_thread().name)
        if "broken" in texts:
            raise ModelError("out of order")
        self.asked += texts
        self.done.set()
        return [Score(0.0, 1.0 / (1 + len(text)), 1.0 - 1.0 / (1 + len(text))) for text in texts]


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})


def test_what_was_expected_is_not_scored_again() -> None:
    """A text that was expected is scored once, by another thread; others when they are asked."""
    model = Counting()
    with Prefetch(model) as ahead:
        ahead.expect(["a", "bb", "a"])
        assert model.done.wait(10)
        found = ahead.score(["bb", "ccc", "bb"])
    assert found == Counting().score(["bb", "ccc", "bb"])
    assert sorted(model.asked) == ["a", "bb", "ccc"]
    assert len(model.threads) == 2
    assert ahead.name == model.name


def test_what_has_not_begun_is_taken_over() -> None:
    """Who asks does not wait for what stands behind others."""
    model, held = Counting(), threading.Event()
    with Prefetch(model) as ahead:
        ahead._pool.submit(held.wait)  # keeps the only thread busy
        ahead.expect(["a"])
        assert ahead.score(["a"]) == Counting().score(["a"])
        held.set()
    assert model.asked == ["a"]


def test_an_error_ahead_is_raised_where_its_text_is_asked_for() -> None:
    """An error of the background is raised where the text is asked for, and for no other text."""
    with Prefetch(Counting()) as ahead:
        ahead.expect(["broken"])
        assert ahead.score(["a"]) == Counting().score(["a"])
        with pytest.raises(ModelError, match="out of order"):
            ahead.score(["broken"])


def test_memory_is_bounded() -> None:
    """The oldest scores are forgotten; a caller that asks for them gets them all the same."""
    model = Counting()
    with Prefetch(model) as ahead:
        ahead.expect(["first"])
        ahead.expect(f"{number}" for number in range(KEPT))
        assert len(ahead._places) == KEPT
        assert ahead.score(["first"]) == Counting().score(["first"])


def test_only_the_score_is_kept_of_what_was_asked_for() -> None:
    """A text that may come again costs its score, not what was needed to wait for it."""
    with Prefetch(Counting()) as ahead:
        ahead.expect(["a"])
        (expected,) = Counting().score(["a"])
        assert ahead.score(["a"]) == ahead.score(["a"]) == [expected]
        assert list(ahead._places.values()) == [expected]


def test_one_processor_does_nothing_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can run at the same time, nothing is done before it is asked for."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    model = Counting()
    with Prefetch(model) as ahead:
        ahead.expect(["a"])
    assert not model.asked


@pytest.mark.parametrize("size", [0, 1, LOT, LOT * LOTS, LOT * LOTS * 3 + 1])
def test_looking_ahead_keeps_the_order(size: int) -> None:
    """Every item comes once, in order, after it was announced, and never too far ahead."""
    announced: list[int] = []
    for place, item in enumerate(looking_ahead(range(size), announced.extend)):
        assert item == place
        assert item in announced
        assert len(announced) <= item + LOT * (LOTS + 2)
    assert announced == list(range(size))
