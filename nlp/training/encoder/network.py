"""The encoder that is trained: a BERT body, mean pooling, one linear head a question."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from transformers import AutoTokenizer, BertModel, PreTrainedTokenizerBase

from nlp.sentiment.tasks import CLASSES, TASKS

MAX_TOKENS: Final = 96
"""Tokens read of a text in training and, unless its folder says otherwise, in use."""
RECORD: Final = "training.txt"
"""Beside a finished run: a sentence about how it went."""
_HEADS: Final = "heads.pt"


class Encoder(nn.Module):  # type: ignore[misc, unused-ignore]  # PyTorch is an extra
    """Texts in, one row of logits a question out."""

    def __init__(self, body: BertModel) -> None:
        super().__init__()
        self.body = body
        self.dropout = nn.Dropout(0.1)
        width = body.config.hidden_size
        self.heads = nn.ModuleDict({t: nn.Linear(width, len(CLASSES[t])) for t in TASKS})

    def pool(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the mean of the last layer over the tokens of each text, shape (texts, width)."""
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        shares = mask.unsqueeze(-1).to(states.dtype)
        pooled: Tensor = (states * shares).sum(1) / shares.sum(1).clamp(min=1)
        return pooled

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        """Return the pooled vectors, then the logits of TASKS in their order.

        `ids` and `mask` have shape (texts, tokens); logits have shape (texts, classes).
        """
        pooled = self.pool(ids, mask)
        dropped = self.dropout(pooled)
        return (pooled, *(self.heads[task](dropped) for task in TASKS))

    def save(self, folder: Path, tokenizer: PreTrainedTokenizerBase) -> None:
        """Write body and tokenizer as a Hugging Face folder, and the heads next to them."""
        self.body.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        torch.save(self.heads.state_dict(), folder / _HEADS)

    @classmethod
    def load(cls, folder: Path, layers: Sequence[int] | None = None) -> "Encoder":
        """Load a folder: with the heads that it holds, else with new ones.

        `layers` says which layers of the body are kept, all by default (Sun et al. 2019,
        arXiv:1908.09355, begin a pupil so).

        Raises:
            OSError: the folder holds no model.
        """
        # Without dropout in the body: runs are too short to learn anything by heart, and the fused
        # attention of a processor knows none.
        body = BertModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        if layers is not None:
            body.encoder.layer = nn.ModuleList([body.encoder.layer[i] for i in layers])
            body.config.num_hidden_layers = len(layers)
        encoder = cls(body)
        if (folder / _HEADS).is_file():
            encoder.heads.load_state_dict(torch.load(folder / _HEADS, weights_only=True))
        return encoder


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a folder."""
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder)
    return tokenizer
