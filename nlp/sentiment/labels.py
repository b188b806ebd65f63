"""What the labels of other people's models mean."""

import re
from collections.abc import Mapping
from typing import Any, Final

from nlp.sentiment.model import ModelError

_MEANINGS: Final = {
    "negative": ("negative", "neg", "bad", "消极", "负面", "负向", "差评", "1 star", "2 stars"),
    "neutral": ("neutral", "neu", "中性", "中立", "3 stars"),
    "positive": ("positive", "pos", "good", "积极", "正面", "正向", "好评", "4 stars", "5 stars"),
}
_BY_NUMBER: Final = {2: ("negative", "positive"), 3: ("negative", "neutral", "positive")}
_BARE: Final = re.compile(r"(?:label_)?\d+")


def sentiment_places(config: Mapping[str, Any]) -> dict[int, str]:
    """Return the class that each place of a model's output means, by the `id2label` of its config.

    Bare numbers (`LABEL_0`) are taken in the order negative, (neutral,) positive.

    Raises:
        ModelError: the config names no labels, or one that means no sentiment.
    """
    names = config.get("id2label")
    if not isinstance(names, dict) or not names:
        raise ModelError("config.json names no labels (id2label)")
    labels = {int(place): str(name).strip().lower() for place, name in names.items()}
    if all(_BARE.fullmatch(name) for name in labels.values()) and len(labels) in _BY_NUMBER:
        return dict(zip(sorted(labels), _BY_NUMBER[len(labels)], strict=True))
    return {place: _meaning(name) for place, name in labels.items()}


def _meaning(name: str) -> str:
    for label, words in _MEANINGS.items():
        if any(name == word or name.startswith((f"{word} ", f"{word}(")) for word in words):
            return label
    raise ModelError(f"the label {name!r} of config.json means no sentiment that is known")
