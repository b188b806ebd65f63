"""Gather texts that nobody labelled: a model reads them to learn the language of the posts.

python -m nlp.training.encoder.unlabelled --data ../shared/data \
    --examples .cache/training/examples.jsonl.gz --out .cache/training/unlabelled.jsonl.gz
"""

import argparse
import csv
import gzip
import json
import logging
import lzma
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nlp.sentiment.voice import voice
from nlp.text.normalise import normalise
from nlp.training.encoder.corpus import read
from nlp.training.sentiment.corpus import han, without_emoticons

_log = logging.getLogger(__name__)
_FILES: Final = {
    "ced_cascades_70pct.csv.xz": "text",
    "ced_original_70pct.csv.xz": "text",
    "checked_stream_to_2020-04.csv.xz": "text",
    "checked_posts_to_2020-04.csv.xz": "text",
    "weibo_hottopic_snapshots_2023-05.csv.xz": "微博内容",
    "weibo_hotsearch_topic_description_to_2025-06.csv.xz": "description",
    "ncov_10k_unlabelled_timestamps.csv.xz": "微博中文内容",
    "cctvnews_weibo_2020_posts.csv.xz": "weibo_content",
    "zhihu_lionboys_2021.csv.xz": "content",
    "weibo_search_tcl_2021.csv.xz": "微博正文",
    "gov_complaints_附件3.csv.xz": "留言详情",
}
_SHORTEST: Final = 4  # Chinese characters
_LONGEST: Final = 400  # characters: more than the encoder reads


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """A text without its emoticons, and the emoticons that stood in it."""

    words: str
    emoticons: tuple[str, ...]


def gather(folder: Path, known: set[str]) -> Iterator[Unlabelled]:
    """Yield each text once whose Chinese characters are not in `known`, which grows by them.

    Raises:
        OSError: a file is missing or damaged.
        KeyError: a file lacks its column.
    """
    csv.field_size_limit(sys.maxsize)
    for file, column in _FILES.items():
        with lzma.open(folder / file, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                text = normalise(row[column])
                words = without_emoticons(voice(text))[:_LONGEST]
                key = han(words)
                if len(key) >= _SHORTEST and key not in known:
                    known.add(key)
                    yield Unlabelled(words, text.emoticons)


def sample(texts: Iterable[Unlabelled], most: int, seed: int) -> list[Unlabelled]:
    """Return at most `most` texts by chance; those with emoticons, which teach more, go first."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    drawn = [(not text.emoticons, chance.random(), text) for text in texts]
    drawn.sort(key=lambda one: one[:2])
    return [text for _, _, text in drawn[:most]]


def write(texts: Iterable[Unlabelled], path: Path) -> None:
    """Write one JSON array a line: the words, then the emoticons."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for text in texts:
            file.write(json.dumps([text.words, *text.emoticons], ensure_ascii=False) + "\n")


def read_unlabelled(path: Path) -> list[Unlabelled]:
    """Read what `write` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [Unlabelled(row[0], tuple(row[1:])) for row in rows]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the streams")
    parser.add_argument("--examples", type=Path, required=True, help="what prepare wrote")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--most", type=int, default=1_500_000, help="texts to keep")
    parser.add_argument("--seed", type=int, default=20261125, help="of the sample")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    known = {han(example.words) for example in read(options.examples)}
    texts = sample(gather(options.data, known), options.most, options.seed)
    write(texts, options.out)
    _log.info(
        "%d texts, %d of them with emoticons", len(texts), sum(bool(t.emoticons) for t in texts)
    )


if __name__ == "__main__":
    main()
