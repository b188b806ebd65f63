"""Labelled texts as tensors: tokens, and for each question a class or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nlp.sentiment.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

UNKNOWN: Final = -100
"""Stands for a label that is not known; PyTorch's losses pass over it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`ids` and `mask` have shape (texts, tokens); the others shape (texts,)."""

    ids: Tensor
    mask: Tensor
    labels: dict[Task, Tensor]
    polar: Tensor
    weights: Tensor
