"""The training loop: one for a processor, for several processes and for a GPU."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed, nn

from nlp.training.encoder.loop.plan import Plan, Seconds
from nlp.training.encoder.network import Encoder

_log = logging.getLogger(__name__)

Lesson = TypeVar("Lesson")


@dataclass(slots=True)
class Learner:
    """What is trained: the encoder, the further parameters of `more`, and how far they are.

    `seconds` are those of all runs so far.
    """

    encoder: Encoder
    more: nn.Module
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    @classmethod
    def of(cls, encoder: Encoder, plan: Plan, more: nn.Module | None = None) -> "Learner":
        """Return a learner that has learned nothing yet."""
        more = nn.Module() if more is None else more
        optimizer = torch.optim.AdamW(
            _groups(encoder, more, plan), weight_decay=plan.decay, fused=True, betas=plan.betas
        )
        return cls(encoder, more, optimizer)

    def resume(self, path: Path) -> None:
        """Go on where the checkpoint at `path` was kept, where there is one."""
        if not path.is_file():
            return
        kept = torch.load(path, weights_only=True, map_location=self.device)
        self.encoder.load_state_dict(kept["encoder"])
        self.more.load_state_dict(kept.get("more", {}))
        self.optimizer.load_state_dict(kept["optimizer"])
        self.step, self.seconds = int(kept["step"]), float(kept.get("seconds", 0.0))

    def keep(self, path: Path) -> None:
        """Write a checkpoint next to the last and move it there: a kill leaves one of the two."""
        part = path.with_name(f".part-{path.name}")
        held = {"encoder": self.encoder, "more": self.more, "optimizer": self.optimizer}
        state = {name: one.state_dict() for name, one in held.items()}
        torch.save(state | {"step": self.step, "seconds": self.seconds}, part)
        part.replace(path)

    @property
    def device(self) -> torch.device:
        """Return where it learns."""
        return next(self.encoder.parameters()).device


def train(
    learner: Learner,
    lessons: Callable[[int], Iterable[Lesson]],
    loss_of: Callable[[Lesson], Tensor],
    plan: Plan,
    checkpoint: Path | None = None,
) -> None:
    """Train until the plan is over, and keep how far it is in `checkpoint`.

    `lessons` gives batches without end, those after the first so many steps. Where several
    processes train together, each calls this, and only the first gets a `checkpoint` to write.
    """
    parameters = [p for group in learner.optimizer.param_groups for p in group["params"]]
    pace = _Pace(learner, plan)
    for lesson in lessons(learner.step):
        share = pace.share()
        if share >= 1:
            break
        for group in learner.optimizer.param_groups:
            group["lr"] = group["top"] * plan.factor(share)
        with half(learner.device):
            loss = loss_of(lesson)
        learner.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, plan.clip)
        learner.optimizer.step()
        learner.step += 1
        if pace.add(loss) and checkpoint is not None:
            learner.keep(checkpoint)
    if checkpoint is not None:
        learner.keep(checkpoint)


def half(device: torch.device) -> torch.autocast:
    """Return the context in which a GPU reckons in 16 bits; a processor stays at 32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


class _Pace:
    """Tells how far a run is, and logs it."""

    def __init__(self, learner: Learner, plan: Plan) -> None:
        self._learner = learner
        self._plan = plan
        self._before = learner.seconds
        self._began = time.monotonic()
        self._first = learner.step
        self._losses = torch.zeros((), device=learner.device)
        self._share = 0.0

    def share(self) -> float:
        """Return which share of the run is over; several processes agree on the first one's."""
        learner, stop = self._learner, self._plan.stop
        learner.seconds = self._before + time.monotonic() - self._began
        self._share = stop.share(learner.step, learner.seconds)
        if isinstance(stop, Seconds) and distributed.is_initialized():
            agreed = torch.tensor([self._share])
            distributed.broadcast(agreed, 0)
            self._share = float(agreed)
        return self._share

    def add(self, loss: Tensor) -> bool:
        """Take in the loss of a step; every so many steps log it, and say that it was logged."""
        self._losses += loss.detach()
        step, every = self._learner.step, self._plan.every
        if step % every:
            return False
        # Reading the loss also waits for the GPU, so that the clock tells what was done.
        mean = float(self._losses) / min(every, step - self._first)
        self._losses.zero_()
        speed = (step - self._first) * self._plan.batch / (time.monotonic() - self._began)
        _log.info(
            "step %d, %.0f%% of %s, loss %.4f, %.1f texts/s, rate x%.3f",
            *(step, 100 * self._share, self._plan.stop, mean, speed),
            self._plan.factor(self._share),
        )
        return True


def _groups(encoder: Encoder, more: nn.Module, plan: Plan) -> list[dict[str, Any]]:
    layers = encoder.body.encoder.layer
    parts: list[tuple[nn.Module, float]] = [(encoder.heads, plan.head_rate)]
    for depth, layer in enumerate(reversed(layers)):
        parts.append((layer, plan.rate * plan.fall**depth))
    parts.append((encoder.body.embeddings, plan.rate * plan.fall ** len(layers)))
    if any(True for _ in more.parameters()):
        parts.append((more, plan.head_rate))
    return [{"params": list(part.parameters()), "top": rate} for part, rate in parts]
