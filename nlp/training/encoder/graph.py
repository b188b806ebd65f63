"""The 8-bit ONNX graph of an encoder, written node by node.

An exporter and a quantiser give 470 nodes, of which the products take less than half of the time;
these 80 do the same in two thirds of it, by the joined operators that ONNX Runtime has for BERT:
attention over whole numbers, products that round what they read, GELU. Weights are rounded to 7
bits a channel and tables to 8 bits, under the names that PyTorch has for them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from nlp.sentiment.tasks import CLASSES, Task

OPSET: Final = 17
ROUNDED: Final = ".rounded"
SCALE: Final = ".scale"
ZERO: Final = ".zero"
_JOINED: Final = "com.microsoft"  # the domain of the joined operators
_STEPS: Final = 64  # either side of zero: processors without VNNI add products in 16 bits
_TABLE_STEPS: Final = 255
_WORDS: Final = "body.embeddings.word_embeddings.weight"
_PLACES: Final = "body.embeddings.position_embeddings.weight"
_TYPES: Final = "body.embeddings.token_type_embeddings.weight"

_READS: Final = dict.fromkeys(("input_ids", "attention_mask"), int(TensorProto.INT64))
_CHOSEN: Final = ("own", "brand")
ANSWERS: Final = "answers"
"""The output of a reader of opinions."""

Array = npt.NDArray[Any]


@dataclass(slots=True)
class _Graph:
    """Nodes and constants as they are added; a name is given back to be used further on."""

    parameters: Mapping[str, Array]
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, name: str, value: Array) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def parameter(self, name: str) -> str:
        return self.constant(name, self.parameters[name].astype(np.float32))

    def node(self, kind: str, takes: Iterable[str], gives: str, **settings: Any) -> str:
        self.nodes.append(helper.make_node(kind, list(takes), [gives], **settings))
        return gives

    def joined(self, kind: str, takes: Iterable[str], gives: str, **settings: Any) -> str:
        return self.node(kind, takes, gives, domain=_JOINED, **settings)

    def rounded(self, *layers: str) -> tuple[str, str, str, str]:
        """Add the weights of linear layers side by side; return weights, scale, zero, bias."""
        parts = [rounded_weights(self.parameters[f"{layer}.weight"]) for layer in layers]
        biases = [self.parameters[f"{layer}.bias"].astype(np.float32) for layer in layers]
        whole, scale = (np.concatenate(some, axis=-1) for some in zip(*parts, strict=True))
        name = layers[0]
        return (
            self.constant(f"{name}.weight{ROUNDED}", whole),
            self.constant(f"{name}.weight{SCALE}", scale),
            self.constant(f"{name}.weight{ZERO}", np.zeros(len(scale), dtype=np.int8)),
            self.constant(f"{name}.bias", np.concatenate(biases)),
        )

    def linear(self, layer: str, takes: str) -> str:
        return self.joined("DynamicQuantizeMatMul", [takes, *self.rounded(layer)], f"{layer}.out")

    def normal(self, layer: str, takes: str, epsilon: float) -> str:
        weights = (self.parameter(f"{layer}.{part}") for part in ("weight", "bias"))
        return self.node(
            "LayerNormalization", [takes, *weights], f"{layer}.out", axis=-1, epsilon=epsilon
        )

    def table(self, name: str) -> tuple[str, str, str]:
        whole, scale, zero = rounded_table(self.parameters[name])
        return (
            self.constant(f"{name}{ROUNDED}", whole),
            self.constant(f"{name}{SCALE}", scale),
            self.constant(f"{name}{ZERO}", zero),
        )


def rounded_weights(weights: Array) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Return whole numbers of shape (in, out) and a scale an output, of a weight (out, in)."""
    scale = np.maximum(np.abs(weights).max(axis=1) / _STEPS, 1e-12).astype(np.float32)
    return np.rint(weights / scale[:, None]).astype(np.int8).T, scale


def rounded_table(
    table: Array,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Return whole numbers of the table's shape, their scale, and which of them means 0."""
    low, high = min(float(table.min()), 0.0), max(float(table.max()), 0.0)
    scale = np.float32(max((high - low) / _TABLE_STEPS, 1e-12))
    zero = np.uint8(round(-low / scale))
    whole = np.clip(np.rint(table / scale) + zero, 0, _TABLE_STEPS).astype(np.uint8)
    return whole, np.array(scale), np.array(zero)


def write_graph(
    parameters: Mapping[str, Array], config: Mapping[str, Any], tasks: Iterable[Task], path: Path
) -> None:
    """Write the model of an `Encoder` with these parameters, by their PyTorch names, to `path`.

    It takes `input_ids` and `attention_mask`, both (texts, tokens), and gives `pooled` (texts,
    width) and for each of `tasks` its logits (texts, classes). `config` is that of a BERT model.
    """
    graph = _Graph(parameters)
    _pooled(graph, _last_layer(graph, config))
    outputs = {"pooled": int(config["hidden_size"])}
    for task in tasks:
        outputs[task] = len(CLASSES[task])
        weights = graph.constant(f"heads.{task}.weight", parameters[f"heads.{task}.weight"].T)
        graph.node("Gemm", ["pooled", weights, graph.parameter(f"heads.{task}.bias")], task)
    onnx.save(_model(graph, outputs, _READS), path)


def reader_model(parameters: Mapping[str, Array], config: Mapping[str, Any]) -> Any:
    """Return the model of a reader of opinions (`nlp.training.opinion.network.Reader`).

    Besides what an encoder takes, it takes the shares that `own` words and places of the `brand`
    have in two means, both (texts, tokens), and gives `answers` (texts, answers).
    """
    graph = _Graph(parameters)
    state = _last_layer(graph, config)
    middle = graph.constant("middle", np.array([1], dtype=np.int64))
    means = []
    for chosen in _CHOSEN:
        graph.node("Unsqueeze", [chosen, middle], f"{chosen}.wide")
        graph.node("MatMul", [f"{chosen}.wide", state], f"{chosen}.kept")
        means.append(graph.node("Squeeze", [f"{chosen}.kept", middle], f"{chosen}.mean"))
    graph.node("Concat", means, "means", axis=-1)
    weights = graph.constant("heads.weight", parameters["heads.weight"].T.astype(np.float32))
    graph.node("Gemm", ["means", weights, graph.parameter("heads.bias")], ANSWERS)
    outputs = {ANSWERS: len(parameters["heads.bias"])}
    return _model(graph, outputs, _READS | dict.fromkeys(_CHOSEN, TensorProto.FLOAT))


def _last_layer(graph: _Graph, config: Mapping[str, Any]) -> str:
    epsilon = float(config["layer_norm_eps"])
    state = _embedded(graph, epsilon)
    graph.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    for number in range(config["num_hidden_layers"]):
        heads = int(config["num_attention_heads"])
        state = _layer(graph, f"body.encoder.layer.{number}", state, heads, epsilon)
    return state


def _embedded(graph: _Graph, epsilon: float) -> str:
    """Add up words, places and the type, which is the same for all tokens."""
    words, scale, zero = graph.table(_WORDS)
    graph.node("Gather", [words, "input_ids"], "words.rounded")
    graph.node("DequantizeLinear", ["words.rounded", scale, zero], "words")
    places, scale, zero = graph.table(_PLACES)
    begin = graph.constant("begin", np.zeros(1, dtype=np.int64))
    graph.node("Shape", ["input_ids"], "tokens", start=1, end=2)
    graph.node("Slice", [places, begin, "tokens"], "places.rounded")
    graph.node("DequantizeLinear", ["places.rounded", scale, zero], "places")
    kind = graph.constant(_TYPES, graph.parameters[_TYPES].astype(np.float32))
    graph.node("Slice", [kind, begin, graph.constant("one", np.ones(1, np.int64))], "type")
    graph.node("Add", ["words", "places"], "words.placed")
    graph.node("Add", ["words.placed", "type"], "embedded")
    return graph.normal("body.embeddings.LayerNorm", "embedded", epsilon)


def _layer(graph: _Graph, name: str, state: str, heads: int, epsilon: float) -> str:
    attention, scale, zero = (f"{name}.{part}" for part in ("read", "read.scale", "read.zero"))
    graph.nodes.append(helper.make_node("DynamicQuantizeLinear", [state], [attention, scale, zero]))
    parts = (f"{name}.attention.self.{part}" for part in ("query", "key", "value"))
    weights, weight_scale, weight_zero, bias = graph.rounded(*parts)
    takes = [attention, weights, bias, scale, weight_scale, "mask", zero, weight_zero]
    read = graph.joined("QAttention", takes, f"{name}.attention", num_heads=heads)
    read = graph.linear(f"{name}.attention.output.dense", read)
    read = graph.node("Add", [read, state], f"{name}.attention.sum")
    read = graph.normal(f"{name}.attention.output.LayerNorm", read, epsilon)
    wide = graph.linear(f"{name}.intermediate.dense", read)
    wide = graph.joined("Gelu", [wide], f"{name}.gelu")
    narrow = graph.linear(f"{name}.output.dense", wide)
    narrow = graph.node("Add", [narrow, read], f"{name}.sum")
    return graph.normal(f"{name}.output.LayerNorm", narrow, epsilon)


def _pooled(graph: _Graph, state: str) -> None:
    """Take the mean over the tokens that the mask has."""
    last = graph.constant("last", np.array([-1], dtype=np.int64))
    graph.node("Cast", ["attention_mask"], "shares", to=TensorProto.FLOAT)
    graph.node("Unsqueeze", ["shares", last], "shares.wide")
    graph.node("Mul", [state, "shares.wide"], "masked")
    graph.node("ReduceSum", ["masked", "one"], "total", keepdims=0)
    graph.node("ReduceSum", ["shares", "one"], "count", keepdims=1)
    least = graph.constant("least", np.array(1, dtype=np.float32))
    graph.node("Max", ["count", least], "counted")
    graph.node("Div", ["total", "counted"], "pooled")


def _model(graph: _Graph, outputs: Mapping[str, int], inputs: Mapping[str, int]) -> Any:
    takes = [
        helper.make_tensor_value_info(name, kind, ["texts", "tokens"])
        for name, kind in inputs.items()
    ]
    gives = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["texts", width])
        for name, width in outputs.items()
    ]
    made = helper.make_graph(graph.nodes, "encoder", takes, gives, graph.constants)
    domains = [helper.make_opsetid("", OPSET), helper.make_opsetid(_JOINED, 1)]
    return helper.make_model(made, opset_imports=domains, ir_version=9)
