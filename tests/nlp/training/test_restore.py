"""The shipped encoder as a base to go on from; needs what `make install-train` installs."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is an extra: `make install-train`")
pytest.importorskip("onnx", reason="part of the extra torch")

import onnxruntime
import torch

from nlp.sentiment.onnx_encoder import OnnxEncoder
from nlp.sentiment.tasks import TASKS
from nlp.sentiment.transformer import FOLDER
from nlp.training.encoder.graph import rounded_table, rounded_weights, write_graph
from nlp.training.encoder.network import load_tokenizer
from nlp.training.encoder.restore import begin_with, parameters, restore

TEXTS = ("客服态度恶劣，要求退款", "排了两小时终于喝到，值了", "今天下午三点开会", "😡" * 5)


def test_a_restored_encoder_answers_as_the_shipped_one() -> None:
    """Its logits are those of the 8-bit model but for the rounding of activations."""
    encoder, tokenizer = begin_with(FOLDER).eval(), load_tokenizer(FOLDER)
    batch = tokenizer(list(TEXTS), padding=True, return_tensors="pt")
    with torch.no_grad():
        _, sentiment, *_ = encoder(batch["input_ids"], batch["attention_mask"])
    shipped = OnnxEncoder(FOLDER)
    expected = np.array([shipped.logits(text)["sentiment"] for text in TEXTS])
    assert np.abs(sentiment.numpy() - expected).max() < 0.5
    assert (sentiment.numpy().argmax(1) == expected.argmax(1)).all()


def test_what_is_restored_is_written_again_as_it_was(tmp_path: Path) -> None:
    """Rounding what was rounded changes nothing: parameters come back bit by bit."""
    config = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
    path = FOLDER / "model.int8.onnx"
    write_graph(parameters(path), config, TASKS, tmp_path / "model.onnx")
    before, after = parameters(path), parameters(tmp_path / "model.onnx")
    assert before.keys() == after.keys()
    for name, array in before.items():
        np.testing.assert_array_equal(array, after[name], err_msg=name)


def test_padding_changes_no_answer() -> None:
    """The graph takes texts together as well: what the mask leaves out is not read."""
    tokenizer, shipped = load_tokenizer(FOLDER), OnnxEncoder(FOLDER)
    batch = tokenizer(list(TEXTS), padding=True, return_tensors="np")
    given = {name: batch[name].astype(np.int64) for name in ("input_ids", "attention_mask")}
    session = onnxruntime.InferenceSession(FOLDER / "model.int8.onnx")
    (together,) = session.run(["sentiment"], given)
    alone = np.array([shipped.logits(text)["sentiment"] for text in TEXTS])
    assert np.abs(together - alone).max() < 0.3  # activations are rounded by the largest of them


def test_rounding_is_close() -> None:
    """Weights are right to half a step of their channel, tables to half a step of theirs."""
    chance = np.random.default_rng(1)
    weights = chance.normal(size=(6, 9)).astype(np.float32)
    whole, scale = rounded_weights(weights)
    assert np.abs(whole).max() == 64
    assert (np.abs(whole * scale - weights.T) <= scale / 2 + 1e-6).all()
    table, step, zero = rounded_table(weights)
    assert (np.abs((table.astype(np.float32) - zero) * step - weights) <= step / 2 + 1e-6).all()


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """There is an error that names the folder, no encoder of chance weights."""
    with pytest.raises(OSError, match="no ONNX model"):
        restore(tmp_path)
