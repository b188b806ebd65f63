"""Train the reader of opinions on one core.

python -m nlp.training.opinion.fit --data ../shared/data --out FOLDER --minutes 40

Run again, it goes on from its last checkpoint. With `--all`, the posts that are kept back for
choices are learned from as well; the held-out fifth never is.
"""

import argparse
import json
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.opinion.questions import CHOICES, PLACES, SEVERAL
from nlp.sentiment.transformer import FOLDER
from nlp.training.encoder.loop.batch import UNKNOWN
from nlp.training.encoder.loop.plan import Plan, Seconds, Steps
from nlp.training.opinion.answers import answers
from nlp.training.opinion.batches import Batch, epochs, tokenizer_of
from nlp.training.opinion.network import SHARED, Reader
from nlp.training.opinion.posts import Example, authored, is_development, learned_from, others
from nlp.training.opinion.scores import measure

_log = logging.getLogger(__name__)
_SHARES: Final = {
    "stance": 1.0,
    "emotion": 0.3,
    "spam": 0.4,
    "severity": 0.6,
    "marks": 3.0,
    "categories": 5.0,
    "demands": 5.0,
}
_SMOOTHING: Final = 0.05
_DRAWN: Final = {"terms": 1_400, "moods": 700, "complaints": 500}
_CHECKPOINT: Final = "checkpoint.pt"


def loss_of(rows: Tensor, batch: Batch) -> Tensor:
    """Return the losses of all questions, each by what is known of a post."""
    total = rows.new_zeros(())
    for name in CHOICES:
        labels = batch.choices[name]
        losses = functional.cross_entropy(
            rows[:, PLACES[name]], labels, reduction="none", label_smoothing=_SMOOTHING
        )
        counted = batch.weights * (labels != UNKNOWN)
        total = total + _SHARES[name] * (losses * counted).sum() / len(rows)
    for name in SEVERAL:
        known = ~batch.several[name].isnan()
        losses = functional.binary_cross_entropy_with_logits(
            rows[:, PLACES[name]], batch.several[name].nan_to_num(), reduction="none"
        )
        counted = batch.weights[:, None] * known
        total = total + _SHARES[name] * (losses * counted).sum(1).sum() / len(rows) / 4
    return total


@dataclass(slots=True)
class Run:
    """A reader under training, its optimizer, and how far it is."""

    reader: Reader
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    @classmethod
    def begin(cls, plan: Plan, shared: int) -> "Run":
        """Return a run that has learned nothing yet."""
        reader = Reader.begin(FOLDER, shared)
        groups = [{"params": list(reader.heads.parameters()), "top": plan.head_rate}]
        for depth, layer in enumerate(reversed(reader.body.encoder.layer[shared:])):
            groups.append({"params": list(layer.parameters()), "top": plan.rate * plan.fall**depth})
        return cls(reader, torch.optim.AdamW(groups, weight_decay=plan.decay, betas=plan.betas))

    def resume(self, path: Path) -> None:
        """Go on where the checkpoint at `path` was kept, where there is one."""
        if path.is_file():
            kept = torch.load(path, weights_only=True)
            self.reader.load_state_dict(kept["reader"])
            self.optimizer.load_state_dict(kept["optimizer"])
            self.step, self.seconds = kept["step"], kept["seconds"]

    def keep(self, path: Path) -> None:
        """Write a checkpoint next to the last and move it there: a kill leaves one of the two."""
        part = path.with_name(f".part-{path.name}")
        state = {"reader": self.reader.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save(state | {"step": self.step, "seconds": self.seconds}, part)
        part.replace(path)

    def train(self, batch: Batch, plan: Plan, share: float) -> float:
        """Take one step at the rate that the plan has when `share` of it is over."""
        self.reader.train()
        for group in self.optimizer.param_groups:
            group["lr"] = group["top"] * plan.factor(share)
        loss = loss_of(self.reader(batch.ids, batch.mask, batch.own, batch.brand), batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        nn.utils.clip_grad_norm_(self.reader.parameters(), plan.clip)
        self.optimizer.step()
        self.step += 1
        return float(loss.detach())


def run(
    draw: Callable[[random.Random], Sequence[Example]],
    kept_back: Sequence[Example],
    plan: Plan,
    out: Path,
    shared: int,
) -> None:
    """Train until the plan is over, and measure on what was kept back now and then."""
    torch.manual_seed(plan.seed)
    out.mkdir(parents=True, exist_ok=True)
    learner = Run.begin(plan, shared)
    learner.resume(out / _CHECKPOINT)
    signs, pieces = tokenizer_of(FOLDER)
    before, began, losses = learner.seconds, time.monotonic(), []
    for batch in epochs(draw, signs, pieces, plan.batch, f"{plan.seed} {learner.step}"):
        learner.seconds = before + time.monotonic() - began
        share = plan.stop.share(learner.step, learner.seconds)
        if share >= 1:
            break
        losses.append(learner.train(batch, plan, share))
        if learner.step % plan.every == 0:
            speed = len(losses) * plan.batch / max(learner.seconds - before, 1e-9)
            recent = losses[-plan.every :]
            mean = sum(recent) / len(recent)
            _log.info("step %d, %.0f%%, loss %.3f, %.1f/s", learner.step, 100 * share, mean, speed)
            learner.keep(out / _CHECKPOINT)
        if kept_back and learner.step % (plan.every * 4) == 0:
            _log.info("%s", json.dumps(measure(kept_back, answers(learner.reader, kept_back))))
    learner.keep(out / _CHECKPOINT)
    if kept_back:
        scores = measure(kept_back, answers(learner.reader, kept_back))
        (out / "scores.json").write_text(json.dumps(scores, indent=1), encoding="utf-8")
        _log.info("%s", json.dumps(scores))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--minutes", type=float, help="how long it trains")
    parser.add_argument("--steps", type=int, default=2_000, help="or how many steps")
    parser.add_argument("--rate", type=float, default=1.5e-4, help="rate of the top layer")
    parser.add_argument("--shared", type=int, default=SHARED, help="layers that stay as they are")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--all", action="store_true", help="keep nothing back for choices")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    posts = learned_from()
    ours = authored([post for post in posts if options.all or not is_development(post)])
    kept_back = [] if options.all else authored([post for post in posts if is_development(post)])
    further = others(options.data)
    _log.info("%d posts, %s", len(ours), {name: len(some) for name, some in further.items()})

    def draw(chance: random.Random) -> list[Example]:
        drawn = [
            chance.sample(some, min(_DRAWN[name], len(some))) for name, some in further.items()
        ]
        return [*ours, *(one for some in drawn for one in some)]

    stop = Seconds(60 * options.minutes) if options.minutes else Steps(options.steps)
    plan = Plan(
        stop=stop,
        batch=options.batch,
        rate=options.rate,
        head_rate=1e-3,
        warmup=0.05,
        cooldown=0.35,
        every=50,
    )
    run(draw, kept_back, plan, options.out, options.shared)


if __name__ == "__main__":
    main()
