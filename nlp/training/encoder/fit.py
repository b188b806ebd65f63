"""Fine-tune an encoder on labelled texts: the teacher, the pupil, or a model of one's own.

python -m nlp.training.encoder.fit --examples .cache/training/examples.jsonl.gz --base FOLDER \
    --out .cache/training/teacher --epochs 2

Run again, it goes on from its last checkpoint. `--layers 0,2,4,6,8,11` begins with these layers
of the base alone.
"""

import argparse
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nlp.training.encoder.corpus import read
from nlp.training.encoder.loop.losses import Loss, labelled_loss
from nlp.training.encoder.loop.plan import Plan, Steps
from nlp.training.encoder.loop.processes import run
from nlp.training.encoder.network import load_tokenizer
from nlp.training.encoder.restore import begin_with

WARMUP: Final = 150
"""Steps in which the rate rises, at most a tenth of the run."""


def labelled() -> Loss:
    """Return the loss of labelled texts, in whatever process it is needed."""
    return labelled_loss


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    options = parse(argparse.ArgumentParser(description=__doc__.splitlines()[0]), arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    examples = read(options.examples)
    encoder = begin_with(options.base, options.layers)
    run(
        encoder,
        load_tokenizer(options.base),
        examples,
        labelled,
        plan(options, examples),
        options.out,
        options.processes,
    )


def parse(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Add the options of every training run to `parser`, and parse."""
    parser.add_argument("--examples", type=Path, required=True, help="what prepare wrote")
    parser.add_argument(
        "--base", type=Path, required=True, help="folder of the model to begin with"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--epochs", type=float, default=2.0, help="passes over the train part")
    parser.add_argument("--batch", type=int, default=64, help="texts a step")
    parser.add_argument("--rate", type=float, default=2e-4, help="learning rate of the top layer")
    parser.add_argument(
        "--cooldown", type=float, default=0.25, help="share of steps that slow down"
    )
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="each with one thread"
    )
    parser.add_argument(
        "--layers",
        type=lambda value: [int(part) for part in value.split(",")],
        help="the layers of the base to keep, such as 0,2,4,6,8,11",
    )
    return parser.parse_args(arguments)


def plan(options: argparse.Namespace, examples: Sequence[object]) -> Plan:
    """Return the plan that the options mean for these examples."""
    texts = sum(getattr(example, "split", "") == "train" for example in examples)
    steps = max(1, round(options.epochs * texts / options.batch))
    return Plan(
        stop=Steps(steps),
        batch=options.batch,
        rate=options.rate,
        warmup=min(WARMUP / steps, 0.1),
        cooldown=options.cooldown,
    )


if __name__ == "__main__":
    main()
