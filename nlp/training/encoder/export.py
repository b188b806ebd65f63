"""Write a trained encoder as the folder that ships: configuration, tokenizer, 8-bit ONNX.

python -m nlp.training.encoder.export --run .cache/training/pupil --out nlp/sentiment/encoder
"""

import argparse
import json
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nlp.sentiment.model import LABELS
from nlp.sentiment.tasks import TASKS, Task
from nlp.training.encoder.graph import write_graph
from nlp.training.encoder.network import MAX_TOKENS, RECORD, Encoder

_log = logging.getLogger(__name__)
_TOKENIZER: Final = ("tokenizer.json", "tokenizer_config.json")


def export(run: Path, out: Path, *, tasks: Sequence[Task] = TASKS) -> None:
    """Write `run` to `out`, to be asked `tasks`; temperatures stay 1 until they are calibrated.

    Raises:
        OSError: the run is not there.
    """
    encoder = Encoder.load(run)
    out.mkdir(parents=True, exist_ok=True)
    values = {name: value.numpy() for name, value in encoder.state_dict().items()}
    write_graph(values, encoder.body.config.to_dict(), TASKS, out / "model.int8.onnx")
    for name in _TOKENIZER:
        shutil.copyfile(run / name, out / name)
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    config["id2label"] = dict(enumerate(LABELS))
    config["label2id"] = {label: place for place, label in enumerate(LABELS)}
    config["fengsui"] = {
        "tasks": list(tasks),
        "temperatures": dict.fromkeys(tasks, 1.0),
        "max_tokens": MAX_TOKENS,
        "training": (run / RECORD).read_text(encoding="utf-8").strip(),
    }
    text = json.dumps(config, indent=2, ensure_ascii=False, sort_keys=True)
    (out / "config.json").write_text(text + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in out.iterdir())
    _log.info("%s: %.1f MB", out, size / 1e6)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="folder of a finished run")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    export(options.run, options.out)


if __name__ == "__main__":
    main()
