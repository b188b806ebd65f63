"""What training makes small."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from nlp.sentiment.model import LABELS
from nlp.sentiment.tasks import TASKS, Task
from nlp.training.encoder.loop.batch import UNKNOWN, Batch

_SMOOTHING: Final = 0.05
_SHARES: Final[Mapping[Task, float]] = {"sentiment": 1.0, "emotion": 0.4, "complaint": 0.3}
_CLASS_WEIGHTS: Final = {"negative": 1.0, "neutral": 1.6, "positive": 1.1}
_BETWEEN_POLES: Final = 0.6  # how far a text of a set without neutral ones is a choice between two
_TEMPERATURE: Final = 2.0


class Loss(Protocol):
    """A loss of a batch: `outputs` is what `Encoder.forward` gives."""

    def __call__(self, outputs: Sequence[Tensor], batch: Batch) -> Tensor:
        """Return the mean loss, a scalar."""
        ...


def labelled_loss(outputs: Sequence[Tensor], batch: Batch) -> Tensor:
    """Return the cross-entropy of all questions, smoothed, by what is known of each text.

    A set without neutral texts says little about what is neutral: its texts are asked mostly
    which pole they are, and only partly whether they have one.
    """
    logits = dict(zip(TASKS, outputs[1:], strict=True))
    total = _sentiment(logits["sentiment"], batch)
    for task in ("emotion", "complaint"):
        losses = functional.cross_entropy(
            logits[task], batch.labels[task], reduction="none", label_smoothing=_SMOOTHING
        )
        total = total + _SHARES[task] * _mean(losses, batch.labels[task], batch.weights)
    return total


def distilled_loss(outputs: Sequence[Tensor], batch: Batch, teacher: Sequence[Tensor]) -> Tensor:
    """Return the distance to what a teacher gave, and 0.3 of the labels' own loss.

    Softened answers (Hinton et al. 2015, arXiv:1503.02531) of all questions, and the direction of
    the pooled vectors.
    """
    softened = [
        functional.kl_div(
            functional.log_softmax(own / _TEMPERATURE, -1),
            functional.softmax(theirs / _TEMPERATURE, -1),
            reduction="batchmean",
        )
        * _TEMPERATURE**2
        * _SHARES[task]
        for task, own, theirs in zip(TASKS, outputs[1:], teacher[1:], strict=True)
    ]
    turned = 1 - functional.cosine_similarity(outputs[0], teacher[0], dim=-1).mean()
    return torch.stack(softened).sum() + turned + 0.3 * labelled_loss(outputs, batch)


def _sentiment(logits: Tensor, batch: Batch) -> Tensor:
    labels = batch.labels["sentiment"]
    weights = torch.tensor([_CLASS_WEIGHTS[name] for name in LABELS], device=logits.device)
    among_all = functional.cross_entropy(
        logits, labels, weight=weights, reduction="none", label_smoothing=_SMOOTHING
    )
    poles = torch.stack([logits[:, 0], logits[:, 2]], dim=1)
    sides = torch.where(labels == UNKNOWN, UNKNOWN, labels // 2)
    between = functional.cross_entropy(poles, sides, reduction="none", label_smoothing=_SMOOTHING)
    share = torch.where(batch.polar, _BETWEEN_POLES, 0.0)
    return _mean(share * between + (1 - share) * among_all, labels, batch.weights)


def _mean(losses: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Return the weighted mean over the known labels; 0, with a gradient of 0, if there is none."""
    counted = weights * (labels != UNKNOWN)
    return (losses * counted).sum() / counted.sum().clamp(min=1e-6)
