"""Compare clusters of hot-topic posts with alternatives: `python -m benchmarks.nlp.clusters DATA`.

The topic tag of a post is the truth and is cut out of its text before any method sees it. Counted
are the posts with exactly one tag. Everything was tuned on the days before 2023-05-31; the table is
of that day. `--tuned` prints the days before instead, `--encoder` adds vectors of the transformer.
"""

import argparse
import csv
import lzma
import re
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.nlp.bcubed import bcubed
from nlp.dedup.index import DuplicateIndex, signatures
from nlp.sentiment.onnx_encoder import OnnxEncoder
from nlp.sentiment.transformer import FOLDER
from nlp.text.normalise import Text, normalise
from nlp.text.segment import PLAIN
from nlp.topics.clusters import ClusterPost, Clusters

_FILE: Final = "weibo_hottopic_snapshots_2023-05.csv.xz"
_BEIJING: Final = ZoneInfo("Asia/Shanghai")
_LATER: Final = datetime(2023, 5, 31, tzinfo=_BEIJING)
_TAG: Final = re.compile(r"#([^#\n]{1,60})#")
# The best of 0.05 to 0.4, and of 0.2 to 0.8, on 2023-05-25.
_TFIDF_JOINS: Final = 0.1
_ENCODER_JOINS: Final = 0.6

Labels = Sequence[Hashable]


class Tagged(NamedTuple):
    """A post as it was sent, and its only tag."""

    key: str
    author: str
    at: datetime
    raw: str
    tag: str

    def hidden(self) -> Text:
        """Return its words without the tag."""
        text = normalise(self.raw)
        return Text(_without_tags(text.own), _without_tags(text.quoted))


@dataclass(frozen=True, slots=True)
class Method:
    """A way to put posts together; `run` is timed, on one core, from the text as it was sent."""

    name: str
    run: Callable[[Sequence[Tagged]], Labels]


def main() -> None:
    """Measure all methods on one half and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with the snapshots")
    parser.add_argument("--tuned", action="store_true", help="on the days that were tuned on")
    parser.add_argument("--encoder", action="store_true", help="also the transformer's vectors")
    given = parser.parse_args()
    posts = [post for post in read(given.data / _FILE) if (post.at < _LATER) == given.tuned]
    methods = [
        Method("nlp.topics.clusters", ours),
        Method("nlp.topics.clusters, tags left in", tagged),
        Method("TF-IDF of all, single pass, brute force", brute_force),
        Method("near-duplicates only", copies),
        Method("told the tags of 4/5 (ceiling)", told),
        *([Method("transformer, single pass", encoder)] if given.encoder else []),
    ]
    Console().print(table(posts, methods))


def read(path: Path) -> list[Tagged]:
    """Return the posts with exactly one tag, each once, oldest first."""
    found: dict[str, Tagged] = {}
    with lzma.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            key, raw = row["微博id"], row["微博内容"]
            tags = set(_TAG.findall(normalise(raw).display))
            if len(tags) == 1 and key not in found:
                at = datetime.fromisoformat(row["发布时间"]).replace(tzinfo=_BEIJING)
                found[key] = Tagged(key, row["微博作者"], at, raw, tags.pop())
    return sorted(found.values(), key=lambda post: (post.at, post.key))


def table(posts: Sequence[Tagged], methods: Sequence[Method]) -> Table:
    """Return B-cubed of all posts, and of those whose text has a word of their tag."""
    truth = [post.tag for post in posts]
    named = [place for place, post in enumerate(posts) if _names(post)]
    title = f"{len(posts):,} posts, {len(set(truth))} tags; {len(named):,} name a word of their tag"
    shown = Table(
        "method", "P", "R", "F1", "P named", "R named", "F1 named", "posts/s", title=title
    )
    ours(posts[:100])  # loads the dictionaries
    for method in methods:
        started = time.process_time()
        labels = method.run(posts)
        rate = len(posts) / (time.process_time() - started)
        whole = bcubed(labels, truth)
        part = bcubed([labels[place] for place in named], [truth[place] for place in named])
        figures = (f"{100 * figure:.1f}" for figure in (*whole, *part))
        shown.add_row(method.name, *figures, f"{rate:,.0f}")
    return shown


def ours(posts: Sequence[Tagged]) -> Labels:
    """Return what `nlp.topics.clusters` makes of the texts without tags."""
    return _clustered(ClusterPost(p.key, p.author, p.at, p.hidden()) for p in posts)


def tagged(posts: Sequence[Tagged]) -> Labels:
    """Return what it makes of them as they are: not the measure, but what a user has."""
    return _clustered(ClusterPost(p.key, p.author, p.at, normalise(p.raw)) for p in posts)


def _clustered(posts: Iterator[ClusterPost]) -> Labels:
    clusters = Clusters()
    keys: list[str] = []

    def passed() -> Iterator[ClusterPost]:
        for post in posts:
            keys.append(post.key)
            yield post

    clusters.add(passed())
    return [clusters.number_of(key) for key in keys]


def copies(posts: Sequence[Tagged]) -> Labels:
    """Return clusters of near-copies alone."""
    index = DuplicateIndex(_twice(posts), 0.5)
    labels: dict[str, str] = {}
    for post, signature in zip(posts, signatures([p.hidden().display for p in posts]), strict=True):
        original = index.add(post.key, "", post.author, post.at, signature)
        labels[post.key] = labels.get(original or "", post.key)
    return [labels[post.key] for post in posts]


def _twice(posts: Sequence[Tagged]) -> timedelta:
    """Return a time within which all posts are looked at."""
    return (posts[-1].at - posts[0].at) * 2


def brute_force(posts: Sequence[Tagged]) -> Labels:
    """Return a single pass over TF-IDF vectors that were fitted on all posts, later ones too."""
    vectors = _tfidf(posts)
    return _single_pass(
        len(posts), _TFIDF_JOINS, lambda at: (vectors[at] @ vectors[:at].T).toarray()[0]
    )


def encoder(posts: Sequence[Tagged]) -> Labels:
    """Return the same over the vectors of the shipped transformer, less their mean."""
    model = OnnxEncoder(FOLDER)
    rows = np.array([model.logits(post.hidden().display)["pooled"] for post in posts])
    rows -= rows.mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return _single_pass(len(posts), _ENCODER_JOINS, lambda at: rows[:at] @ rows[at])


def _single_pass(count: int, joins: float, products: Callable[[int], Any]) -> Labels:
    """Let each post join the centre nearest to it; `products` are those with all earlier posts."""
    labels = np.zeros(count, dtype=np.int64)
    squares: list[float] = []
    for at in range(count):
        to_centre = np.bincount(labels[:at], weights=products(at), minlength=len(squares))
        cosines = to_centre / np.sqrt(squares) if squares else np.zeros(1)
        best = int(cosines.argmax())
        if squares and cosines[best] >= joins:
            squares[best] += 2 * float(to_centre[best]) + 1
        else:
            best = len(squares)
            squares.append(1.0)
        labels[at] = best
    return labels.tolist()


def told(posts: Sequence[Tagged]) -> Labels:
    """Return the tag that a linear model gives each post after learning those of four fifths.

    It knows what no clustering can know, so it bounds what the words of these posts can tell.
    """
    from sklearn.model_selection import cross_val_predict  # noqa: PLC0415 - not always installed
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    truth = np.array([post.tag for post in posts])
    answers = cross_val_predict(LinearSVC(), _tfidf(posts, "char", (1, 3)), truth, cv=5)
    labels: list[str] = answers.tolist()
    return labels


def _tfidf(
    posts: Sequence[Tagged], analyzer: Any = PLAIN.cut, ngrams: tuple[int, int] = (1, 1)
) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - as above

    made = TfidfVectorizer(analyzer=analyzer, ngram_range=ngrams, sublinear_tf=True, min_df=2)
    return made.fit_transform([post.hidden().display for post in posts])


def _names(post: Tagged) -> bool:
    """Whether the text has a word of two characters and more that its tag has."""
    text = post.hidden().display
    return any(len(word) > 1 and word in text for word in PLAIN.cut(post.tag))


def _without_tags(text: str) -> str:
    return _TAG.sub(" ", text).strip()


if __name__ == "__main__":
    main()
