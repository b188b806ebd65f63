"""The encoder that ships, as PyTorch trains it: read back from its 8-bit ONNX model.

What was rounded stays rounded: the restored encoder answers as the 8-bit one does but for the
rounding of its activations, and it is a base to go on from like any other.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from transformers import BertConfig, BertModel

from nlp.sentiment.onnx_encoder import model_file
from nlp.training.encoder.graph import ROUNDED, SCALE, ZERO
from nlp.training.encoder.network import Encoder

_QUERY: Final = "attention.self.query"
_JOINED: Final = (_QUERY, "attention.self.key", "attention.self.value")
_COUNTED: Final = "position_ids"  # a buffer of BERT's, no parameter

Arrays = dict[str, npt.NDArray[Any]]


def begin_with(folder: Path, layers: Sequence[int] | None = None) -> Encoder:
    """Return the encoder of a folder to go on from, exported by us or of the Hugging Face kind.

    `layers` says which layers are kept, all by default.

    Raises:
        OSError: the folder holds no model.
        ValueError: it holds an ONNX model that export did not write.
    """
    if layers is None and model_file(folder) is not None:
        return restore(folder)
    return Encoder.load(folder, layers)


def restore(folder: Path) -> Encoder:
    """Return the encoder that `nlp.training.encoder.export` wrote to `folder`.

    Raises:
        OSError: the folder holds no model.
        ValueError: it holds one that export did not write.
    """
    path = model_file(folder)
    if path is None:
        raise OSError(f"{folder} holds no ONNX model")
    found = parameters(path)
    encoder = Encoder(BertModel(BertConfig.from_pretrained(folder), add_pooling_layer=False))
    state = encoder.state_dict()
    wanted = [name for name in state if not name.endswith(_COUNTED)]
    if missing := sorted(set(wanted) - set(found)):
        raise ValueError(
            f"{path} lacks {missing[0]}: `nlp.training.encoder.export` did not write it"
        )
    encoder.load_state_dict(
        state | {name: torch.from_numpy(np.array(found[name], np.float32)) for name in wanted}
    )
    return encoder


def parameters(path: Path) -> Arrays:
    """Return the parameters that `nlp.training.encoder.graph` wrote, by their PyTorch names."""
    held = onnx.load(path).graph.initializer
    arrays = {one.name: numpy_helper.to_array(one) for one in held}
    found: Arrays = {}
    for name, array in arrays.items():
        plain = name.removesuffix(ROUNDED)
        if name.endswith(ROUNDED):
            zero = arrays[plain + ZERO].astype(np.float32)
            whole = (array.astype(np.float32) - zero) * arrays[plain + SCALE]
            is_table = "embeddings" in plain
            found |= {plain: whole} if is_table else _apart(plain, whole.T)
        elif name.startswith("heads.") and name.endswith("weight"):
            found[name] = array.T
        elif name.endswith("bias"):
            found |= _apart(name, array)
        else:
            found[name] = array
    return found


def _apart(name: str, array: npt.NDArray[Any]) -> Arrays:
    """Return what was joined: the three parts of an attention stand under the first one's name."""
    if _QUERY not in name:
        return {name: array}
    names = (name.replace(_QUERY, part) for part in _JOINED)
    return dict(zip(names, np.split(array, len(_JOINED)), strict=True))
