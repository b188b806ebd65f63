"""Compare the complaint model with the rules alone and with TF-IDF, on the same posts."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from nlp.complaints.lexicon import EXPERIENCE, find
from nlp.complaints.rules import DOUBTFUL, Complaint, decide, judge, screen, tells_failure
from nlp.sentiment.cascade import CascadeModel
from nlp.sentiment.linear import LinearModel
from nlp.training.complaints.card import CARD
from nlp.training.complaints.corpus import LABELS, Example, is_development, labelled, own_words

Judge = Callable[[Sequence[str]], list[bool]]


@dataclass(frozen=True, slots=True)
class Score:
    """How well a method tells complaints, over `n` posts of which `complaints` complain."""

    method: str
    posts: str
    n: int
    complaints: int
    precision: float
    recall: float
    f1: float


def score(method: str, posts: str, truth: Sequence[bool], given: Sequence[bool]) -> Score:
    """Return precision, recall and F1 in [0, 1]; 0 where nothing was given or wanted."""
    hits = sum(a and b for a, b in zip(truth, given, strict=True))
    wanted, got = sum(truth), sum(given)
    return Score(
        method,
        posts,
        len(truth),
        wanted,
        hits / got if got else 0.0,
        hits / wanted if wanted else 0.0,
        2 * hits / (wanted + got) if wanted + got else 0.0,
    )


def by_rules(own: str, negative: float) -> bool:
    """Whether the field's own words and a negative tone make a complaint, nothing learned."""
    hits = find(own)
    if any(hit.kind == "report" for hit in hits) or own.lstrip().startswith("【"):
        return False
    told = any(hit.kind in {"category", "grievance"} for hit in hits) or EXPERIENCE.search(own)
    if negative >= 0.5 and told:
        return True
    wants = judge(own, negative, is_complaint=True)
    return negative >= 0.25 and bool(wants and wants.demands) and tells_failure(hits)


def tfidf(examples: Sequence[Example]) -> Judge:
    """Return TF-IDF of character 1- to 3-grams with logistic regression, on the train part."""
    train = [example for example in examples if example.split == "train"]
    vectorizer = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 3), min_df=4, sublinear_tf=True, dtype=np.float32
    )
    features = vectorizer.fit_transform(example.text for example in train)
    regression = LogisticRegression(C=3, max_iter=60, tol=1e-3)
    regression.fit(
        features,
        [example.complains for example in train],
        sample_weight=[example.weight for example in train],
    )
    return lambda texts: [bool(a) for a in regression.predict(vectorizer.transform(texts))]


def in_the_chain(model: CascadeModel) -> Judge:
    """Return what the chain does: the cascade gives the tone and reads the doubtful again."""

    def run(texts: Sequence[str]) -> list[bool]:
        suspicions = [
            screen(text, tone.negative, is_complaint=False, least=DOUBTFUL[0])
            for text, tone in zip(texts, model.score(texts), strict=True)
        ]
        doubtful = [one.own for one in suspicions if one and one.is_doubtful]
        odds = dict(zip(doubtful, model.complaint_odds(doubtful) or (), strict=True))
        return [decide(s, second=odds.get(s.own) if s else None) is not None for s in suspicions]

    return run


def measure(data: Path, examples: Sequence[Example]) -> tuple[list[Score], dict[str, float]]:
    """Return the scores of all methods, and the shares of right details on labelled complaints."""
    sentiment = LinearModel.load()

    def negative(texts: Sequence[str]) -> list[float]:
        return [given.negative for given in sentiment.score(texts)]

    methods: dict[str, Judge] = {
        "rules alone": lambda texts: [
            by_rules(text, tone) for text, tone in zip(texts, negative(texts), strict=True)
        ],
        "TF-IDF, logistic regression": tfidf(examples),
        "ours": lambda texts: [
            judge(text, tone, is_complaint=False) is not None
            for text, tone in zip(texts, negative(texts), strict=True)
        ],
        "ours, the doubtful read by the encoder": in_the_chain(CascadeModel.load()),
    }
    posts = [(own_words(text), row) for text, row in labelled(data, LABELS)]
    sets: dict[str, tuple[list[str], list[bool]]] = {}
    for name, wanted in (("labelled, development", True), ("labelled, held out", False)):
        half = [
            (t, r["complaint"] == "1") for t, r in posts if is_development(r["digest"]) == wanted
        ]
        sets[name] = [t for t, _ in half], [c for _, c in half]
    for name, corpora in SPLITS.items():
        part = [e for e in examples if e.split == "test" and (not corpora or e.corpus in corpora)]
        sets[name] = [e.text for e in part], [e.complains for e in part]
    scores = [
        score(method, name, truth, run(texts))
        for name, (texts, truth) in sets.items()
        for method, run in methods.items()
    ]
    held_out = [
        (text, row)
        for text, row in posts
        if row["complaint"] == "1" and not is_development(row["digest"])
    ]
    return scores, details(held_out)


SPLITS: Final = {
    "letters against everything": (
        "letters",
        "CHECKED",
        "hot topics",
        "SMP2020",
        "Weibo2018",
        "news titles",
        "news summaries",
        "CCTV",
        "cars",
        "outbreak",
    ),
    "reviews of goods": ("shop",),
    "reviews of meals": ("takeaway",),
    "reviews of stays": ("hotel",),
    "reviews, NLPCC2014": ("NLPCC2014",),
    "all splits": (),
}


def details(posts: Sequence[tuple[str, Mapping[str, str]]]) -> dict[str, float]:
    """Return how often category, severity and demands are as labelled, where a post complains."""
    right: Counter[str] = Counter()
    for text, row in posts:
        found = judge(text, 1.0, is_complaint=True)
        if found is None:
            continue
        right["category"] += found.category in row["category"].split("|")
        right["severity"] += str(found.severity) == row["severity"]
        right["demands"] += set(found.demands) == set(filter(None, row["demands"].split("|")))
    return {name: right[name] / len(posts) for name in ("category", "severity", "demands")}


def write_report(data: Path, examples: Sequence[Example], recipe: str, folder: Path | None) -> None:
    """Print the scores; where `folder` is given, write `metrics.json` and the card there."""
    scores, shares = measure(data, examples)
    table = _table(scores)
    print(table)  # noqa: T201 - the report of a command
    print(shares)  # noqa: T201
    if folder is None:
        return
    document = {"recipe": recipe, "scores": [asdict(row) for row in scores], "details": shares}
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (folder / "metrics.json").write_text(text + "\n", encoding="utf-8")
    card = CARD.format(
        recipe=recipe,
        train=sum(e.split == "train" for e in examples),
        hand=sum(e.corpus == "by hand" for e in examples),
        scores=table,
        **{name: f"{100 * share:.0f}" for name, share in shares.items()},
    )
    (folder / "README.md").write_text(card, encoding="utf-8")


def _table(scores: Sequence[Score]) -> str:
    head = "| posts | n | complaints | method | precision | recall | F1 |"
    rows = [
        f"| {row.posts} | {row.n:,} | {row.complaints:,} | {row.method} "
        f"| {100 * row.precision:.1f} | {100 * row.recall:.1f} | {100 * row.f1:.1f} |"
        for row in scores
    ]
    return "\n".join([head, "|---|---:|---:|---|---:|---:|---:|", *rows])


__all__ = ["Complaint", "Score", "by_rules", "details", "measure", "score", "write_report"]
