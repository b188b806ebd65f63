"""A Hugging Face folder with an ONNX model: texts in, logits out, without PyTorch.

A text is read alone and unpadded: dynamic 8-bit models scale by the largest activation of what is
read together, so a text among others would score a little differently; and on one core a batch
is no faster.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from nlp.sentiment.model import ModelError

MODEL_FILES: Final = (
    "model.int8.onnx",
    "model.onnx",
    "onnx/model_quantized.onnx",
    "onnx/model.onnx",
)
"""Where an ONNX model may lie in a folder; the first that exists is taken."""

_READ: Final = 4_000  # characters of a text that are looked at: more than any model's tokens
_LONGEST: Final = 512
_INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")

Logits = dict[str, npt.NDArray[np.float32]]


class Tokens(Protocol):
    """A tokenizer: the numbers of a text, begin and end signs among them."""

    def __call__(self, text: str) -> list[int]:
        """Return at most as many numbers as the model reads, at least one."""
        ...


class OnnxEncoder:
    """The model of a folder. `logits` gives every output that has one row a text."""

    def __init__(self, folder: Path) -> None:
        """Load the model and its tokenizer; nothing is fetched.

        Raises:
            ModelError: a file is missing or damaged; the message says which.
        """
        self.config = read_config(folder)
        self._tokens = _tokenizer(folder, _limit(self.config))
        self._session = _session(folder)
        self._inputs = [put.name for put in self._session.get_inputs()]
        if unknown := sorted(set(self._inputs) - set(_INPUTS)):
            raise ModelError(
                f"{folder}: the ONNX model asks for {unknown[0]!r}, which no text gives"
            )
        self._outputs = [put.name for put in self._session.get_outputs()]

    def logits(self, text: str) -> Logits:
        """Return the row of each output by its name; of a text the first tokens count."""
        ids = np.array([self._tokens(readable(text[:_READ]))], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        given["token_type_ids"] = np.zeros_like(ids)
        rows = self._session.run(self._outputs, {name: given[name] for name in self._inputs})
        return {name: row[0] for name, row in zip(self._outputs, rows, strict=True)}


def readable(text: str) -> str:
    """Return `text` without what no tokenizer takes: halves of surrogate pairs, NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")


def model_file(folder: Path) -> Path | None:
    """Return the ONNX model of a folder, None where it holds none."""
    return next((folder / name for name in MODEL_FILES if (folder / name).is_file()), None)


def read_config(folder: Path) -> Mapping[str, Any]:
    """Return the folder's `config.json`.

    Raises:
        ModelError: it is missing or no JSON object.
    """
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path} is missing: {folder} is no Hugging Face folder") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path} holds no JSON object")
    return config


def _limit(config: Mapping[str, Any]) -> int:
    """Return how many tokens are read of a text."""
    own = config.get("fengsui", {}).get("max_tokens")
    return int(own or min(config.get("max_position_embeddings", _LONGEST), _LONGEST))


def _tokenizer(folder: Path, limit: int) -> Tokens:
    """Read `tokenizer.json` directly; what has none goes through transformers.

    Both give the same numbers (a test compares them); the direct way saves the seconds that
    transformers takes to import.
    """
    path = folder / "tokenizer.json"
    if not path.is_file():
        return _auto_tokenizer(folder, limit)
    from tokenizers import Tokenizer  # noqa: PLC0415 - the linear model needs none

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:
        raise ModelError(f"{path} holds no tokenizer: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    return lambda text: tokenizer.encode(text).ids or [0]


def _auto_tokenizer(folder: Path, limit: int) -> Tokens:
    logging.getLogger("transformers").setLevel(logging.ERROR)  # "PyTorch was not found"
    from transformers import AutoTokenizer  # noqa: PLC0415 - takes seconds

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, TypeError, KeyError, ImportError) as error:
        raise ModelError(f"{folder} holds no tokenizer: {error}") from error
    return lambda text: tokenizer(text, truncation=True, max_length=limit)["input_ids"] or [0]


def _session(folder: Path) -> Any:
    path = model_file(folder)
    if path is None:
        raise ModelError(f"{folder} holds no ONNX model ({MODEL_FILES[0]})")
    return open_session(path)


def open_session(path: Path) -> Any:
    """Return the session of a model's file, of one thread.

    Raises:
        ModelError: the file holds no sound model.
    """
    import onnxruntime  # noqa: PLC0415 - the linear model needs none

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_mem_pattern = False  # texts differ in length
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelError(f"{path} holds no sound ONNX model: {error}") from error
