"""The three stages: the language of posts, teachers, a pupil.

Each goes on from its `checkpoint`, and then reads the texts in another order than it did before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.sentiment.tasks import TASKS
from nlp.training.encoder.gpu.forward import answers, pooled, states
from nlp.training.encoder.gpu.order import guise, orders
from nlp.training.encoder.gpu.pieces import EMOTICONS, Ints, Labels
from nlp.training.encoder.gpu.reader import Reader
from nlp.training.encoder.gpu.scores import columns
from nlp.training.encoder.loop.batch import UNKNOWN, Batch
from nlp.training.encoder.loop.losses import distilled_loss, labelled_loss
from nlp.training.encoder.loop.plan import Plan
from nlp.training.encoder.loop.run import Learner, half, train
from nlp.training.encoder.network import Encoder

_HIDDEN: Final = 0.15  # tokens that are guessed
_DROPOUT: Final = 0.1
_READ: Final = 2048  # texts a batch where nothing is learned
_AGAIN: Final = 2  # times a pupil reads a labelled text while it reads another one once


@dataclass(frozen=True, slots=True)
class Texts:
    """All that is learned from, on a device."""

    labelled: Reader
    free: Reader
    emoticons: Tensor
    labels: Labels
    mask: int

    @property
    def device(self) -> torch.device:
        """Return where the texts lie."""
        return self.emoticons.device

    @property
    def train(self) -> Ints:
        """Return the rows of the train part."""
        return np.flatnonzero(self.labels.part == 0)

    def batch(self, rows: Ints, places: Ints) -> Batch:
        """Return the pieces at `places` with what is known of the labelled `rows`."""
        ids, mask = self.labelled.read(places)
        answers = torch.from_numpy(self.labels.answers[rows].astype(np.int64)).to(self.device)
        return Batch(
            ids,
            mask,
            {task: answers[:, at] for at, task in enumerate(TASKS)},
            torch.from_numpy(self.labels.polar[rows]).to(self.device),
            torch.from_numpy(self.labels.weights[rows]).to(self.device),
        )

    def unlabelled(self, places: Ints) -> Batch:
        """Return free texts: nothing is known of them."""
        ids, mask = self.free.read(places)
        none = torch.full((len(ids),), UNKNOWN, device=self.device)
        return Batch(ids, mask, dict.fromkeys(TASKS, none), none > 0, torch.ones_like(none))


class Guesses(nn.Module):  # type: ignore[misc, unused-ignore]  # PyTorch is an extra
    """What the first stage learns besides the encoder: to guess tokens and emoticons."""

    def __init__(self, words: nn.Embedding) -> None:
        super().__init__()
        width = words.embedding_dim
        self.turn = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.bias = nn.Parameter(torch.zeros(words.num_embeddings))
        self.emoticon = nn.Linear(width, EMOTICONS)


def adapt(encoder: Encoder, texts: Texts, plan: Plan, checkpoint: Path) -> str:
    """Let the encoder guess hidden tokens, and the emoticons that were taken out.

    Devlin et al. 2019 (arXiv:1810.04805) hide tokens, Felbo et al. 2017 (arXiv:1708.00524) guess
    emoticons, Gururangan et al. 2020 (arXiv:2004.10964) go on so with texts of the field.
    """
    words = encoder.body.embeddings.word_embeddings
    guesses = Guesses(words).to(texts.device)

    def loss_of(batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        ids, mask, seen = batch
        hidden = (torch.rand(ids.shape, device=ids.device) < _HIDDEN) & mask
        hidden[:, 0] = False
        read = ids.masked_fill(hidden, texts.mask)
        last = states(encoder, read, mask)
        guessed = functional.linear(guesses.turn(last[hidden]), words.weight, guesses.bias)
        loss = functional.cross_entropy(guessed.float(), ids[hidden])
        named = seen != UNKNOWN
        logits = guesses.emoticon(pooled(last, mask)).float()
        emoticon = functional.cross_entropy(logits, seen, reduction="none", ignore_index=UNKNOWN)
        return loss + 0.5 * emoticon.sum() / named.sum().clamp(min=1)

    def lessons(done: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        return _unread(texts, plan.batch, np.random.default_rng([plan.seed, done]))

    learner = Learner.of(encoder, plan, guesses)
    learner.resume(checkpoint)
    train(learner, lessons, loss_of, plan, checkpoint)
    return told("adaptation", learner, plan)


def told(name: str, learner: Learner, plan: Plan) -> str:
    """Return a sentence about how a stage went."""
    return (
        f"{name}: {learner.step:,} steps of {plan.batch} texts in {learner.seconds:.0f} s; "
        f"AdamW at {plan.rate:g}, {plan.fall:g} of it a layer downwards"
    )


def _unread(
    texts: Texts, size: int, chance: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield batches of free texts and of labelled ones without their labels, again and again."""
    own = texts.labels.views[texts.train, 0]
    lengths = np.concatenate([texts.free.lengths, texts.labelled.lengths[own]])
    free = len(texts.free.lengths)
    none = torch.full((size,), UNKNOWN, device=texts.device)
    while True:
        for cut in orders(lengths, size, chance):
            other = cut[cut < free]
            if len(other) > size // 2 or chance.random() < len(other) / len(cut):
                ids, mask = texts.free.read(other)
                yield ids, mask, texts.emoticons[torch.from_numpy(other).to(texts.device)]
            else:
                ids, mask = texts.labelled.read(own[cut[cut >= free] - free])
                yield ids, mask, none[: len(ids)]


def teach(encoder: Encoder, texts: Texts, rows: Ints, plan: Plan, checkpoint: Path) -> str:
    """Fine-tune the encoder on the labels of `rows`."""

    def lessons(done: int) -> Iterator[Batch]:
        chance = np.random.default_rng([plan.seed, done])
        while True:
            views = guise(texts.labels.views[rows], chance)
            for cut in orders(texts.labelled.lengths[views], plan.batch, chance):
                yield texts.batch(rows[cut], views[cut])

    def loss_of(batch: Batch) -> Tensor:
        return labelled_loss(answers(encoder, batch.ids, batch.mask, _DROPOUT), batch)

    learner = Learner.of(encoder, plan)
    learner.resume(checkpoint)
    train(learner, lessons, loss_of, plan, checkpoint)
    return told("teacher", learner, plan)


def ask(encoder: Encoder, reader: Reader, places: Ints) -> tuple[Tensor, Tensor]:
    """Return pooled vectors (texts, width) and joined logits (texts, classes), in 16 bits."""
    device = reader.tokens.device
    width = sum(head.out_features for head in encoder.heads.values())
    vectors = torch.empty(
        (len(places), encoder.body.config.hidden_size), dtype=torch.float16, device=device
    )
    logits = torch.empty((len(places), width), dtype=torch.float16, device=device)
    order = np.argsort(reader.lengths[places], kind="stable")
    for begin in range(0, len(order), _READ):
        cut = order[begin : begin + _READ]
        with torch.no_grad(), half(device):
            outputs = answers(encoder, *reader.read(places[cut]))
        at = torch.from_numpy(cut).to(device)
        vectors[at] = outputs[0].half()
        logits[at] = torch.cat(outputs[1:], dim=1).half()
    return vectors, logits


@dataclass(frozen=True, slots=True)
class Taught:
    """What teachers answered: of the labelled texts' views, and of the free texts."""

    labelled: tuple[Tensor, Tensor]
    free: tuple[Tensor, Tensor]


def distil(pupil: Encoder, texts: Texts, taught: Taught, plan: Plan, checkpoint: Path) -> str:
    """Let `pupil` give the teachers' answers, and have their pooled vectors' direction."""
    names = columns()

    def loss_of(lesson: tuple[Batch, Tensor, Tensor]) -> Tensor:
        batch, vectors, logits = lesson
        teacher = [vectors.float(), *(logits[:, names[task]].float() for task in TASKS)]
        return distilled_loss(answers(pupil, batch.ids, batch.mask), batch, teacher)

    def lessons(done: int) -> Iterator[tuple[Batch, Tensor, Tensor]]:
        return _lessons(texts, taught, plan.batch, np.random.default_rng([plan.seed, done]))

    learner = Learner.of(pupil, plan)
    learner.resume(checkpoint)
    train(learner, lessons, loss_of, plan, checkpoint)
    return told(f"{len(pupil.body.encoder.layer)} layers", learner, plan)


def _lessons(
    texts: Texts, taught: Taught, size: int, chance: np.random.Generator
) -> Iterator[tuple[Batch, Tensor, Tensor]]:
    """Yield batches of labelled and of free texts, in turns of chance by how many there are."""
    own, free = _own(texts, taught, size, chance), _free(texts, taught, size, chance)
    many = _AGAIN * len(texts.train)
    share = many / (many + len(texts.free.lengths))
    while True:
        yield next(own) if chance.random() < share else next(free)


def _own(
    texts: Texts, taught: Taught, size: int, chance: np.random.Generator
) -> Iterator[tuple[Batch, Tensor, Tensor]]:
    rows = texts.train
    while True:
        views = guise(texts.labels.views[rows], chance)
        for cut in orders(texts.labelled.lengths[views], size, chance):
            at = torch.from_numpy(views[cut].astype(np.int64)).to(texts.device)
            vectors, logits = (part[at] for part in taught.labelled)
            yield texts.batch(rows[cut], views[cut]), vectors, logits


def _free(
    texts: Texts, taught: Taught, size: int, chance: np.random.Generator
) -> Iterator[tuple[Batch, Tensor, Tensor]]:
    while True:
        for cut in orders(texts.free.lengths, size, chance):
            at = torch.from_numpy(cut).to(texts.device)
            vectors, logits = (part[at] for part in taught.free)
            yield texts.unlabelled(cut), vectors, logits
