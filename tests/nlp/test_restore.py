"""The shipped encoder as a base to go on from; needs what `make install-train` installs."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is an extra: `make install-train`")
pytest.importorskip("onnx", reason="part of the extra torch")

import torch

from nlp.sentiment.onnx_encoder import OnnxEncoder
from nlp.sentiment.transformer import FOLDER
from nlp.training.encoder import load_tokenizer
from nlp.training.restore import begin_with, restore

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


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """There is an error that names the folder, no encoder of chance weights."""
    with pytest.raises(OSError, match="no ONNX model"):
        restore(tmp_path)
