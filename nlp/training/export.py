"""Write a trained encoder as the folder that ships: configuration, tokenizer, 8-bit ONNX.

python -m nlp.training.export --run .cache/training/pupil --out nlp/sentiment/encoder
"""

import argparse
import json
import logging
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from nlp.sentiment.model import LABELS
from nlp.sentiment.tasks import TASKS, Task
from nlp.training.encoder import MAX_TOKENS, RECORD, Encoder

_log = logging.getLogger(__name__)
_OUTPUTS: Final = ("pooled", *TASKS)
_TOKENIZER: Final = ("tokenizer.json", "tokenizer_config.json")
_OPSET: Final = 17


class _Traced(nn.Module):  # type: ignore[misc, unused-ignore]  # PyTorch is an extra
    """The encoder with tensors alone in and out, as an exporter wants it."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        outputs: tuple[Tensor, ...] = self.encoder(input_ids, attention_mask)
        return outputs


def export(
    run: Path, out: Path, *, tasks: Sequence[Task] = TASKS, reduce_range: bool = True
) -> None:
    """Write `run` to `out`, to be asked `tasks`; temperatures stay 1 until they are calibrated.

    `reduce_range` keeps weights to 7 bits: processors without VNNI add products of 8 bits in
    16-bit registers, which overflow.

    Raises:
        OSError: the run is not there.
    """
    encoder = Encoder.load(run).eval()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "model.onnx"
        _write_onnx(encoder, plain)
        quantize_dynamic(
            plain,
            out / "model.int8.onnx",
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=reduce_range,
        )
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


def _write_onnx(encoder: Encoder, path: Path) -> None:
    ids = torch.ones((2, 7), dtype=torch.int64)
    texts, tokens = torch.export.Dim("texts"), torch.export.Dim("tokens", min=1, max=512)
    torch.onnx.export(
        _Traced(encoder),
        (ids, torch.ones_like(ids)),
        path,
        input_names=["input_ids", "attention_mask"],
        output_names=list(_OUTPUTS),
        dynamic_shapes={
            "input_ids": {0: texts, 1: tokens},
            "attention_mask": {0: texts, 1: tokens},
        },
        opset_version=_OPSET,
        dynamo=True,
        external_data=False,
    )
    onnx.checker.check_model(onnx.load(path))


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
