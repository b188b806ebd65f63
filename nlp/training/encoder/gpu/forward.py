"""The encoder's forward pass with dropout where it is wanted, and without a wait for the GPU."""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.sentiment.tasks import TASKS
from nlp.training.encoder.network import Encoder

_HEAD: Final = 32  # width of an attention head of the base


def states(encoder: Encoder, ids: Tensor, mask: Tensor, dropout: float = 0.0) -> Tensor:
    """Return the last layer, shape (texts, tokens, width): as of `encoder.body`.

    `mask` is true where there is a token.
    """
    body = encoder.body
    inner = body.embeddings
    places = torch.arange(ids.shape[1], device=ids.device)
    hidden = inner.word_embeddings(ids) + inner.position_embeddings(places)
    hidden = inner.LayerNorm(hidden + inner.token_type_embeddings.weight[0])
    hidden = functional.dropout(hidden, dropout, dropout > 0)
    seen = mask[:, None, None, :]
    for layer in body.encoder.layer:
        hidden = _layer(layer, hidden, seen, dropout)
    return hidden


def _layer(layer: nn.Module, hidden: Tensor, seen: Tensor, dropout: float) -> Tensor:
    texts, tokens, width = hidden.shape
    own, out = layer.attention.self, layer.attention.output
    query, key, value = (
        part(hidden).view(texts, tokens, -1, _HEAD).transpose(1, 2)
        for part in (own.query, own.key, own.value)
    )
    mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
    mixed = out.dense(mixed.transpose(1, 2).reshape(texts, tokens, width))
    hidden = out.LayerNorm(functional.dropout(mixed, dropout, dropout > 0) + hidden)
    wide = functional.gelu(layer.intermediate.dense(hidden))
    wide = functional.dropout(layer.output.dense(wide), dropout, dropout > 0)
    normed: Tensor = layer.output.LayerNorm(wide + hidden)
    return normed


def pooled(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the tokens of each text, shape (texts, width)."""
    shares = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * shares).sum(1) / shares.sum(1).clamp(min=1)


def answers(
    encoder: Encoder, ids: Tensor, mask: Tensor, dropout: float = 0.0
) -> tuple[Tensor, ...]:
    """Return the pooled vectors, then the logits of TASKS, in 32 bits: `Encoder.forward`."""
    vectors = pooled(states(encoder, ids, mask, dropout), mask).float()
    dropped = functional.dropout(vectors, dropout, dropout > 0)
    with torch.autocast(ids.device.type, enabled=False):
        return (vectors, *(encoder.heads[task](dropped) for task in TASKS))
