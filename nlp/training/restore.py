"""The encoder that ships, as PyTorch trains it: read back from its 8-bit ONNX model.

What was rounded stays rounded: the restored encoder answers as the 8-bit one does but for the
rounding of its activations, and it is a base to go on from like any other.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from transformers import BertConfig, BertModel

from nlp.sentiment.onnx_encoder import model_file
from nlp.training.encoder import Encoder

_PREFIX: Final = "encoder."  # `export` wraps the encoder
_ROUNDED: Final = "_quantized"

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
    """Return the encoder that `nlp.training.export` wrote to `folder`.

    Raises:
        OSError: the folder holds no model.
        ValueError: it holds one that export did not write.
    """
    path = model_file(folder)
    if path is None:
        raise OSError(f"{folder} holds no ONNX model")
    graph = onnx.load(path).graph
    arrays = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    config = BertConfig.from_pretrained(folder)
    encoder = Encoder(BertModel(config, add_pooling_layer=False))
    wanted = encoder.state_dict()
    found = {name: torch.from_numpy(np.array(array)) for name, array in _weights(graph, arrays)}
    if missing := sorted(set(wanted) - set(found)):
        raise ValueError(f"{path} lacks {missing[0]}: `nlp.training.export` did not write it")
    encoder.load_state_dict({name: found[name] for name in wanted})
    return encoder


def _weights(graph: Any, arrays: Arrays) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Yield each parameter by the name that PyTorch has for it."""
    for name, array in arrays.items():
        if name.startswith(_PREFIX) and not name.endswith((_ROUNDED, "_scale", "_zero_point")):
            yield name.removeprefix(_PREFIX), array
        if name.startswith(_PREFIX) and name.endswith(f"embeddings.weight{_ROUNDED}"):
            plain = name.removesuffix(_ROUNDED)
            yield plain.removeprefix(_PREFIX), _unrounded(plain, arrays)
    taken_by = {put: node for node in graph.node for put in node.input}
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            plain = node.input[1].removesuffix(_ROUNDED)
            bias = _bias_after(node, taken_by)
            yield bias.removesuffix("bias") + "weight", _unrounded(plain, arrays).T


def _bias_after(node: Any, taken_by: dict[str, Any]) -> str:
    """Return the name of the bias that is added to a product of whole numbers."""
    while node.op_type != "Add":
        if node.output[0] not in taken_by:
            raise ValueError("a product has no bias: `nlp.training.export` did not write the model")
        node = taken_by[node.output[0]]
    names = [put for put in node.input if put.startswith(_PREFIX) and put.endswith("bias")]
    if not names:
        raise ValueError("a bias has no name: `nlp.training.export` did not write the model")
    return str(names[0]).removeprefix(_PREFIX)


def _unrounded(name: str, arrays: Arrays) -> npt.NDArray[np.float32]:
    whole = arrays[name + _ROUNDED].astype(np.float32)
    scale = arrays[f"{name}_scale"].astype(np.float32)
    return (whole - arrays[f"{name}_zero_point"].astype(np.float32)) * scale
