"""What telling aspects and their polarity is worth: pairs of subject and polarity, micro-F1."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from rich.console import Console
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from nlp.complaints.aspects import AspectModel
from nlp.complaints.pain_points import PAIN_POINTS, named
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.onnx_encoder import OnnxEncoder
from nlp.sentiment.tasks import TASKS
from nlp.sentiment.transformer import FOLDER
from nlp.text.segment import PLAIN
from nlp.training.aspects.card import CARD
from nlp.training.aspects.corpus import Labelled, Pair, micro_f1, part

# Pain points of ours that are part of another subject of the car owners' set.
_WITHIN: Final = {"噪音": "舒适性", "做工": "内饰"}
_THRESHOLDS: Final = np.arange(0.1, 0.95, 0.05)
_SIGNS: Final = {"negative": -1, "neutral": 0, "positive": 1}

Floats = npt.NDArray[np.float64]
Given = Sequence[frozenset[Pair]]


@dataclass(frozen=True, slots=True)
class Figures:
    """A method's micro-F1 on the test part, of pairs and of subjects alone, in [0, 1]."""

    method: str
    pairs: float
    subjects: float


def by_words(texts: Sequence[str], subjects: Sequence[str]) -> Given:
    """Return what `nlp.complaints.pain_points` says, each with its clause's linear sentiment."""
    called = {name: name for name in PAIN_POINTS} | _WITHIN
    model = LinearModel.load()
    return [
        frozenset(
            (called[point], _SIGNS[model.score([clause])[0].label])
            for point, clause in named(text)
            if called[point] in subjects
        )
        for text in texts
    ]


def by_model(model: AspectModel, texts: Sequence[str], *, at_least_one: bool) -> Given:
    """Return what a fitted model says."""
    return [frozenset(model.aspects(text, at_least_one=at_least_one)) for text in texts]


class Learned:
    """The usual way: TF-IDF of characters and words, logistic regressions, nothing left out.

    `more` are further features of the polarity, a row a post.
    """

    def __init__(self, train: Sequence[Labelled], dev: Sequence[Labelled], more: Floats) -> None:
        """Fit on `train`; thresholds are chosen on `dev`. `more` has a row a post of `train`."""
        self._characters = _tfidf(analyzer="char", ngram_range=(1, 4))
        self._words = _tfidf(analyzer=PLAIN.cut)
        texts = [post.text for post in train]
        self._characters.fit(texts)
        self._words.fit(texts)
        self._mean, self._spread = more.mean(axis=0), more.std(axis=0) + 1e-9
        self.subjects = sorted({name for post in train for name, _ in post.pairs})
        features = self._features(texts)
        self._tell = [
            LogisticRegression(C=20, max_iter=300, class_weight="balanced").fit(
                features, _mentions(train, name)
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
            truth = _mentions(dev, name)
            scores = [_f1(truth, chances[:, place] >= bound) for bound in _THRESHOLDS]
            best.append(_THRESHOLDS[int(np.argmax(scores))])
        return np.array(best)

    def pairs(self, texts: Sequence[str], more: Floats) -> Given:
        """Return the subjects of each text: at least one, all with the text's polarity."""
        chances = self._chances(texts)
        signs = self._sign.predict(self._with(self._features(texts), more))
        found = []
        for row, sign in zip(chances / self._thresholds, signs, strict=True):
            told = set(np.flatnonzero(row >= 1).tolist()) or {int(row.argmax())}
            found.append(frozenset((self.subjects[place], int(sign)) for place in told))
        return found


def _tfidf(**options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(min_df=2, sublinear_tf=True, dtype=np.float32, **options)


def _mentions(posts: Sequence[Labelled], subject: str) -> npt.NDArray[np.bool_]:
    return np.array([any(name == subject for name, _ in post.pairs) for post in posts])


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


def measure(model: AspectModel, posts: Sequence[Labelled]) -> list[Figures]:
    """Return the figures of all methods on the test part."""
    train, dev, test = (part(posts, name) for name in ("train", "dev", "test"))
    texts = [post.text for post in test]
    nothing = np.zeros((len(train), 1))
    methods: Mapping[str, Callable[[], Given]] = {
        "words of the pain points": lambda: by_words(texts, model.subjects),
        "TF-IDF, logistic regression": lambda: Learned(train, dev, nothing).pairs(
            texts, nothing[: len(texts)]
        ),
        "the same, polarity with the encoder": lambda: Learned(
            train, dev, encoded([post.text for post in train])
        ).pairs(texts, encoded(texts)),
        "what ships": lambda: by_model(model, texts, at_least_one=True),
        "what ships, as the chain asks it": lambda: by_model(model, texts, at_least_one=False),
    }
    return [_figures(name, test, given()) for name, given in methods.items()]


def _figures(name: str, test: Sequence[Labelled], given: Given) -> Figures:
    truth = [post.pairs for post in test]
    subjects = [[frozenset(name for name, _ in pairs) for pairs in some] for some in (truth, given)]
    return Figures(name, micro_f1(truth, given), micro_f1(*subjects))


def by_subject(model: AspectModel, test: Sequence[Labelled]) -> dict[str, tuple[int, float]]:
    """Return of each subject how many test posts have it, and the F1 of telling it."""
    given = by_model(model, [post.text for post in test], at_least_one=True)
    found = {}
    for subject in model.subjects:
        told = np.array([any(name == subject for name, _ in pairs) for pairs in given])
        truth = _mentions(test, subject)
        found[subject] = (int(truth.sum()), _f1(truth, told))
    return found


def write_report(
    model: AspectModel, posts: Sequence[Labelled], recipe: str, out: Path | None, name: str
) -> None:
    """Print the table; write it with the card to `out` where one is given."""
    rows = measure(model, posts)
    table = "\n".join(
        f"| {row.method} | {100 * row.pairs:.1f} | {100 * row.subjects:.1f} |" for row in rows
    )
    Console().print(f"| method | pairs | subjects |\n|---|---:|---:|\n{table}", markup=False)
    if out is None:
        return
    test = part(posts, "test")
    subjects = by_subject(model, test)
    card = CARD.format(
        name=name,
        recipe=recipe,
        train=len(part(posts, "train")),
        dev=len(part(posts, "dev")),
        test=len(test),
        table=table,
        subjects="\n".join(f"| {s} | {n} | {100 * f1:.1f} |" for s, (n, f1) in subjects.items()),
    )
    (out / "README.md").write_text(card, encoding="utf-8")
    document = {
        "recipe": recipe,
        "test": len(test),
        "methods": [asdict(row) for row in rows],
        "subjects": subjects,
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    (out / f"{name}.metrics.json").write_text(text + "\n", encoding="utf-8")
