"""What the reader of opinions learns from, and how; needs what `make install-train` installs."""

import random

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is an extra: `make install-train`")
pytest.importorskip("onnx", reason="part of the extra torch")

import torch

from nlp.opinion.marking import BRAND, RIVAL, marked
from nlp.opinion.questions import PLACES, SEVERAL, WIDTH
from nlp.sentiment.transformer import FOLDER
from nlp.training.authored.corpus import load
from nlp.training.opinion.batches import Batch, batch_of, epochs, tokenizer_of
from nlp.training.opinion.fit import loss_of
from nlp.training.opinion.guises import guise
from nlp.training.opinion.network import SHARED, Reader
from nlp.training.opinion.posts import Example, authored, is_development, learned_from

POSTS = learned_from()


def _mood(text: str) -> Example:
    return Example("", "moods", text, "", {"emotion": "angry"}, {})


def test_what_is_held_out_is_never_learned_from() -> None:
    """No post of the held-out fifth is among those to learn from; a fifth of these decides."""
    held_out = {post.id for post in load() if post.is_held_out}
    assert held_out
    assert not held_out & {post.id for post in POSTS}
    kept_back = sum(map(is_development, POSTS)) / len(POSTS)
    assert 0.18 < kept_back < 0.22


def test_the_reader_never_sees_a_name() -> None:
    """Brand and rivals are hidden in own words and title; each post still names its brand."""
    for example in authored(POSTS[::20]):
        post = example.post
        assert post is not None
        assert post.brand not in example.own + example.title
        assert BRAND in example.own + example.title


def test_guises_keep_the_names() -> None:
    """However a text is disguised, it names the brand and its rivals as often or more."""
    chance = random.Random(1)
    for example in authored(POSTS[::10]):
        own, title = guise(example, chance)
        assert own.count(BRAND) >= example.own.count(BRAND)
        assert own.count(RIVAL) >= example.own.count(RIVAL)
        assert title == example.title


def _batch(examples: list[Example]) -> Batch:
    def draw(_: random.Random) -> list[Example]:
        return examples

    return next(epochs(draw, *tokenizer_of(FOLDER), len(examples), "1"))


def test_what_a_set_does_not_know_costs_nothing() -> None:
    """The loss of a post whose mood alone is known has a gradient at its mood alone."""
    rows = torch.zeros(2, WIDTH, requires_grad=True)
    loss_of(rows, _batch([_mood("气死我了"), _mood("无语了")])).backward()
    assert rows.grad is not None
    moved = rows.grad.abs().sum(0) > 0
    assert moved[PLACES["emotion"]].all()
    assert moved.sum() == moved[PLACES["emotion"]].sum()


def test_single_marks_can_be_unknown() -> None:
    """Of a set that knows complaints alone, the other marks are unknown, and not denied."""
    one = Example("", "complaints", "退款", "", {}, {"marks": {"complaint": True}})
    known = ~_batch([one]).several["marks"].isnan()
    assert known.tolist() == [[name == "complaint" for name in SEVERAL["marks"]]]


def test_the_shared_half_stays_as_it_ships() -> None:
    """Tables and lower layers get no gradient: they are the encoder's, and ship once."""
    reader = Reader.begin(FOLDER)
    batch = _batch(authored(POSTS[:4]))
    loss_of(reader(batch.ids, batch.mask, batch.own, batch.brand), batch).backward()
    shared = [reader.body.embeddings, *reader.body.encoder.layer[:SHARED]]
    assert all(p.grad is None for part in shared for p in part.parameters())
    assert all(p.grad is not None for p in reader.body.encoder.layer[SHARED].parameters())


def test_padding_changes_no_answer() -> None:
    """A post has the answers that it has alone, whatever is read with it."""
    reader = Reader.begin(FOLDER).eval()
    long, short = authored(sorted(POSTS[:200], key=lambda post: -len(post.text))[::199])
    signs, pieces = tokenizer_of(FOLDER)
    read = [marked(one.own, one.title, signs, pieces) for one in (long, short)]
    alone, both = batch_of([short], read[1:]), batch_of([long, short], read)
    with torch.inference_mode():
        rows = [reader(some.ids, some.mask, some.own, some.brand)[-1] for some in (alone, both)]
    assert alone.ids.shape[1] < both.ids.shape[1]
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-3)
