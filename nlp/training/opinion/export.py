"""Write a trained reader as it ships: 8-bit ONNX next to the encoder that it shares layers with.

python -m nlp.training.opinion.export --run FOLDER --out nlp/sentiment/encoder

What it has in common with `model.int8.onnx` (tables and lower layers, two thirds of the whole) is
not written again: the file points to the places of that one.
"""

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import onnx
import torch
from onnx import TensorProto, external_data_helper

from nlp.opinion.questions import WIDTH
from nlp.opinion.reader import CONFIG_FILE, READER_FILE, Settings, digest_of
from nlp.sentiment.onnx_encoder import model_file, read_config
from nlp.training.encoder.graph import reader_model
from nlp.training.opinion.batches import tokenizer_of

_log = logging.getLogger(__name__)
_WORTH: Final = 512  # bytes from which a constant is pointed to


def export(
    state: Mapping[str, Any], shared: int, encoder: Path, settings: Mapping[str, Any]
) -> int:
    """Write the reader of these parameters into the folder of `encoder`; return its bytes.

    Raises:
        OSError: the folder holds no encoder.
    """
    base = model_file(encoder)
    if base is None:
        raise OSError(f"{encoder} holds no encoder to share layers with")
    values = {name: value.numpy() for name, value in state.items()}
    model = reader_model(values, read_config(encoder))
    _point(model, base, shared)
    path = encoder / READER_FILE
    path.write_bytes(model.SerializeToString())
    signs, _ = tokenizer_of(encoder)
    known = Settings(encoder=digest_of(base), signs=signs, width=WIDTH, **settings)
    text = json.dumps(known.to_json(), indent=1, ensure_ascii=False)
    (encoder / CONFIG_FILE).write_text(text + "\n", encoding="utf-8")
    return path.stat().st_size


def _point(model: Any, base: Path, shared: int) -> None:
    """Replace what the lower layers and tables hold by places in the encoder's own file."""
    content = base.read_bytes()
    theirs = {one.name: one for one in onnx.load(base).graph.initializer}
    common = ("body.embeddings.", *(f"body.encoder.layer.{at}." for at in range(shared)))
    for constant in model.graph.initializer:
        if not constant.name.startswith(common):
            continue
        raw = theirs[constant.name].raw_data
        constant.raw_data = raw  # as it ships, not as it would be rounded again
        if len(raw) >= _WORTH:
            at = content.index(raw)
            external_data_helper.set_external_data(constant, base.name, at, len(raw))
            constant.ClearField("raw_data")
            constant.data_location = TensorProto.EXTERNAL


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="folder of a finished run")
    parser.add_argument("--shared", type=int, default=3, help="layers that were not trained")
    parser.add_argument("--out", type=Path, required=True, help="folder of the encoder")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    kept = torch.load(options.run / "checkpoint.pt", weights_only=True)
    chosen = json.loads((options.run / "chosen.json").read_text(encoding="utf-8"))
    size = export(kept["reader"], options.shared, options.out, chosen)
    _log.info("%s: %.1f MB", options.out / READER_FILE, size / 1e6)


if __name__ == "__main__":
    main()
