"""Which sentiment model a setting means."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nlp.sentiment.cascade import POLICY_FILE, CascadeModel
from nlp.sentiment.linear import FILE_NAME, LinearModel
from nlp.sentiment.model import GIVEN_UP, ModelError, Score, SentimentModel
from nlp.sentiment.onnx_encoder import model_file
from nlp.sentiment.transformer import TransformerModel

__all__ = ["CASCADE", "LINEAR", "TRANSFORMER", "LinearAlone", "ModelError", "load_model"]

_log = logging.getLogger(__name__)

CASCADE: Final = "cascade"
LINEAR: Final = "linear"
TRANSFORMER: Final = "transformer"


@dataclass(frozen=True, slots=True)
class LinearAlone:
    """The linear stage in place of a cascade whose transformer cannot be used, and why."""

    linear: LinearModel
    problem: str

    @property
    def name(self) -> str:
        """The linear model's own: a mention says which model really scored it."""
        return self.linear.name

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score a text, in order, as the linear model gives it."""
        return self.linear.score(texts)


def load_model(setting: str = CASCADE, given_up: float = GIVEN_UP) -> SentimentModel:
    """Return the model that `setting` names.

    "cascade" (linear stage, then our transformer), "linear" or "transformer" alone; a folder with
    weights of the linear kind, with an ONNX model of the Hugging Face kind (a cascade where it
    holds `cascade.json`), or with a PyTorch model; or the id of a model that the Hugging Face
    cache of this machine or its hub has (the last two with the extra `torch`). Where our own
    transformer cannot be used, the linear stage works alone: see `LinearAlone`.

    Raises:
        ModelError: the setting means no model, or its weights cannot be used.
    """
    if setting == LINEAR:
        return LinearModel.load()
    if setting == TRANSFORMER:
        return TransformerModel.load()
    if setting == CASCADE:
        try:
            return CascadeModel.load(given_up=given_up)
        except ModelError as error:
            _log.warning("the linear sentiment model works alone: %s", error)
            return LinearAlone(LinearModel.load(), str(error))
    return _from_folder(Path(setting), given_up) or _torch(setting)


def _from_folder(folder: Path, given_up: float) -> SentimentModel | None:
    if (folder / FILE_NAME).is_file():
        return LinearModel.load(folder)
    if not folder.is_dir() or model_file(folder) is None:
        return None
    if (folder / POLICY_FILE).is_file():
        return CascadeModel.load(folder, given_up)
    return TransformerModel.load(folder)


def _torch(setting: str) -> SentimentModel:
    from nlp.sentiment.torch_model import TorchModel  # noqa: PLC0415 - PyTorch is an extra

    return TorchModel.load(setting)
