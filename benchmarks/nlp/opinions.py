"""What the judge of opinions is worth, part by part, and the weights that it goes by.

python -m benchmarks.nlp.opinions --encoder FOLDER --data ../shared/data --choose

Weights and thresholds are chosen (`--choose`) on the authored posts kept back from training, on
half of the blind sentences of `towards_brand.csv`, and for complaints on the half of the labelled
streams that may be tuned on. Without it, the authored posts held out and the other half of the
sentences are measured.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from nlp.brands.matcher import BrandMatch, BrandMatcher, BrandSettings
from nlp.brands.unnamed import unnamed
from nlp.complaints.rules import screen, weighed
from nlp.opinion.judge import FOLDER, POOLS_FILE, Asked, Pool, Pools, Suspicion, seen
from nlp.opinion.marking import hidden
from nlp.opinion.questions import MARKS, PLACES, SEVERAL
from nlp.opinion.reader import UNSAFE, OpinionReader
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.model import LABELS
from nlp.sentiment.registry import load_model
from nlp.sentiment.transformer import FOLDER as ENCODER
from nlp.sentiment.transformer import TransformerModel
from nlp.stance import read, towards
from nlp.text.evasion import meant, undone
from nlp.text.normalise import Text, normalise
from nlp.training.authored.corpus import AuthoredPost, load
from nlp.training.complaints import corpus as complaints
from nlp.training.opinion.posts import is_development, places
from tests.nlp.hand_labels import rows as hand_labels

Floats = npt.NDArray[np.float64]
# Log odds that harm adds besides: a complaint about harm that is missed costs more than one that is
# none. On the posts to choose by it finds a tenth more of the harmed at the same F1.
_LENIENCE: Final = 1.5
# Log odds below which a brand is not meant. By the authored posts -0.2 would do; in other streams
# that refuses one true mention in twenty.
_HARDLY: Final = -3.0
WORDS: Final = load_model()
ENCODED: Final = TransformerModel.load()


@dataclass(frozen=True, slots=True)
class Case:
    """A post about a brand, the stance that is right, and what was written with it."""

    text: Text
    ours: BrandMatch
    others: tuple[BrandMatch, ...]
    stance: str
    post: AuthoredPost | None = None
    is_comment: bool = False


def authored_cases(posts: Sequence[AuthoredPost]) -> list[Case]:
    """Return the authored posts with the places of their brands."""
    found = []
    for post in posts:
        text = normalise(post.text, post.context)
        spans = [
            (s, text.display[slice(*s)]) for s in places(text.display, [post.brand, *post.others])
        ]
        matches = [
            BrandMatch(name, places_[0][0] >= len(text.own), tuple(places_))
            for name in dict.fromkeys([post.brand, *post.others])
            if (places_ := [span for span, said in spans if said == name])
        ]
        ours = next(match for match in matches if match.brand == post.brand)
        others = tuple(match for match in matches if match is not ours)
        comment = post.phenomenon == "thread_comment"
        found.append(Case(text, ours, others, post.stance, post, comment))
    return found


def sentence_cases(*, tuned: bool) -> list[Case]:
    """Return half of the blind sentences towards a brand: to choose by, or to measure on."""
    rows = hand_labels("towards_brand.csv")
    matcher = BrandMatcher([BrandSettings(name=n) for n in sorted({r["brand"] for r in rows})])
    found = []
    for row in rows:
        drawn = int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 2 == 0
        if row["half"] == "blind" and drawn == tuned:
            text = normalise(row["text"])
            matches = matcher.match(text)
            ours = next(match for match in matches if match.brand == row["brand"])
            others = tuple(match for match in matches if match is not ours)
            found.append(Case(text, ours, others, row["label"]))
    return found


def asked(case: Case) -> tuple[Asked, float]:
    """Return what the judge is asked about a case, and how negative the author's words are."""
    text = case.text
    names = [span for match in (case.ours, *case.others) for span in match.spans]
    (base,) = WORDS.score([meant(unnamed(text.own, names))])
    score = base
    if not (case.is_comment and case.ours.quoted) and (
        reading := read(text, case.ours, case.others)
    ):
        (part,) = WORDS.score([meant(reading.part)])
        score = towards(reading, base, part).score
    rivals = [span for other in case.others for span in other.spans]
    return Asked(*hidden(text, case.ours.spans, rivals), score), base.negative


@dataclass(frozen=True, slots=True)
class Heard:
    """What speakers say of cases: log probabilities (cases, 3) a speaker, and the reader's rows."""

    cases: Sequence[Case]
    asked: Sequence[Asked]
    speakers: dict[str, Floats]
    rows: Floats
    negatives: Sequence[float]

    @property
    def truth(self) -> npt.NDArray[np.int64]:
        """The classes that are right."""
        return np.array([LABELS.index(case.stance) for case in self.cases])


def heard(cases: Sequence[Case], first: LinearModel, reader: OpinionReader) -> Heard:
    """Ask everybody about the cases."""
    posts, negatives = zip(*map(asked, cases), strict=True)
    rows = np.array([reader.row((undone(post.own), post.title)) for post in posts], dtype=float)
    stances = rows[:, PLACES["stance"]]
    shares = np.exp(stances - stances.max(1, keepdims=True))
    said = {
        "words": [post.words for post in posts],
        "first": first.score([seen(post.own, post.title) for post in posts]),
        "reader": shares / shares.sum(1, keepdims=True),
    }
    return Heard(
        cases,
        posts,
        {n: np.log(np.clip(np.array(some), 1e-4, 1)) for n, some in said.items()},
        rows,
        negatives,
    )


def _pooled(one: Heard, names: Sequence[str], numbers: Floats) -> Floats:
    total = sum(
        weight * one.speakers[name] for name, weight in zip(names, np.abs(numbers), strict=False)
    )
    logs = total + np.append(numbers[len(names) :], 0)
    found: Floats = logs - np.log(np.exp(logs).sum(1, keepdims=True))
    return found


def choose_pool(some: Sequence[tuple[float, Heard]], names: Sequence[str]) -> Pool:
    """Return the weights and biases of the least loss; each set counts its share."""

    def loss(numbers: Floats) -> float:
        return -sum(
            share * float(_pooled(one, names, numbers)[np.arange(len(one.truth)), one.truth].mean())
            for share, one in some
        )

    begin = np.append(np.full(len(names), 0.5), [0.0, 0.0])
    found = minimize(loss, begin, method="Nelder-Mead", options={"maxiter": 3_000}).x
    weights = tuple(round(float(w), 3) for w in np.abs(found[: len(names)]))
    bias = tuple(round(float(b), 3) for b in (*found[len(names) :], 0.0))
    return Pool(weights, bias)  # type: ignore[arg-type]


class Feature(NamedTuple):
    """What speaks for a complaint: log odds of reader and cues, and whether harm was read."""

    reader: float
    cues: float | None
    harm: bool


def complaint_features(one: Heard, harm: float) -> list[Feature]:
    """Return what speaks for a complaint in each case; from the odds `harm` on there is harm."""
    found = []
    for at, case in enumerate(one.cases):
        names = [span for match in (case.ours, *case.others) for span in match.spans]
        voice = meant(unnamed(case.text.own, names))
        suspicion = screen(voice, one.negatives[at], is_complaint=False, least=0.2)
        if suspicion is not None and suspicion.is_doubtful:
            (second,) = ENCODED.complaint_odds([suspicion.own]) or [suspicion.odds]
            suspicion = weighed(suspicion, second)
        marks = dict(zip(MARKS, one.rows[at, PLACES["marks"]].tolist(), strict=True))
        cues = None if suspicion is None else suspicion.odds
        about = SEVERAL["categories"][int(one.rows[at, PLACES["categories"]].argmax())]
        is_unsafe = marks["harm"] > harm and about == UNSAFE
        found.append(Feature(marks["complaint"], cues, is_unsafe))
    return found


def stream_cases(data: Path) -> tuple[list[Case], list[bool]]:
    """Return the labelled posts of real streams that may be tuned on; no brand is named."""
    found, answers = [], []
    for text, row in complaints.labelled(data, complaints.LABELS):
        own = complaints.own_words(text)
        if own and complaints.is_development(row["digest"]):
            nobody = BrandMatch("", quoted=True, spans=())
            found.append(Case(normalise(own), nobody, (), "neutral", is_comment=True))
            answers.append(row["complaint"] == "1")
    return found, answers


def complaint_odds(one: Heard, pools: Pools, harm: float) -> Floats:
    """Return the log odds of a complaint of each case, as the annotator has them."""
    features = complaint_features(one, harm)
    return np.array([pools.complaint.odds(r, c, harm=h) for r, c, h in features])


def choose_suspicion(
    features: Sequence[Feature], answers: Sequence[bool], shares: Sequence[float]
) -> Suspicion:
    """Return how reader and cues are weighed, by logistic regression."""
    rows = [
        (np.clip(r, -6, 6), 0.0 if c is None else np.clip(c, -6, 6), float(c is None), float(h))
        for r, c, h in features
    ]
    fitted = LogisticRegression(C=10).fit(rows, answers, sample_weight=shares)
    reader, cues, silent, harm = fitted.coef_[0].tolist()
    numbers = (reader, cues, silent, harm + _LENIENCE, float(fitted.intercept_[0]))
    return Suspicion(*(round(number, 3) for number in numbers))


def best_threshold(odds: Floats, truth: npt.NDArray[np.bool_]) -> float:
    """Return the log odds from which a thing is taken to hold, for the best F1."""
    steps = np.arange(-3.5, 3.6, 0.25)
    return float(max(steps, key=lambda step: f1_score(truth, odds > step, zero_division=0)))


def thresholds(one: Heard) -> dict[str, float]:
    """Return from which log odds on marks, demands, categories and spam hold."""
    posts = [case.post for case in one.cases if case.post]
    marks = one.rows[:, PLACES["marks"]]
    found = {
        mark: best_threshold(marks[:, at], np.array([getattr(post, mark) for post in posts]))
        for at, mark in enumerate(MARKS)
        if mark in {"harm", "sarcasm"}
    }
    found["meant"] = _HARDLY
    told = np.array([[n in p.demands for n in SEVERAL["demands"]] for p in posts])
    found["demands"] = best_threshold(one.rows[:, PLACES["demands"]].ravel(), told.ravel())
    ours = [at for at, post in enumerate(posts) if post.complaint]
    about = np.array([[n in posts[at].categories for n in SEVERAL["categories"]] for at in ours])
    found["categories"] = best_threshold(
        one.rows[ours][:, PLACES["categories"]].ravel(), about.ravel()
    )
    spam = one.rows[:, PLACES["spam"]]
    lead = spam[:, 1:].max(1) - spam[:, 0]
    found["spam"] = max(
        best_threshold(lead, np.array([post.spam is not None for post in posts])), 0.0
    )
    return found


def scores(one: Heard, pools: Pools, limit: dict[str, float]) -> dict[str, Any]:
    """Return the figures in %: stance by speaker and pool, and what else the reader says."""
    truth = one.truth
    found: dict[str, Any] = {}
    for name, logs in one.speakers.items():
        found[name] = _accuracy(logs.argmax(1), truth)
    early = _logs(one, pools.early, ("words", "first"))
    late = _logs(one, pools.late, ("words", "first", "reader"))
    sure = (np.exp(early).max(1) >= pools.confidence) & (early.argmax(1) != 0)
    found |= {"early": _accuracy(early.argmax(1), truth), "late": _accuracy(late.argmax(1), truth)}
    found["read"] = _percent(~sure)
    blamed = complaint_odds(one, pools, limit["harm"]) > 0
    given = np.where(sure, early.argmax(1), np.where(blamed, 0, late.argmax(1)))
    found["as shipped"] = _accuracy(given, truth)
    posts = [case.post for case in one.cases if case.post]
    if len(posts) == len(one.cases):
        found |= _further(one, posts, pools, limit)
        kinds = np.array([post.phenomenon for post in posts])
        right = given == truth
        found["by phenomenon"] = {k: _percent(right[kinds == k]) for k in np.unique(kinds).tolist()}
    return found


def _further(
    one: Heard, posts: Sequence[AuthoredPost], pools: Pools, limit: dict[str, float]
) -> dict[str, Any]:
    marks, rows = one.rows[:, PLACES["marks"]], one.rows
    odds = complaint_odds(one, pools, limit["harm"])
    truth = np.array([post.complaint for post in posts])
    found: dict[str, Any] = {"complaint": _f1(odds > 0, truth)}
    for mark in ("harm", "sarcasm"):
        held = marks[:, MARKS.index(mark)] > limit[mark]
        found[mark] = _f1(held, np.array([getattr(post, mark) for post in posts]))
    refused = marks[:, MARKS.index("meant")] <= limit["meant"]
    found["not meant"] = _f1(refused, np.array([not post.meant for post in posts]))
    ours = [at for at, post in enumerate(posts) if post.complaint]
    first = [SEVERAL["categories"][at] for at in rows[ours][:, PLACES["categories"]].argmax(1)]
    found["category"] = _percent(
        [n in posts[at].categories for n, at in zip(first, ours, strict=True)]
    )
    told = np.array([[n in p.demands for n in SEVERAL["demands"]] for p in posts])
    found["demands"] = _f1((rows[:, PLACES["demands"]] > limit["demands"]).ravel(), told.ravel())
    harmed = [at for at in ours if posts[at].harm]
    severity = rows[:, PLACES["severity"]].argmax(1) + 1
    urgent = (severity == 3) | (marks[:, MARKS.index("harm")] > limit["harm"])
    found["harmed found urgent"] = _percent(urgent[harmed])
    spam = rows[:, PLACES["spam"]]
    found["spam"] = _f1(
        spam[:, 1:].max(1) - spam[:, 0] > limit["spam"],
        np.array([p.spam is not None for p in posts]),
    )
    return found


def _logs(one: Heard, pool: Pool, names: Sequence[str]) -> Floats:
    return _pooled(one, names, np.array([*pool.weights, *np.array(pool.bias[:2]) - pool.bias[2]]))


def _accuracy(given: npt.NDArray[Any], truth: npt.NDArray[Any]) -> str:
    macro = f1_score(truth, given, average="macro", zero_division=0)
    return f"{_percent(given == truth)} / {_percent([macro])}"


def _f1(given: npt.NDArray[Any], truth: npt.NDArray[Any]) -> dict[str, float]:
    f1 = _percent([f1_score(truth, given, zero_division=0)])
    return {"f1": f1, "recall": _percent(given[truth]), "false": _percent(given[~truth])}


def _percent(some: Any) -> float:
    return round(100 * float(np.mean(some)), 1)


def choose(
    one: Heard, sentences: Heard, streams: tuple[Heard, list[bool]], confidence: float, harm: float
) -> Pools:
    """Return all weights, chosen on what may be tuned on."""
    some = ((0.6, one), (0.4, sentences))
    early = choose_pool(some, ("words", "first"))
    late = choose_pool(some, ("words", "first", "reader"))
    real, answers = streams
    features = [
        feature for some_cases in (one, real) for feature in complaint_features(some_cases, harm)
    ]
    ours = [bool(case.post and case.post.complaint) for case in one.cases]
    shares = [1 / len(ours)] * len(ours) + [1 / len(answers)] * len(answers)
    weighed = [1_000 * share for share in shares]
    return Pools(early, late, confidence, choose_suspicion(features, ours + answers, weighed))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", type=Path, default=ENCODER, help="folder of the reader")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--choose", action="store_true", help="write the weights that are best")
    parser.add_argument("--chosen", type=Path, help="where thresholds are written")
    parser.add_argument("--confidence", type=float, default=0.75)
    options = parser.parse_args(arguments)
    first, reader = LinearModel.load(FOLDER), OpinionReader.load(options.encoder)
    if options.choose:
        kept = [post for post in load() if not post.is_held_out and is_development(post)]
        one, sentences = (
            heard(some, first, reader)
            for some in (authored_cases(kept), sentence_cases(tuned=True))
        )
        cases, answers = stream_cases(options.data)
        streams = heard(cases, first, reader), answers
        limit = thresholds(one)
        pools = choose(one, sentences, streams, options.confidence, limit["harm"])
        (FOLDER / POOLS_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(pools)) + b"\n")
        options.chosen.write_text(json.dumps({"thresholds": limit}, indent=1), encoding="utf-8")
        odds = complaint_odds(streams[0], pools, limit["harm"])
        print("streams", _f1(odds > 0, np.array(answers)))
    else:
        held = [post for post in load() if post.is_held_out]
        pools = msgspec.json.decode((FOLDER / POOLS_FILE).read_bytes(), type=Pools)
        limit = dict(reader.settings.thresholds)
        one, sentences = (
            heard(some, first, reader)
            for some in (authored_cases(held), sentence_cases(tuned=False))
        )
    print("authored", json.dumps(scores(one, pools, limit), ensure_ascii=False))
    print("sentences", json.dumps(scores(sentences, pools, limit), ensure_ascii=False))


if __name__ == "__main__":
    main()
