"""What finding aspect terms, and judging them, is worth on reviews of seven kinds of goods.

    python -m nlp.training.aspects.terms --data ../shared/data

Terms count by exact span, pairs of span and polarity as well (micro-F1). Where a set has a test
part, that is the test; of the others 20 of 100 sentences are, by a digest of their ideographs.
Sentences of the test are left out of the training. Each kind of goods has methods of its own:
words of high TF-IDF, a lexicon of the terms of the training, and a tagger that learned.
"""

import argparse
import ast
import hashlib
import lzma
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from ahocorasick_rs import AhoCorasick, MatchKind
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from nlp.sentiment.registry import load_model
from nlp.text.keywords import extract
from nlp.training.aspects.corpus import micro_f1
from nlp.training.aspects.tagger import AspectTagger, Span

KINDS: Final = {
    "restaurant": ("Chinese_Zhang_train", "Chinese_Zhang_dev"),
    "camera": ("camera_camera.train", "camera_camera.test"),
    "car": ("car_car.train", "car_car.test"),
    "notebook": ("notebook_notebook.train", "notebook_notebook.test"),
    "course": ("mooc_mooc.train", "mooc_mooc.test"),
    "phone": ("phone_phone.train", ""),
    "shampoo": ("shampoo_hair.train", ""),
}
POLARITIES: Final = ("negative", "neutral", "positive")
_MASK: Final = "$T$"
_NOT_HAN: Final = re.compile(r"[^\u4e00-\u9fff]")
_END: Final = re.compile(r"[，。！？；,!?;…~～]")
_TOKENS: Final = "####"
_SURE: Final = 0.5  # of the places of a lexicon's word, so many are terms

Terms = Mapping[Span, str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text, and the polarity of each of its terms."""

    text: str
    terms: Terms

    @property
    def bare(self) -> str:
        """Its ideographs; a text of fewer than four is known by all of its characters."""
        han = _NOT_HAN.sub("", self.text)
        return han if len(han) >= 4 else self.text


def sentences_of(lines: Sequence[str]) -> list[Sentence]:
    """Return the sentences of a file in either form, each once.

    Raises:
        ValueError: a line is of neither form.
    """
    lines = [line.lstrip("\ufeff") for line in lines if line.strip()]
    if lines and _TOKENS in lines[0]:
        found = map(_listed, lines)
    else:
        if len(lines) % 3:
            raise ValueError(f"{len(lines)} lines are not three an item")
        found = map(_masked, lines[::3], lines[1::3], lines[2::3])
    terms: defaultdict[str, dict[Span, str]] = defaultdict(dict)
    for one in found:
        terms[one.text].update(one.terms)
    return [Sentence(text, known) for text, known in terms.items()]


def _masked(text: str, term: str, polarity: str) -> Sentence:
    """Read a sentence with one term cut out of it."""
    before, mask, behind = text.replace(" ", "").partition(_MASK)
    term = term.replace(" ", "")
    if not mask:
        return Sentence(before, {})
    span = (len(before), len(before) + len(term))
    return Sentence(before + term + behind.strip(), {span: polarity.strip().lower()})


def _listed(line: str) -> Sentence:
    """Read a sentence of tokens with a list of (term, opinion, polarity), by places of tokens."""
    text, _, listed = line.partition(_TOKENS)
    ends = [0]
    for token in text.split():
        ends.append(ends[-1] + len(token))
    votes: defaultdict[Span, Counter[str]] = defaultdict(Counter)
    for (first, last), _, polarity in ast.literal_eval(listed):
        if first >= 0:  # -1 stands for a term that is not said
            votes[ends[first], ends[last + 1]][_called(polarity)] += 1
    return Sentence(
        "".join(text.split()),
        {span: max(sorted(v), key=v.__getitem__) for span, v in votes.items()},
    )


def _called(polarity: str) -> str:
    return next(name for name in POLARITIES if name[:3] == polarity[:3].lower())


def load(data: Path, kind: str) -> tuple[list[Sentence], list[Sentence]]:
    """Return the sentences to learn from and those to measure on; none is in both."""
    train_file, test_file = KINDS[kind]
    train = _read(data, train_file)
    drawn = [one for one in train if _draw(one.bare) < 20]
    test = _read(data, test_file) if test_file else drawn
    held = {one.bare for one in test}
    return [one for one in train if one.bare not in held], test


def _read(data: Path, name: str) -> list[Sentence]:
    with lzma.open(data / f"absa_{name}.txt.xz", "rt", encoding="utf-8") as lines:
        return sentences_of(lines.read().split("\n"))


def _draw(bare: str) -> int:
    return int(hashlib.blake2b(bare.encode(), digest_size=4).hexdigest(), 16) % 100


def by_tfidf(train: Sequence[Sentence], texts: Sequence[str]) -> list[frozenset[Span]]:
    """Return the places of the words of highest TF-IDF, as many a text as terms are usual."""
    most = max(1, round(sum(len(one.terms) for one in train) / max(len(train), 1)))
    return [
        frozenset(
            (at, at + len(word))
            for word, _ in extract(text, most)
            if (at := text.lower().find(word.lower())) >= 0
        )
        for text in texts
    ]


def by_lexicon(train: Sequence[Sentence], texts: Sequence[str]) -> list[frozenset[Span]]:
    """Return the terms of the training wherever they stand, if they mostly are terms there."""
    labelled = Counter(one.text[slice(*span)] for one in train for span in one.terms)
    automaton = _automaton(labelled)
    said = Counter(
        word for one in train for word in (one.text[s:e] for s, e in _found(automaton, one.text))
    )
    kept = [word for word, count in labelled.items() if count >= _SURE * said[word]]
    automaton = _automaton(kept)
    return [frozenset(_found(automaton, text)) for text in texts]


def _automaton(words: Sequence[str] | Counter[str]) -> AhoCorasick:
    return AhoCorasick(sorted(filter(None, words)), matchkind=MatchKind.LeftmostLongest)


def _found(automaton: AhoCorasick, text: str) -> Iterator[Span]:
    for _, start, end in automaton.find_matches_as_indexes(text):
        yield start, end


def by_tagger(train: Sequence[Sentence], texts: Sequence[str]) -> list[frozenset[Span]]:
    """Return what a tagger finds that learned from the training."""
    tagger = AspectTagger([one.text for one in train], [frozenset(one.terms) for one in train])
    return tagger.spans(texts)


def clause_of(text: str, span: Span) -> str:
    """Return the clause that a term stands in."""
    begins = [sign.end() for sign in _END.finditer(text, 0, span[0])]
    end = _END.search(text, span[1])
    return text[begins[-1] if begins else 0 : end.start() if end else len(text)]


def polarity_model(train: Sequence[Sentence]) -> Pipeline:
    """Return TF-IDF of characters and logistic regression over the clauses of terms."""
    rows = [(clause_of(one.text, s), p) for one in train for s, p in sorted(one.terms.items())]
    made = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, dtype=np.float32),
        LogisticRegression(C=10, max_iter=500),
    )
    return made.fit([clause for clause, _ in rows], [polarity for _, polarity in rows])


METHODS: Final[Mapping[str, Callable[[Sequence[Sentence], Sequence[str]], Any]]] = {
    "TF-IDF": by_tfidf,
    "lexicon": by_lexicon,
    "tagger": by_tagger,
}


def measure(data: Path, kind: str) -> dict[str, float]:
    """Return by method, in per cent, F1 of terms, accuracy of given terms' polarity, F1 of pairs.

    Where nothing is labelled neutral, the shipped model has to choose between the other two.
    """
    train, test = load(data, kind)
    texts = [one.text for one in test]
    truth = [frozenset(one.terms) for one in test]
    found = {name: method(train, texts) for name, method in METHODS.items()}
    scores = {name: micro_f1(truth, given) for name, given in found.items()}
    given = [(clause_of(one.text, s), p) for one in test for s, p in sorted(one.terms.items())]
    learned = polarity_model(train)
    clauses = [clause for clause, _ in given]
    names = [name for name in POLARITIES if any(polarity == name for _, polarity in given)]
    for name, said in (
        ("polarity, TF-IDF", learned.predict(clauses).tolist()),
        ("polarity, shipped", _shipped(clauses, names)),
    ):
        right = [one == p for one, (_, p) in zip(said, given, strict=True)]
        scores[name] = sum(right) / max(len(right), 1)
    pairs = [frozenset(one.terms.items()) for one in test]
    scores["pairs, tagger"] = micro_f1(pairs, _judged(learned, texts, found["tagger"]))
    return {name: 100 * score for name, score in scores.items()}


def _shipped(clauses: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return which of the polarities `names` the model that ships gives each clause."""
    said = []
    for score in load_model("cascade", 0.5).score(clauses):
        chances = dict(zip(POLARITIES, score, strict=True))
        said.append(max(names, key=chances.__getitem__))
    return said


def _judged(
    model: Pipeline, texts: Sequence[str], found: Sequence[frozenset[Span]]
) -> list[frozenset[tuple[Span, str]]]:
    """Return the spans of each text with the polarity that the model gives them."""
    return [
        frozenset((s, str(model.predict([clause_of(text, s)])[0])) for s in spans)
        for text, spans in zip(texts, found, strict=True)
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, a row a kind of goods."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    options = parser.parse_args(arguments)
    rows = {kind: measure(options.data, kind) for kind in KINDS}
    names = next(iter(rows.values()))
    print("| goods | " + " | ".join(names) + " |")  # noqa: T201 - the report of a command
    print("|---" + "|---:" * len(names) + "|")  # noqa: T201
    for kind, scores in rows.items():
        figures = " | ".join(f"{score:.1f}" for score in scores.values())
        print(f"| {kind} | {figures} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
