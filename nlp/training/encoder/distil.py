"""Distil a trained encoder into fewer layers of itself.

python -m nlp.training.encoder.distil --examples .cache/training/examples.jsonl.gz \
    --base .cache/training/teacher --layers 0,2,4,6,8,11 --out .cache/training/pupil --epochs 2

The pupil begins with the named layers of the teacher, and with its heads.
"""

import argparse
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from nlp.training.encoder.corpus import read
from nlp.training.encoder.fit import parse, plan
from nlp.training.encoder.loop.batch import Batch
from nlp.training.encoder.loop.losses import Loss, distilled_loss
from nlp.training.encoder.loop.processes import run
from nlp.training.encoder.network import Encoder, load_tokenizer


@dataclass(slots=True)
class _Taught:
    """The loss against the teacher's answers."""

    teacher: Encoder

    def __call__(self, outputs: Sequence[Tensor], batch: Batch) -> Tensor:
        with torch.inference_mode():
            answers = self.teacher(batch.ids, batch.mask)
        return distilled_loss(outputs, batch, [answer.clone() for answer in answers])


def _loss(folder: Path) -> Loss:
    return _Taught(Encoder.load(folder).eval())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options = parse(parser, arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    examples = read(options.examples)
    pupil = Encoder.load(options.base, options.layers)
    loss = partial(_loss, options.base)
    run(
        pupil,
        load_tokenizer(options.base),
        examples,
        loss,
        plan(options, examples),
        options.out,
        options.processes,
    )


if __name__ == "__main__":
    main()
