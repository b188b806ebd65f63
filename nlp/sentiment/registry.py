"""Which sentiment model a setting means."""

from pathlib import Path
from typing import Final

from nlp.sentiment.linear import FILE_NAME, LinearModel
from nlp.sentiment.model import ModelError, SentimentModel

__all__ = ["LINEAR", "ModelError", "load_model"]

LINEAR: Final = "linear"


def load_model(setting: str = LINEAR) -> SentimentModel:
    """Return the model that `setting` names: "linear", or a folder with weights of that kind.

    Raises:
        ModelError: the setting means no model, or its weights cannot be used.
    """
    if setting == LINEAR:
        return LinearModel.load()
    folder = Path(setting)
    if (folder / FILE_NAME).is_file():
        return LinearModel.load(folder)
    raise ModelError(
        f"no sentiment model {setting!r}: it can be {LINEAR!r} or a folder that holds {FILE_NAME}"
    )
