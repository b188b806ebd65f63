"""What telling aspects and their polarity is worth on car owners' posts (BDCI 2018).

    python -m nlp.training.aspects --data ../shared/data

Pairs of subject and polarity, micro-F1, on a part that nothing was chosen on (posts are split by a
digest of their ideographs, equal ones once). It compares the words of `nlp.pain_points`, which
ship, with classifiers that learned from these posts, which do not: labels of a product line of
one's own can be learned the same way.
"""

import argparse
import csv
import hashlib
import lzma
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from nlp.pain_points import named
from nlp.segment import cut
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.onnx_encoder import OnnxEncoder
from nlp.sentiment.tasks import TASKS
from nlp.sentiment.transformer import FOLDER

FILE: Final = "bdci2018_car_aspect_train.csv.xz"
TEXT: Final = "text_joined"
LABELS: Final = "labels(subject#sentiment)"
# Pain points of ours that are subjects of that set.
OURS: Final = {
    "油耗": "油耗",
    "动力": "动力",
    "操控": "操控",
    "空间": "空间",
    "价格": "价格",
    "安全": "安全性",
    "噪音": "舒适性",
    "做工": "内饰",
}
THRESHOLDS: Final = np.arange(0.1, 0.95, 0.05)
_PAIR: Final = re.compile(r"([^#\s;,|]+)#(-?\d)")
_NOT_HAN: Final = re.compile(r"[^\u4e00-\u9fff]")

Floats = npt.NDArray[np.float64]
Pair = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A post with its pairs of subject and polarity (-1, 0 or 1)."""

    text: str
    pairs: frozenset[Pair]
    split: str


def load(data: Path) -> list[Labelled]:
    """Return the posts, each once; 70 of 100 to learn from, 15 to choose by, 15 to measure."""
    seen: dict[str, Labelled] = {}
    with lzma.open(data / FILE, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            bare = _NOT_HAN.sub("", row[TEXT])
            number = int(hashlib.blake2b(bare.encode(), digest_size=4).hexdigest(), 16) % 100
            split = "train" if number < 70 else "dev" if number < 85 else "test"
            pairs = frozenset((name, int(sign)) for name, sign in _PAIR.findall(row[LABELS]))
            seen.setdefault(bare, Labelled(row[TEXT], pairs, split))
    return list(seen.values())


def micro_f1(truth: Sequence[frozenset[Any]], given: Sequence[frozenset[Any]]) -> float:
    """Return the micro-F1 of sets, in [0, 1]."""
    hits = sum(len(t & g) for t, g in zip(truth, given, strict=True))
    total = sum(map(len, truth)) + sum(map(len, given))
    return 2 * hits / total if total else 0.0


def by_words(texts: Sequence[str]) -> list[frozenset[Pair]]:
    """Return what the shipped words say: a pain point, and its clause's linear sentiment."""
    model = LinearModel.load()
    found = []
    for text in texts:
        pairs = set()
        for point, clause in named(text):
            if point in OURS:
                label = model.score([clause])[0].label
                pairs.add((OURS[point], {"negative": -1, "neutral": 0, "positive": 1}[label]))
        found.append(frozenset(pairs))
    return found


class Learned:
    """One classifier a subject, and one for the polarity, over characters, words, and `more`."""

    def __init__(self, train: Sequence[Labelled], dev: Sequence[Labelled], more: Floats) -> None:
        """Fit on `train`; thresholds are chosen on `dev`. `more` has a row a post of `train`."""
        self._characters = _tfidf(analyzer="char", ngram_range=(1, 4))
        self._words = _tfidf(analyzer=cut)
        texts = [post.text for post in train]
        self._characters.fit(texts)
        self._words.fit(texts)
        self._mean, self._spread = more.mean(axis=0), more.std(axis=0) + 1e-9
        self.subjects = sorted({name for post in train for name, _ in post.pairs})
        features = self._features(texts)
        self._tell = [
            LogisticRegression(C=20, max_iter=300, class_weight="balanced").fit(
                features, [any(name == s for s, _ in post.pairs) for post in train]
            )
            for name in self.subjects
        ]
        rows = [(at, sign) for at, post in enumerate(train) for _, sign in sorted(post.pairs)]
        places = [at for at, _ in rows]
        self._sign = LogisticRegression(C=3, max_iter=1_000).fit(
            self._with(features, more)[places], [sign for _, sign in rows]
        )
        self._thresholds = self._chosen(dev)

    def _features(self, texts: Sequence[str]) -> sparse.csr_matrix:
        parts = [self._characters.transform(texts), self._words.transform(texts)]
        return sparse.csr_matrix(sparse.hstack(parts))

    def _with(self, features: sparse.csr_matrix, more: Floats) -> sparse.csr_matrix:
        scaled = sparse.csr_matrix((more - self._mean) / self._spread * 0.3)
        return sparse.csr_matrix(sparse.hstack([features, scaled]))

    def _chances(self, texts: Sequence[str]) -> Floats:
        features = self._features(texts)
        return np.stack([one.predict_proba(features)[:, 1] for one in self._tell], axis=1)

    def _chosen(self, dev: Sequence[Labelled]) -> Floats:
        """Return a threshold a subject, that with the best F1 of the subject on `dev`."""
        chances = self._chances([post.text for post in dev])
        best = []
        for place, name in enumerate(self.subjects):
            truth = np.array([any(name == s for s, _ in post.pairs) for post in dev])
            scores = [_f1(truth, chances[:, place] >= bound) for bound in THRESHOLDS]
            best.append(THRESHOLDS[int(np.argmax(scores))])
        return np.array(best)

    def pairs(self, texts: Sequence[str], more: Floats) -> list[frozenset[Pair]]:
        """Return what is told of each text: at least one subject, all with the text's polarity."""
        chances = self._chances(texts)
        signs = self._sign.predict(self._with(self._features(texts), more))
        found = []
        for row, sign in zip(chances / self._thresholds, signs, strict=True):
            told = set(np.flatnonzero(row >= 1).tolist()) or {int(row.argmax())}
            found.append(frozenset((self.subjects[place], int(sign)) for place in told))
        return found


def _tfidf(**options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(min_df=2, sublinear_tf=True, dtype=np.float32, **options)


def _f1(truth: npt.NDArray[np.bool_], given: npt.NDArray[np.bool_]) -> float:
    total = truth.sum() + given.sum()
    return float(2 * (truth & given).sum() / total) if total else 0.0


def encoded(texts: Sequence[str]) -> Floats:
    """Return what the shipped encoder says of each text: the outputs of all its questions."""
    encoder = OnnxEncoder(FOLDER)

    def one(text: str) -> Floats:
        rows = encoder.logits(text)
        return np.concatenate([rows[task] for task in TASKS]).astype(np.float64)

    with ThreadPoolExecutor() as pool:
        return np.array(list(pool.map(one, texts)))


def measure(posts: Sequence[Labelled]) -> Iterator[tuple[str, float, float]]:
    """Yield each method's name, and its micro-F1 of pairs and of subjects on the test part."""
    parts = {
        name: [post for post in posts if post.split == name] for name in ("train", "dev", "test")
    }
    train, test = parts["train"], parts["test"]
    texts = [post.text for post in test]
    yield "words that ship, 8 of 10 subjects", *_scores(test, by_words(texts))
    nothing = np.zeros((len(train), 1))
    plain = Learned(train, parts["dev"], nothing)
    yield "TF-IDF, logistic regression", *_scores(test, plain.pairs(texts, nothing[: len(test)]))
    read = Learned(train, parts["dev"], encoded([post.text for post in train]))
    yield "the same, polarity with the encoder", *_scores(test, read.pairs(texts, encoded(texts)))


def _scores(test: Sequence[Labelled], given: Sequence[frozenset[Pair]]) -> tuple[float, float]:
    truth = [post.pairs for post in test]
    subjects = [[frozenset(name for name, _ in pairs) for pairs in some] for some in (truth, given)]
    return micro_f1(truth, given), micro_f1(*subjects)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    options = parser.parse_args(arguments)
    print("| method | pairs | subjects |\n|---|---:|---:|")  # noqa: T201 - the report of a command
    for name, pairs, subjects in measure(load(options.data)):
        print(f"| {name} | {100 * pairs:.1f} | {100 * subjects:.1f} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
