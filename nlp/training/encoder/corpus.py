"""Gather what the encoder learns from into one file: each text once, with every label it has.

python -m nlp.training.encoder.corpus --data ../shared/data --out .cache/training/examples.jsonl.gz
"""

import argparse
import csv
import gzip
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from nlp.sentiment.voice import voice
from nlp.text.normalise import normalise
from nlp.training.complaints import corpus as complaints_corpora
from nlp.training.sentiment.corpus import Example, Split, han, load, split_of, without_emoticons

_log = logging.getLogger(__name__)
_HAND: Final = 4.0  # what a post labelled by hand counts for
_EXTRA: Final = 12_000  # texts whose only label is whether they complain


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and its labels, each empty where it is not known.

    `words` are the author's own without emoticons; `spoken` with them, `whole` without them and
    with what is quoted. `polar` says that the text's set holds no neutral texts.
    """

    corpus: str
    split: Split
    words: str
    spoken: str
    whole: str
    weight: float
    sentiment: str = ""
    emotion: str = ""
    complaint: str = ""
    polar: bool = False


def gather(folder: Path) -> list[Labelled]:
    """Read all sets; no two texts have the same Chinese characters.

    Raises:
        OSError: a file is missing or damaged.
        KeyError: a file lacks a column.
    """
    judged = load(folder)
    complaints = complaints_corpora.load(folder, hand=_HAND, development=1.0)
    answers = {han(without_emoticons(e.text)): e for e in complaints}
    two_sided = {e.corpus for e in judged if e.label == "neutral"}
    known: set[str] = set()
    gathered = []
    for example in judged:
        key = han(example.words)
        known.add(key)
        answer = answers.get(key)
        complaint = _answer(answer) if answer and answer.split == example.split else ""
        gathered.append(_labelled(example, complaint, polar=example.corpus not in two_sided))
    return [*gathered, *_only_complaints(complaints, known)]


def _labelled(example: Example, complaint: str, *, polar: bool) -> Labelled:
    return Labelled(
        corpus=example.corpus,
        split=example.split,
        words=example.words,
        spoken=example.text,
        whole=example.whole or example.words,
        weight=example.weight,
        sentiment=example.label,
        emotion=example.emotion,
        complaint=complaint,
        polar=polar,
    )


def _only_complaints(
    examples: Sequence[complaints_corpora.Example], known: set[str]
) -> Iterator[Labelled]:
    """Yield texts that no sentiment is known of: those by hand, and a sample of the others."""
    others = [e for e in examples if han(without_emoticons(e.text)) not in known]
    step = max(len(others) // _EXTRA, 1)
    for at, example in enumerate(others):
        words = without_emoticons(example.text)
        if words and (example.weight >= _HAND or at % step == 0):
            yield Labelled(
                corpus=f"complaints: {example.corpus}",
                split=example.split,
                words=words,
                spoken=example.text,
                whole=words,
                weight=example.weight,
                complaint=_answer(example),
            )


def _answer(example: complaints_corpora.Example) -> str:
    return "complaint" if example.complains else "none"


def own_posts(path: Path, text: str, label: str, names: Mapping[str, str]) -> list[Labelled]:
    """Read somebody's labelled posts from a CSV file in UTF-8, each text once.

    `names` leads from the values of the column `label` to the classes of sentiment; rows with
    another value are left out. Parts are made as for the sets.

    Raises:
        KeyError: a column is not there.
        OSError: the file cannot be read.
    """
    posts: dict[str, Labelled] = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            cleaned = normalise(row[text])
            words = without_emoticons(voice(cleaned))
            if (sentiment := names.get(row[label].strip())) and words:
                key = han(words)
                whole = without_emoticons(cleaned.display)
                posts[key] = Labelled(
                    "own", split_of(key), words, voice(cleaned), whole, 1.0, sentiment
                )
    polar = all(post.sentiment != "neutral" for post in posts.values())
    return [replace(post, polar=polar) for post in posts.values()]


def write(examples: Iterable[Labelled], path: Path) -> None:
    """Write one JSON object a line, compressed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for example in examples:
            file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")


def read(path: Path) -> list[Labelled]:
    """Read what `write` wrote, or labelled posts of the user's own in the same form."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [Labelled(**json.loads(line)) for line in file]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    examples = gather(options.data)
    write(examples, options.out)
    for split in ("train", "dev", "test"):
        part = [e for e in examples if e.split == split]
        labels = Counter(name for e in part for name in (e.sentiment, e.emotion, e.complaint))
        _log.info("%s: %d texts, %s", split, len(part), dict(labels))


if __name__ == "__main__":
    main()
