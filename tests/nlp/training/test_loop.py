"""The training loop on a tiny encoder; needs what `make install-train` installs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is an extra: `make install-train`")

import torch
from torch import Tensor
from transformers import BertConfig, BertModel

from nlp.sentiment.tasks import TASKS
from nlp.sentiment.transformer import FOLDER
from nlp.training.encoder.corpus import Labelled
from nlp.training.encoder.fit import labelled
from nlp.training.encoder.gpu.pieces import EMOTICONS, Labels, Pieces
from nlp.training.encoder.gpu.reader import Reader
from nlp.training.encoder.gpu.stages import Taught, Texts, adapt, ask, distil, teach
from nlp.training.encoder.loop.batch import UNKNOWN, Batch
from nlp.training.encoder.loop.losses import labelled_loss
from nlp.training.encoder.loop.plan import Plan, Seconds, Steps
from nlp.training.encoder.loop.processes import run
from nlp.training.encoder.loop.run import Learner, train
from nlp.training.encoder.network import RECORD, Encoder, load_tokenizer

_WORDS = 64


def tiny(words: int = _WORDS, layers: int = 2) -> Encoder:
    """Return an encoder of a few thousand parameters, always the same."""
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=words,
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=1,
        intermediate_size=32,
        max_position_embeddings=96,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    encoder = Encoder(BertModel(config, add_pooling_layer=False))
    encoder.dropout.p = 0.0
    return encoder


def lessons(done: int) -> Iterator[Batch]:
    """Yield batches of which the label is the first token, those after the first `done`."""
    step = done
    while True:
        chance = np.random.default_rng([7, step])
        ids = torch.from_numpy(chance.integers(3, 6, (8, 5)))
        labels = dict.fromkeys(TASKS, torch.full((8,), UNKNOWN)) | {"sentiment": ids[:, 0] - 3}
        mask = torch.ones_like(ids)
        yield Batch(ids, mask, labels, torch.zeros(8, dtype=torch.bool), torch.ones(8))
        step += 1


def losses(encoder: Encoder, found: list[float]) -> Callable[[Batch], Tensor]:
    """Return the loss of the labels, which is noted in `found`."""

    def loss_of(batch: Batch) -> Tensor:
        loss = labelled_loss(encoder(batch.ids, batch.mask), batch)
        found.append(float(loss.detach()))
        return loss

    return loss_of


def test_it_learns() -> None:
    """The loss falls, and the run has as many steps as the plan."""
    encoder, found = tiny(), list[float]()
    plan = Plan(Steps(60), rate=5e-3, warmup=0.05)
    learner = Learner.of(encoder, plan)
    train(learner, lessons, losses(encoder, found), plan)
    assert learner.step == len(found) == 60
    assert np.mean(found[-5:]) < 0.8 * np.mean(found[:5])


def test_a_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    """A run that was stopped comes to the same weights as one that was not."""
    plan = Plan(Steps(12), rate=1e-3, every=4)
    whole = tiny()
    train(Learner.of(whole, plan), lessons, losses(whole, []), plan)
    path = tmp_path / "checkpoint.pt"
    stopped = tiny()

    def interrupted(done: int) -> Iterator[Batch]:
        for step, lesson in enumerate(lessons(done), done):
            if step == 9:
                raise KeyboardInterrupt
            yield lesson

    with pytest.raises(KeyboardInterrupt):
        train(Learner.of(stopped, plan), interrupted, losses(stopped, []), plan, path)
    again, found = tiny(), list[float]()
    learner = Learner.of(again, plan)
    learner.resume(path)
    assert learner.step == 8
    train(learner, lessons, losses(again, found), plan, path)
    assert len(found) == 4
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], value, msg=name)
    assert [one.name for one in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_time_is_a_plan_too(tmp_path: Path) -> None:
    """A run of seconds ends when they are over, and those before a checkpoint count."""
    encoder, plan = tiny(), Plan(Seconds(0.3), every=1)
    learner = Learner.of(encoder, plan)
    train(learner, lessons, losses(encoder, []), plan, tmp_path / "checkpoint.pt")
    assert learner.step > 0
    assert learner.seconds >= 0.3
    again = Learner.of(tiny(), plan)
    again.resume(tmp_path / "checkpoint.pt")
    found = list[float]()
    train(again, lessons, losses(again.encoder, found), plan)
    assert (found, again.step) == ([], learner.step)


TWO_TEXTS = (("很好喝", "positive"), ("难喝死了", "negative"))


def trained(out: Path, stop: Steps | Seconds, processes: int = 1) -> dict[str, Tensor]:
    """Run with a tiny encoder, and return the parameters that were saved."""
    tokenizer = load_tokenizer(FOLDER)
    texts = [Labelled("a", "train", w, w, w, 1.0, label) for w, label in TWO_TEXTS * 8]
    plan = Plan(stop, batch=4, rate=1e-3)
    run(tiny(len(tokenizer)), tokenizer, texts, labelled, plan, out, processes)
    state: dict[str, Tensor] = Encoder.load(out).state_dict()
    return state


@pytest.mark.parametrize("stop", [Steps(3), Seconds(0.5)])
def test_a_run_saves_its_encoder_once(tmp_path: Path, stop: Steps | Seconds) -> None:
    """A run says how it went; run again, nothing is left to do."""
    first = trained(tmp_path, stop)
    assert "steps of 4 texts" in (tmp_path / RECORD).read_text("utf-8")
    for name, value in trained(tmp_path, stop).items():
        torch.testing.assert_close(value, first[name], msg=name)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_several_processes_train_one_encoder(tmp_path: Path) -> None:
    """Two processes end at the same step and leave one encoder, for steps as for seconds."""
    for name, stop in (("steps", Steps(3)), ("seconds", Seconds(0.5))):
        assert trained(tmp_path / name, stop, processes=2)


def _texts() -> Texts:
    chance = np.random.default_rng(2)
    lengths = chance.integers(3, 9, 90)
    pieces = Pieces(
        chance.integers(5, _WORDS, lengths.sum()), np.concatenate([[0], lengths.cumsum()])
    )
    labels = Labels(
        part=np.zeros(30, dtype=np.uint8),
        corpus=np.zeros(30, dtype=np.uint8),
        names=("a",),
        views=np.arange(90).reshape(30, 3),
        answers=chance.integers(0, 2, (30, len(TASKS))).astype(np.int8),
        polar=np.zeros(30, dtype=np.bool_),
        weights=np.ones(30, dtype=np.float32),
    )
    device = torch.device("cpu")
    reader = Reader.on(device, pieces)
    emoticons = torch.from_numpy(chance.integers(0, EMOTICONS, 90))
    return Texts(reader, reader, emoticons, labels, mask=4)


def test_the_stages_of_a_gpu_go_through_the_same_loop(tmp_path: Path) -> None:
    """Adapting, teaching and distilling train, keep a checkpoint, and say how it went."""
    texts, plan = _texts(), Plan(Steps(4), batch=8, rate=1e-3, head_rate=1e-3)
    teacher = tiny()
    before = teacher.body.embeddings.word_embeddings.weight.detach().clone()
    path = tmp_path / "checkpoint.pt"
    assert adapt(teacher, texts, plan, path).startswith("adaptation: 4 steps of 8 texts")
    assert not torch.equal(before, teacher.body.embeddings.word_embeddings.weight)
    path.unlink()
    assert teach(teacher, texts, texts.train, plan, path).startswith("teacher: 4 steps")
    assert teach(teacher, texts, texts.train, plan, path).startswith("teacher: 4 steps")
    every = np.arange(90)
    taught = Taught(ask(teacher, texts.labelled, every), ask(teacher, texts.free, every))
    pupil = tmp_path / "pupil.pt"
    assert distil(tiny(layers=1), texts, taught, plan, pupil).startswith("1 layers: 4 steps")
