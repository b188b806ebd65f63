"""Adapt, teach and distil on one GPU, in the time that is given.

python -m nlp.training.encoder.gpu --pack .cache/training/pack --base FOLDER --out
.cache/training/gpu

Run again, it goes on from the last checkpoint of the stage that was not finished.
"""

import argparse
import copy
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from nlp.training.encoder.gpu.pieces import Ints, Labels, Pieces
from nlp.training.encoder.gpu.reader import Reader
from nlp.training.encoder.gpu.scores import columns, scores
from nlp.training.encoder.gpu.stages import Taught, Texts, adapt, ask, distil, teach
from nlp.training.encoder.loop.plan import Plan, Seconds
from nlp.training.encoder.network import RECORD, Encoder, load_tokenizer

_log = logging.getLogger(__name__)
_FOLDS: Final = 4
_SEED: Final = 20261126
_EVERY: Final = 500  # steps between two checkpoints


@dataclass(frozen=True, slots=True)
class Durations:
    """How long each stage takes: `teach` each teacher, `distil` a pupil of six layers."""

    adapt: float
    teach: float
    distil: float


@dataclass(slots=True)
class Run:
    """A run in a folder; what a stage gave stays there, and is not done again."""

    base: Path
    out: Path
    texts: Texts
    seconds: Durations
    began: float
    batch: int = 512

    def encoder(self) -> Encoder:
        """Return the base, with new heads."""
        torch.manual_seed(_SEED)
        encoder: Encoder = Encoder.load(self.base).to(self.texts.device)
        return encoder

    def adapted(self) -> Encoder:
        """Return the base after it has read what nobody labelled."""
        encoder = self.encoder()
        plan = _plan(self.seconds.adapt, self.batch, 4e-4, fall=0.95)
        self._once("adapted", encoder, lambda path: adapt(encoder, self.texts, plan, path))
        return encoder

    def beginning(self, unadapted: float) -> Encoder:
        """Return what the teachers begin with: the adapted base where its teacher is better."""
        encoder = self.adapted()
        adapted = self.measure("teacher0", self.teacher(encoder, 0, "teacher0"))
        if adapted >= unadapted:
            return encoder
        (self.out / "unadapted.pt").replace(self.out / "teacher0.pt")
        return self.encoder()

    def teacher(self, beginning: Encoder, fold: int, name: str) -> Encoder:
        """Return a teacher that has not seen the texts of `fold`."""
        torch.manual_seed(_SEED + fold)
        encoder = copy.deepcopy(beginning)
        for head in encoder.heads.values():
            head.reset_parameters()
        rows = self.texts.train
        rows = rows[self.folds(rows) != fold]
        plan = _plan(self.seconds.teach, self.batch // 2, 2.5e-4, seed=_SEED + fold)
        self._once(name, encoder, lambda path: teach(encoder, self.texts, rows, plan, path))
        return encoder

    def folds(self, rows: Ints) -> Ints:
        """Return the fold of each row; texts that share a view share their fold."""
        folds: Ints = self.texts.labels.views[rows, 0] % _FOLDS
        return folds

    def pupil(self, teacher: Encoder, layers: Sequence[int], taught: Taught) -> Encoder:
        """Return a pupil that begins with some layers of `teacher`, and its heads."""
        pupil = copy.deepcopy(teacher)
        pupil.body.encoder.layer = torch.nn.ModuleList(
            [pupil.body.encoder.layer[at] for at in layers]
        )
        pupil.body.config.num_hidden_layers = len(layers)
        plan = _plan(self.seconds.distil, self.batch, 5e-4, fall=0.93)
        self._once("pupil", pupil, lambda path: distil(pupil, self.texts, taught, plan, path))
        return pupil

    def _once(self, name: str, encoder: Encoder, work: Callable[[Path], str]) -> None:
        path = self.out / f"{name}.pt"
        if path.is_file():
            held = torch.load(path, weights_only=True, map_location=self.texts.device)
            encoder.load_state_dict(held)
            return
        checkpoint = path.with_name(f"{name}-checkpoint.pt")
        told = work(checkpoint)
        torch.save({key: value.half() for key, value in encoder.state_dict().items()}, path)
        checkpoint.unlink()
        self.tell(name, told)

    def tell(self, name: str, what: object) -> None:
        """Write down what is known of a stage."""
        since = time.monotonic() - self.began
        _log.info("%.0f s, %s: %s", since, name, what)
        with self._record.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"stage": name, "told": what}, ensure_ascii=False) + "\n")

    def finish(self, pupil: Encoder) -> None:
        """Write the pupil as a folder that `export` reads."""
        told = [json.loads(line) for line in self._record.read_text("utf-8").splitlines()]
        stages = [one["told"] for one in told if isinstance(one["told"], str)]
        pupil.save(self.out, load_tokenizer(self.base))
        (self.out / RECORD).write_text("; ".join(stages) + f"; seed {_SEED}.\n", encoding="utf-8")

    @property
    def _record(self) -> Path:
        return self.out / "told.jsonl"

    def measure(self, name: str, encoder: Encoder) -> float:
        """Tell how the encoder does on the dev part; returns the mean over the sets."""
        rows = np.flatnonzero(self.texts.labels.part == 1)
        _, logits = ask(encoder, self.texts.labelled, self.texts.labels.views[rows, 2])
        found = scores(logits.float().cpu().numpy(), self.texts.labels, rows)
        self.tell(f"{name}, dev", found)
        return found["mean"]

    def answered(self, beginning: Encoder) -> tuple[Encoder, Taught]:
        """Return the first teacher, and what all answer: none about what it learned from."""
        teachers = [self.teacher(beginning, fold, f"teacher{fold}") for fold in range(_FOLDS)]
        every = np.arange(len(self.texts.labelled.lengths))
        seen_by = torch.from_numpy(self._fold_of_pieces(every)).to(self.texts.device)
        vectors, _ = ask(teachers[0], self.texts.labelled, every)
        own = torch.stack([ask(teacher, self.texts.labelled, every)[1] for teacher in teachers])
        joined = own.float().mean(0).half()
        rows = np.flatnonzero(self.texts.labels.part == 1)
        views = torch.from_numpy(self.texts.labels.views[rows, 2].astype(np.int64))
        mean = joined[views.to(self.texts.device)].float().cpu().numpy()
        self.tell("teachers together, dev", scores(mean, self.texts.labels, rows))
        held = own[seen_by, torch.arange(len(every), device=self.texts.device)]
        free = np.arange(len(self.texts.free.lengths))
        first = ask(teachers[0], self.texts.free, free)
        logits = first[1].float()
        for teacher in teachers[1:]:
            logits += ask(teacher, self.texts.free, free)[1].float()
        self._keep_answers(held, logits / _FOLDS)
        return teachers[0], Taught((vectors, held), (first[0], (logits / _FOLDS).half()))

    def _keep_answers(self, *logits: torch.Tensor) -> None:
        """Write the sentiment of all pieces and free texts: a linear model can learn from it."""
        kept = [part[:, columns()["sentiment"]].half().cpu().numpy() for part in logits]
        np.savez(self.out / "answers.npz", labelled=kept[0], free=kept[1])

    def _fold_of_pieces(self, every: Ints) -> Ints:
        """Return which teacher has not seen each piece; any where none has."""
        folds = every % _FOLDS
        rows = self.texts.train
        for view in (2, 1, 0):
            folds[self.texts.labels.views[rows, view]] = self.folds(rows)
        return folds


def _plan(
    seconds: float, batch: int, rate: float, *, fall: float = 0.87, seed: int = _SEED
) -> Plan:
    return Plan(
        stop=Seconds(seconds),
        batch=batch,
        rate=rate,
        head_rate=1e-3,
        fall=fall,
        cooldown=0.4,
        betas=(0.9, 0.98),
        every=_EVERY,
        seed=seed,
    )


def _texts(pack: Path, device: torch.device) -> Texts:
    with np.load(pack / "emoticons.npz") as held:
        emoticons, mask = held["emoticons"].astype(np.int64), int(held["mask"])
    return Texts(
        Reader.on(device, Pieces.load(pack, "labelled")),
        Reader.on(device, Pieces.load(pack, "unlabelled")),
        torch.from_numpy(emoticons).to(device),
        Labels.load(pack),
        mask,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True, help="what pack wrote")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--adapt", type=float, default=170, help="seconds of adaptation")
    parser.add_argument("--teach", type=float, default=40, help="seconds of each teacher")
    parser.add_argument("--distil", type=float, default=120, help="seconds of each pupil")
    parser.add_argument(
        "--layers",
        type=lambda value: [int(part) for part in value.split(",")],
        default=[0, 2, 4, 6, 8, 11],
        help="the layers of a teacher that the pupil begins with",
    )
    parser.add_argument("--only-base", action="store_true", help="stop after the first teacher")
    parser.add_argument("--batch", type=int, default=512, help="texts a step; teachers read half")
    parser.add_argument("--device", default="cuda", help="of PyTorch's names")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options.out.mkdir(parents=True, exist_ok=True)
    seconds = Durations(options.adapt, options.teach, options.distil)
    texts = _texts(options.pack, torch.device(options.device))
    run = Run(options.base, options.out, texts, seconds, time.monotonic(), options.batch)
    unadapted = run.measure("unadapted", run.teacher(run.encoder(), 0, "unadapted"))
    if options.only_base:
        return
    teacher, taught = run.answered(run.beginning(unadapted))
    pupil = run.pupil(teacher, options.layers, taught)
    run.measure("pupil", pupil)
    run.finish(pupil)


if __name__ == "__main__":
    main()
