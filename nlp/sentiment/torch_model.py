"""Any sequence classifier of Hugging Face as sentiment model, in PyTorch (extra `torch`)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from nlp.sentiment.labels import sentiment_places
from nlp.sentiment.model import ModelError, Score
from nlp.sentiment.onnx_encoder import readable
from nlp.sentiment.tasks import CLASSES
from nlp.sentiment.transformer import CERTAIN, softmax

_READ: Final = 4_000  # characters of a text that are looked at
_LONGEST: Final = 512  # tokens


class TorchModel:
    """Scores texts one by one, so that none changes with its neighbours."""

    def __init__(self, tokenizer: Any, model: Any, name: str) -> None:
        self.name = name
        self._tokenizer = tokenizer
        self._model = model
        self._places = sentiment_places(model.config.to_dict())

    @staticmethod
    def load(setting: str) -> "TorchModel":
        """Load a folder, or a model by its id.

        Raises:
            ModelError: PyTorch is missing, there is no such model, or its labels mean nothing.
        """
        try:
            import torch  # noqa: F401, PLC0415 - an extra
            from transformers import (  # noqa: PLC0415 - takes seconds
                AutoModelForSequenceClassification,
                AutoTokenizer,
            )
        except ImportError as error:
            raise ModelError(_hint(setting, f"PyTorch is not installed ({error})")) from error
        try:
            tokenizer = AutoTokenizer.from_pretrained(setting)
            model = AutoModelForSequenceClassification.from_pretrained(setting).eval()
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(_hint(setting, str(error).splitlines()[0])) from error
        version = getattr(model.config, "_commit_hash", None) or "local"
        return TorchModel(tokenizer, model, f"{setting}@{version[:8]}")

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score a text, in order. A blank text is neutral with certainty."""
        return [self._score(text) if text and not text.isspace() else CERTAIN for text in texts]

    def _score(self, text: str) -> Score:
        import torch  # noqa: PLC0415

        tokens = self._tokenizer(
            readable(text[:_READ]), return_tensors="pt", truncation=True, max_length=_LONGEST
        )
        with torch.inference_mode():
            shares = softmax(self._model(**tokens).logits[0].tolist(), 1.0)
        gathered = dict.fromkeys(CLASSES["sentiment"], 0.0)
        for place, label in self._places.items():
            gathered[label] += shares[place]
        return Score(**gathered)


def _hint(setting: str, why: str) -> str:
    kind = "folder" if Path(setting).is_dir() else "name"
    return (
        f"no sentiment model can be made of {setting!r}: {why}. It can be cascade, linear or "
        "transformer; a folder with linear.npz; a Hugging Face folder with an ONNX model; or, "
        f"with the extra `torch`, any Hugging Face folder or id (this is taken for a {kind})"
    )
