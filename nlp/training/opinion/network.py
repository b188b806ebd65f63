"""The reader that is trained: the lower half of the shipped encoder as it is, a top of its own."""

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from transformers import BertModel

from nlp.opinion.questions import WIDTH
from nlp.training.encoder.restore import restore

SHARED: Final = 3
"""Layers that the reader has in common with the encoder that ships; they are not trained."""
_DROPOUT: Final = 0.1


class Reader(nn.Module):  # type: ignore[misc, unused-ignore]  # PyTorch is an extra
    """Marked posts in, a row of answers each out (`nlp.opinion.questions`)."""

    def __init__(self, body: BertModel, shared: int = SHARED) -> None:
        super().__init__()
        self.body = body
        self.dropout = nn.Dropout(_DROPOUT)
        self.heads = nn.Linear(2 * body.config.hidden_size, WIDTH)
        frozen = [body.embeddings, *body.encoder.layer[:shared]]
        for part in frozen:
            part.requires_grad_(requires_grad=False)
        for layer in body.encoder.layer[shared:]:
            for part in layer.modules():
                if isinstance(part, nn.Dropout):
                    part.p = _DROPOUT

    @classmethod
    def begin(cls, folder: Path, shared: int = SHARED) -> "Reader":
        """Return a reader on top of the encoder of a folder.

        Raises:
            OSError: the folder holds no model.
        """
        return cls(restore(folder).body, shared)

    def forward(self, ids: Tensor, mask: Tensor, own: Tensor, brand: Tensor) -> Tensor:
        """Return rows of answers, shape (posts, WIDTH); all four have shape (posts, tokens)."""
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        row: Tensor = self.heads(
            self.dropout(torch.cat([_mean(states, own), _mean(states, brand)], 1))
        )
        return row


def _mean(states: Tensor, chosen: Tensor) -> Tensor:
    shares = chosen.unsqueeze(-1).to(states.dtype)
    mean: Tensor = (states * shares).sum(1) / shares.sum(1).clamp(min=1)
    return mean
