"""The training loop: several processes of one thread each, checkpoints, a rate that can wait.

The rate warms up, stays, and falls to zero over the last steps (Hägele et al. 2024,
arXiv:2405.18392). So a run can be stopped and taken up again with more or fewer steps than it was
begun with, and nothing of what it learned was spent on a plan that no longer holds.
"""

import logging
import math
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import torch
from torch import distributed, multiprocessing, nn
from torch.nn.parallel import DistributedDataParallel
from transformers import PreTrainedTokenizerBase

from nlp.training.encoder.batch import Batch
from nlp.training.encoder.batches import batches
from nlp.training.encoder.corpus import Labelled
from nlp.training.encoder.losses import Loss
from nlp.training.encoder.network import RECORD, Encoder

_log = logging.getLogger(__name__)
_CHECKPOINT: Final = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run goes.

    `batch` is the number of texts a step, over all `processes`. Rates are of AdamW: `rate` of the
    top layer, each layer below `fall` times that of the one above, `head_rate` of the heads.
    `cooldown` is the share of the steps in which the rate falls.
    """

    steps: int
    batch: int = 64
    processes: int = 2
    rate: float = 2e-4
    head_rate: float = 5e-4
    fall: float = 0.87
    warmup: int = 150
    cooldown: float = 0.25
    decay: float = 0.01
    clip: float = 1.0
    every: int = 100
    seed: int = 20261125

    def factor(self, step: int) -> float:
        """Return what the rates are multiplied by at `step`."""
        begin = self.steps * (1 - self.cooldown)
        if step < begin:
            return min(1.0, (step + 1) / self.warmup)
        return max(0.0, 1 - math.sqrt((step - begin) / max(self.steps - begin, 1)))


@dataclass(slots=True)
class _Pace:
    """What is told of a run while it goes on."""

    began: float = field(default_factory=time.monotonic)
    losses: list[float] = field(default_factory=list)


def run(
    encoder: Encoder,
    tokenizer: PreTrainedTokenizerBase,
    examples: Sequence[Labelled],
    make_loss: Callable[[], Loss],
    plan: Plan,
    out: Path,
) -> None:
    """Train `encoder` on the train part of `examples`, and save it in `out`.

    A checkpoint in `out` is taken up where it was left. `make_loss` is called in each process.
    """
    out.mkdir(parents=True, exist_ok=True)
    train = [example for example in examples if example.split == "train"]
    with tempfile.TemporaryDirectory() as meeting:
        arguments = (
            encoder,
            tokenizer,
            train,
            make_loss,
            plan,
            out,
            f"file://{meeting}/rendezvous",
        )
        if plan.processes == 1:
            _work(0, *arguments)
        else:
            multiprocessing.spawn(_work, arguments, nprocs=plan.processes)


def _work(  # noqa: PLR0913, PLR0917
    rank: int,
    encoder: Encoder,
    tokenizer: PreTrainedTokenizerBase,
    train: Sequence[Labelled],
    make_loss: Callable[[], Loss],
    plan: Plan,
    out: Path,
    meeting: str,
) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    torch.manual_seed(plan.seed + rank)
    distributed.init_process_group(
        "gloo", init_method=meeting, rank=rank, world_size=plan.processes
    )
    try:
        model = DistributedDataParallel(encoder)
        optimizer = torch.optim.AdamW(_groups(encoder, plan), weight_decay=plan.decay, fused=True)
        step = _resume(encoder, optimizer, out)
        loss_of, pace = make_loss(), _Pace()
        for batch in _endless(train, tokenizer, plan, rank, step):
            if step >= plan.steps:
                break
            _step(model, optimizer, loss_of, batch, plan.factor(step), plan.clip, pace)
            step += 1
            if rank == 0 and (step % plan.every == 0 or step == plan.steps):
                _report(step, pace, plan)
                _keep(encoder, optimizer, step, out)
        if rank == 0:
            encoder.save(out, tokenizer)
            (out / RECORD).write_text(_record(plan, len(train)) + "\n", encoding="utf-8")
    finally:
        distributed.destroy_process_group()


def _endless(
    train: Sequence[Labelled],
    tokenizer: PreTrainedTokenizerBase,
    plan: Plan,
    rank: int,
    done: int,
) -> Iterator[Batch]:
    """Yield this process's share of each epoch, one epoch after the other, from step `done` on."""
    size = plan.batch // plan.processes
    own = train[rank :: plan.processes]
    a_round = -(-len(own) // size)
    epoch, skip = divmod(done, a_round)
    while True:
        yield from islice(batches(own, tokenizer, size, f"{plan.seed} {rank} {epoch}"), skip, None)
        epoch, skip = epoch + 1, 0


def _step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_of: Loss,
    batch: Batch,
    factor: float,
    clip: float,
    pace: _Pace,
) -> None:
    for group in optimizer.param_groups:
        group["lr"] = group["top"] * factor
    loss = loss_of(model(batch.ids, batch.mask), batch)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    pace.losses.append(float(loss.detach()))


def _groups(encoder: Encoder, plan: Plan) -> list[dict[str, Any]]:
    layers = encoder.body.encoder.layer
    parts: list[tuple[nn.Module, float]] = [(encoder.heads, plan.head_rate)]
    for depth, layer in enumerate(reversed(layers)):
        parts.append((layer, plan.rate * plan.fall**depth))
    parts.append((encoder.body.embeddings, plan.rate * plan.fall ** len(layers)))
    return [{"params": list(part.parameters()), "top": rate} for part, rate in parts]


def _resume(encoder: Encoder, optimizer: torch.optim.Optimizer, out: Path) -> int:
    path = out / _CHECKPOINT
    if not path.is_file():
        return 0
    kept = torch.load(path, weights_only=True)
    encoder.load_state_dict(kept["encoder"])
    optimizer.load_state_dict(kept["optimizer"])
    return int(kept["step"])


def _record(plan: Plan, texts: int) -> str:
    read = plan.steps * plan.batch
    return (
        f"{plan.steps:,} steps of {plan.batch} texts: {read / texts:.2f} epochs over {texts:,} "
        f"distinct texts; AdamW at {plan.rate:g}, {plan.fall:g} of it a layer downwards, heads at "
        f"{plan.head_rate:g}, falling over the last {plan.cooldown:.0%}; seed {plan.seed}."
    )


def _keep(encoder: Encoder, optimizer: torch.optim.Optimizer, step: int, out: Path) -> None:
    """Write a checkpoint beside the last and move it there: a kill leaves one of the two."""
    part = out / f".part-{_CHECKPOINT}"
    torch.save(
        {"encoder": encoder.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, part
    )
    part.replace(out / _CHECKPOINT)


def _report(step: int, pace: _Pace, plan: Plan) -> None:
    done = len(pace.losses)
    recent = pace.losses[-plan.every :]
    speed = done * plan.batch / (time.monotonic() - pace.began)
    _log.info(
        "step %d of %d, loss %.4f, %.1f texts/s, rate x%.3f",
        step,
        plan.steps,
        sum(recent) / len(recent),
        speed,
        plan.factor(step),
    )
