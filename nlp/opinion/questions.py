"""What a reader is asked about a post and a brand, and how its row of answers is laid out."""

from typing import Final

from nlp.complaints.rules import CATEGORIES, DEMANDS
from nlp.sentiment.model import LABELS
from nlp.sentiment.tasks import EMOTIONS

SPAM: Final = ("none", "hotline", "lottery", "advert", "recruiting", "fan_control", "campaign")
"""What kind of unwanted post it is; the first says that it is none."""
MARKS: Final = ("complaint", "harm", "sarcasm", "meant")
"""Yes or no: a customer complains, somebody was hurt, irony, the brand is meant at all."""

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "stance": LABELS,
    "emotion": EMOTIONS,
    "spam": SPAM,
    "severity": ("1", "2", "3"),
}
"""Questions with exactly one answer, in the order of their logits."""
SEVERAL: Final[dict[str, tuple[str, ...]]] = {
    "marks": MARKS,
    "categories": tuple(CATEGORIES),
    "demands": DEMANDS,
}
"""Questions with any number of answers, each with log odds of its own; behind the choices."""


def places() -> dict[str, slice]:
    """Return where the logits of each question stand in a row of answers."""
    found, at = {}, 0
    for name, classes in (*CHOICES.items(), *SEVERAL.items()):
        found[name] = slice(at, at + len(classes))
        at += len(classes)
    return found


PLACES: Final = places()
WIDTH: Final = max(place.stop for place in PLACES.values())
"""How many numbers a row of answers has."""
