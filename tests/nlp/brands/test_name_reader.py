"""The second look at ambiguous names: asked in doubt only, the name unseen, never in the way."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nlp.brands import name_reader
from nlp.brands.ambiguity import FOLDER
from nlp.brands.matcher import BrandMatcher, BrandSettings
from nlp.brands.name_reader import (
    FILE_NAME,
    NameReader,
    ReaderWeights,
    digest_of,
    hidden,
    load,
    second_look,
    shipped,
)
from nlp.sentiment.model import ModelError
from nlp.sentiment.transformer import FOLDER as ENCODER
from nlp.text.normalise import normalise

READER = load(FOLDER / FILE_NAME, ENCODER)


@pytest.fixture
def unloaded() -> Iterator[None]:
    """Whatever was loaded is loaded again, before and after."""
    shipped.cache_clear()
    yield
    shipped.cache_clear()


def test_the_name_is_not_seen() -> None:
    """What is read is the same whatever the name; far text is not read."""
    before, after = "我" * 60, "他" * 60
    texts = [f"{before}{name}{after}" for name in ("苹果", "一家公司")]
    read = {hidden(text, 60, len(text) - 60) for text in texts}
    assert len(read) == 1
    assert len(read.pop()) < len(before) + len(after)


@pytest.mark.parametrize(
    ("text", "name", "firm"),
    [
        ("苹果的售后又双叒让我排队，客服电话打不进去", "苹果", True),
        ("这箱苹果又脆又甜，孩子一口气吃了三个", "苹果", False),
        ("理想的客服说换电池要等两个月", "理想", True),
        ("外婆熬的小米暖暖的，喝一碗胃里真舒服", "小米", False),
    ],
)
def test_plain_cases(text: str, name: str, firm: bool) -> None:
    """Sentences of our own that say it plainly are read rightly."""
    start = text.index(name)
    assert (READER.log_odds(text, start, start + len(name)) > 0) == firm


class _Never(NameReader):
    """A reader that must not be asked."""

    def log_odds(self, text: str, start: int, end: int) -> float:
        raise AssertionError((text, start, end))


def test_it_is_asked_in_doubt_only() -> None:
    """Windows that are sure, with the lean of the settings, decide alone."""
    place = ("苹果好吃", 0, 2)
    never = _Never(READER.encoder, READER.weights)
    assert second_look(1.0, 4.0, place, never) == 5.0
    assert second_look(-9.0, 4.0, place, never) == -5.0
    assert second_look(0.5, 0.0, place, None) == 0.5
    asked = second_look(0.5, 0.0, place, READER)
    assert asked == pytest.approx(2 / 3 * (0.5 + READER.log_odds(*place)))
    with pytest.raises(AssertionError):
        second_look(0.5, 0.0, place, never)


@pytest.mark.usefixtures("unloaded")
def test_without_it_the_windows_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where its weights or its encoder are missing, names still match, and a warning says so."""
    monkeypatch.setattr(name_reader, "ENCODER", tmp_path / "gone")
    matcher = BrandMatcher([BrandSettings(name="苹果", ambiguous=("苹果",))])
    with caplog.at_level(logging.WARNING):
        assert matcher.match(normalise("苹果发布会上的新手机，客服说月底到货"))
    assert shipped() is None
    assert "windows alone" in caplog.text


def test_weights_belong_to_an_encoder(tmp_path: Path) -> None:
    """What is saved is loaded again; another encoder's weights and damaged files are refused."""
    path = tmp_path / "reader.npz"
    with pytest.raises(ModelError, match="no weights at"):
        load(path, ENCODER)
    ReaderWeights(np.ones(384, dtype=np.float32), 0.5, digest_of(ENCODER)).save(path)
    assert load(path, ENCODER).weights.bias == 0.5
    ReaderWeights(np.ones(384, dtype=np.float32), 0.5, "another").save(path)
    with pytest.raises(ModelError, match="another encoder"):
        load(path, ENCODER)
    ReaderWeights(np.full(384, np.nan, dtype=np.float32), 0.5, digest_of(ENCODER)).save(path)
    with pytest.raises(ModelError, match="wrong shape"):
        load(path, ENCODER)
    path.write_bytes(b"PK\x03\x04 damaged")
    with pytest.raises(ModelError, match="holds no weights"):
        load(path, ENCODER)
