"""Fine-tune on labelled posts of one's own, and write a folder that `model = "..."` takes.

python -m nlp.training.encoder.own --file labelled.csv --text text --label label --out FOLDER

A tenth of the posts each is kept back: one to calibrate by, one to tell how good the model is.
"""

import argparse
import logging
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from nlp.sentiment.model import LABELS
from nlp.sentiment.onnx_encoder import OnnxEncoder
from nlp.sentiment.transformer import FOLDER
from nlp.training.calibrate import temperature
from nlp.training.encoder import report
from nlp.training.encoder.corpus import Labelled, own_posts
from nlp.training.encoder.export import export
from nlp.training.encoder.fit import WARMUP, labelled
from nlp.training.encoder.loop.plan import Plan, Steps
from nlp.training.encoder.loop.processes import run
from nlp.training.encoder.network import load_tokenizer
from nlp.training.encoder.restore import begin_with
from nlp.training.sentiment.corpus import Example
from nlp.training.sentiment.report import measure

_log = logging.getLogger(__name__)
_LEAST = 200  # posts below which nothing can be calibrated


def fine_tune(posts: Sequence[Labelled], base: Path, out: Path, plan: Plan) -> None:
    """Train `base` on the posts, and write `out`: an encoder, calibrated, with a cascade.

    Raises:
        ValueError: there are too few posts.
    """
    if len(posts) < _LEAST:
        raise ValueError(f"{len(posts)} posts are too few: at least {_LEAST} are needed")
    encoder, processes = begin_with(base), os.cpu_count() or 1
    run(encoder, load_tokenizer(base), posts, labelled, plan, out / "run", processes)
    export(out / "run", out, tasks=("sentiment",))
    shutil.rmtree(out / "run")
    trained = OnnxEncoder(out)
    dev = report.answer(trained, _examples(posts, "dev"))
    heat = temperature(
        dev.logits["sentiment"],
        report.places([e.label for e in dev.examples], LABELS),
        report.allowed(dev.examples),
    )
    chosen = report.choose_policy(dev, heat)
    report.write_calibration(out, {"sentiment": heat}, chosen)
    test = report.answer(trained, _examples(posts, "test"))
    for name, model in report.models(test, chosen, heat).items():
        for row in measure(model, test.examples, None):
            _log.info("%s: accuracy %.3f, macro-F1 %.3f", name, row.accuracy, row.macro_f1)


def _examples(posts: Sequence[Labelled], split: str) -> list[Example]:
    return [
        Example("own", p.split, p.spoken, p.words, p.sentiment, 1.0, p.whole)
        for p in posts
        if p.split == split
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--file", type=Path, required=True, help="CSV with labelled posts")
    parser.add_argument("--text", required=True, help="its column with the text")
    parser.add_argument("--label", required=True, help="its column with the label")
    parser.add_argument("--map", default="", help="such as 0=negative,1=positive")
    parser.add_argument(
        "--base", type=Path, default=FOLDER, help="folder of a model; by default the one that ships"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--rate", type=float, default=5e-5, help="learning rate of the top layer")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    pairs = [pair.split("=", 1) for pair in options.map.split(",") if "=" in pair]
    names = {key.strip(): name.strip() for key, name in pairs} or {name: name for name in LABELS}
    posts = own_posts(options.file, options.text, options.label, names)
    texts = sum(post.split == "train" for post in posts)
    steps = max(1, round(options.epochs * texts / 64))
    plan = Plan(Steps(steps), rate=options.rate, warmup=min(WARMUP / steps, 0.1))
    fine_tune(posts, options.base, options.out, plan)


if __name__ == "__main__":
    main()
