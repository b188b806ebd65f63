"""What the reader of opinions learns from: the authored corpus, and sets that know one answer.

Names are hidden already (`nlp.opinion.marking`); a question whose answer a set does not know has
none, and its loss does not count.
"""

import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from nlp.opinion.marking import BRAND, Span, hide
from nlp.opinion.questions import MARKS
from nlp.sentiment.voice import voice
from nlp.text.normalise import normalise
from nlp.training.aspects import terms
from nlp.training.authored.corpus import AuthoredPost
from nlp.training.authored.corpus import load as load_authored
from nlp.training.complaints import corpus as complaints

_FOLDS: Final = 5
_HAND: Final = 4.0
_SEED: Final = 20261130
_CLAUSE_END: Final = re.compile(r"[，。！？；,!?;…~～\n]")


@dataclass(frozen=True, slots=True)
class Example:
    """A post about a brand, names hidden, and the answers that are known.

    `choices` has the class of a question with one answer, `several` for each class of the others
    whether it holds. A question that is missing is unknown.
    """

    id: str
    kind: str
    own: str
    title: str
    choices: Mapping[str, str]
    several: Mapping[str, Mapping[str, bool]]
    weight: float = 1.0
    post: AuthoredPost | None = field(default=None, repr=False, compare=False)


def authored(posts: Sequence[AuthoredPost]) -> list[Example]:
    """Return the posts as the reader sees them, every answer known."""
    return [_example(post) for post in posts]


def learned_from() -> list[AuthoredPost]:
    """Return the part of the authored corpus that may be learned from."""
    return [post for post in load_authored() if not post.is_held_out]


def is_development(post: AuthoredPost) -> bool:
    """Whether a post that may be learned from is kept back for choices: every fifth, by its id."""
    return int(hashlib.sha256(f"fold {post.id}".encode()).hexdigest(), 16) % _FOLDS == 0


def places(text: str, names: Sequence[str]) -> list[Span]:
    """Return where the names stand in `text`, the longest first where they overlap."""
    if not (known := sorted(filter(None, set(names)), key=len, reverse=True)):
        return []
    return [match.span() for match in re.finditer("|".join(map(re.escape, known)), text)]


def hidden(post: AuthoredPost) -> tuple[str, str]:
    """Return own words and context of a post with its names hidden."""
    words = normalise(post.text, post.context)
    own, title = voice(words), words.quoted if words.own else ""
    return _hide(own, post), _hide(title, post)


def _hide(text: str, post: AuthoredPost) -> str:
    names = {post.brand, *post.others}
    ours = [span for span in places(text, [*names]) if text[slice(*span)] == post.brand]
    rivals = [span for span in places(text, [*names]) if text[slice(*span)] != post.brand]
    return hide(text, ours, rivals)


def _example(post: AuthoredPost) -> Example:
    own, title = hidden(post)
    choices = {"stance": post.stance, "emotion": post.emotion, "spam": post.spam or "none"}
    several = {
        "marks": {name: bool(getattr(post, name)) for name in MARKS},
        "demands": dict.fromkeys(post.demands, True),
    }
    if post.complaint:
        choices["severity"] = str(post.severity)
        several["categories"] = dict.fromkeys(post.categories, True)
    return Example(post.id, post.phenomenon, own, title, choices, several, post=post)


def others(folder: Path) -> dict[str, list[Example]]:
    """Return the further sets by name: terms and their polarity, moods, complaints by hand.

    Raises:
        OSError: a file is missing.
    """
    return {
        "terms": list(_terms(folder)),
        "moods": list(_moods(folder)),
        "complaints": list(_complaints(folder)),
    }


def _terms(folder: Path) -> Iterator[Example]:
    """Yield reviews with a term in the place of the brand, half of them cut to its clauses."""
    chance = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    for kind in terms.KINDS:
        for sentence in terms.load(folder, kind)[0]:
            for span, polarity in sentence.terms.items():
                text = hide(sentence.text, [span])
                own = _around(text) if chance.random() < 0.5 else text
                yield Example("", f"terms {kind}", own, "", {"stance": polarity}, {}, 0.6)


def _around(text: str) -> str:
    """Return the clause of the brand and the one behind it."""
    at = text.index(BRAND)
    ends = [match.end() for match in _CLAUSE_END.finditer(text)]
    begin = max((end for end in ends if end <= at), default=0)
    behind = [end for end in ends if end > at][:2]
    return text[begin : behind[-1] if behind else len(text)]


def _moods(folder: Path) -> Iterator[Example]:
    for name in ("usual", "virus"):
        table = pd.read_csv(folder / f"smp2020_{name}_train.csv.xz", dtype=str)
        for text, label in zip(table["content"], table["label"], strict=True):
            own = hide(voice(normalise(str(text))), [])
            if own:
                yield Example("", f"moods {name}", own, "", {"emotion": str(label)}, {}, 0.5)


def _complaints(folder: Path) -> Iterator[Example]:
    for one in complaints.load(folder, hand=_HAND, development=0.0):
        if one.split == "train" and one.weight >= _HAND:
            marks = {"marks": {"complaint": one.complains}}
            yield Example("", "complaints", hide(one.text, []), "", {}, marks)
