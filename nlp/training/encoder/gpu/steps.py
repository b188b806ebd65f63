"""The steps of a stage, until its time is over."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import torch
from torch import Tensor, nn

from nlp.training.encoder.gpu.budget import Budget
from nlp.training.encoder.network import Encoder

_log = logging.getLogger(__name__)
_TOLD: Final = 200  # steps between two lines of the log


def train(
    encoder: Encoder,
    more: nn.Module,
    batches: Iterable[Any],
    loss_of: Callable[[Any], Tensor],
    budget: Budget,
    name: str,
) -> str:
    """Train `encoder` and the further parameters of `more` until the time is over.

    Returns a sentence about how it went.
    """
    optimizer = torch.optim.AdamW(
        _groups(encoder, more, budget), weight_decay=budget.decay, fused=True, betas=(0.9, 0.98)
    )
    device = next(encoder.parameters()).device
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    began, steps, total = time.monotonic(), 0, torch.zeros((), device=device)
    for batch in batches:
        share = (time.monotonic() - began) / budget.seconds
        if share >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = group["top"] * budget.factor(share)
        with half(device):
            loss = loss_of(batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, budget.clip)
        optimizer.step()
        total += loss.detach()
        steps += 1
        if steps % _TOLD == 0:
            # Reading the loss also waits for the GPU, so that the clock tells what was done.
            _log.info("%s: step %d, loss %.4f, %.2f", name, steps, float(total) / _TOLD, share)
            total.zero_()
    told = (
        f"{name}: {steps:,} steps of {budget.batch} texts in {budget.seconds:g} s; AdamW at "
        f"{budget.rate:g}, {budget.fall:g} of it a layer downwards"
    )
    _log.info("%s", told)
    return told


def half(device: torch.device) -> torch.autocast:
    """Return the context in which a GPU reckons in 16 bits; a processor stays at 32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


def _groups(encoder: Encoder, more: nn.Module, budget: Budget) -> list[dict[str, Any]]:
    layers = encoder.body.encoder.layer
    parts: list[tuple[nn.Module, float]] = [
        (encoder.heads, budget.head_rate),
        (more, budget.head_rate),
    ]
    for depth, layer in enumerate(reversed(layers)):
        parts.append((layer, budget.rate * budget.fall**depth))
    parts.append((encoder.body.embeddings, budget.rate * budget.fall ** len(layers)))
    return [
        {"params": [p for p in part.parameters() if p.requires_grad], "top": rate}
        for part, rate in parts
    ]
