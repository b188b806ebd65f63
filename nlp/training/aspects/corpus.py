"""Posts whose subjects and polarities are labelled: car owners' (BDCI 2018), or one's own."""

import csv
import lzma
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nlp.sentiment.voice import voice
from nlp.text.normalise import normalise
from nlp.training.sentiment.corpus import Split, han, split_of, without_emoticons

FILE: Final = "bdci2018_car_aspect_train.csv.xz"
TEXT: Final = "text_joined"
LABELS: Final = "labels(subject#sentiment)"
# Where a subject of that set has another name among our pain points.
_CALLED: Final = {"安全性": "安全"}
_PAIR: Final = re.compile(r"([^#\s;,|，；]+)#(-?\d)")

Pair = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A post with its pairs of subject and polarity (-1, 0 or 1)."""

    text: str
    pairs: frozenset[Pair]
    split: Split


def load(data: Path) -> list[Labelled]:
    """Return the car owners' posts, each once.

    The parts are those of the sentiment models' sets: a post that is measured on here is none that
    they learned from.

    Raises:
        OSError: the file is missing or damaged.
        KeyError: it lacks a column.
    """
    with lzma.open(data / FILE, "rt", encoding="utf-8", newline="") as lines:
        return _posts(csv.DictReader(lines), TEXT, LABELS)


def own_posts(path: Path, text: str, labels: str) -> list[Labelled]:
    """Return somebody's labelled posts from a CSV file in UTF-8, each once.

    The column `labels` holds pairs as 续航#-1, 屏幕#1; a post without one is left out.

    Raises:
        OSError: the file cannot be read.
        KeyError: it lacks a column.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return _posts(csv.DictReader(lines), text, labels)


def _posts(rows: Iterable[dict[str, str]], text: str, labels: str) -> list[Labelled]:
    seen: dict[str, Labelled] = {}
    for row in rows:
        key = han(without_emoticons(voice(normalise(row[text]))))
        pairs = frozenset(
            (_CALLED.get(name, name), int(sign))
            for name, sign in _PAIR.findall(row[labels])
            if sign in {"-1", "0", "1"}
        )
        if pairs:
            seen.setdefault(key, Labelled(row[text], pairs, split_of(key)))
    return list(seen.values())


def part(posts: Sequence[Labelled], split: Split) -> list[Labelled]:
    """Return the posts of one part."""
    return [post for post in posts if post.split == split]


def micro_f1(truth: Sequence[frozenset[Any]], given: Sequence[frozenset[Any]]) -> float:
    """Return the micro-F1 of sets, in [0, 1]."""
    hits = sum(len(t & g) for t, g in zip(truth, given, strict=True))
    total = sum(map(len, truth)) + sum(map(len, given))
    return 2 * hits / total if total else 0.0
