"""What the judge of opinions is worth next to the cascade alone, and the weights that it goes by.

    python -m benchmarks.nlp.opinions --data ../shared/data [--development | --choose]

Weights are chosen (`--choose`) on the authored posts kept back from training, on half of the blind
sentences of `towards_brand.csv`, and on real posts that name no brand, so that the pool stays near
the cascade where the authored posts say nothing. Measured are, as the chain annotates them, the
authored posts held out and the other half of the sentences; of the labelled streams, the
complaints. With `--development`, what may be tuned on is measured in their place.
"""

import argparse
import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import structs
from scipy.optimize import minimize
from sklearn.metrics import f1_score

from fengsui.annotate.annotator import Annotator
from fengsui.annotate.settings import AnnotationSettings
from nlp.brands.matcher import BrandMatch, BrandMatcher, BrandSettings
from nlp.brands.unnamed import unnamed
from nlp.complaints.rules import decide, screen
from nlp.opinion.judge import FOLDER, POOLS_FILE, Asked, Judge, Pool, seen
from nlp.opinion.marking import hidden, hide
from nlp.sentiment.cascade import CascadeModel
from nlp.sentiment.model import LABELS, Score
from nlp.stance import read, towards
from nlp.text.evasion import meant, undone
from nlp.text.normalise import Text, normalise
from nlp.training.authored.corpus import AuthoredPost, load
from nlp.training.complaints import corpus as complaints
from nlp.training.opinion.posts import is_development, places
from nlp.training.sentiment import corpus as sentiment
from records import Mention, Post, PostKind
from tests.nlp.hand_labels import rows as hand_labels

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_NOON: Final = datetime(2026, 3, 15, 4, tzinfo=UTC)
_EVERYDAY: Final = frozenset({"SMP2020 usual", "SMP2020 virus", "Weibo2018", "NLPCC2013"})
_OF_EACH: Final = 180
# What each of the three sets counts: authored posts, sentences, posts without a brand.
_SHARES: Final = {"early": (0.6, 0.4, 0.0), "late": (0.5, 0.3, 0.2)}
_LATE: Final = ("words", "first", "reader")
_LEANINGS: Final = (0.0, 0.15, 0.3, 0.45, 0.6)
_ADVERTS: Final = frozenset({"hotline", "lottery", "advert", "recruiting"})


class Case(NamedTuple):
    """A text, the brand asked about (None: it names none), the others, and the right stance."""

    text: Text
    ours: BrandMatch | None
    others: tuple[BrandMatch, ...]
    stance: str


def authored(*, development: bool) -> list[AuthoredPost]:
    """Return the authored posts to choose by, or those held out."""
    if development:
        return [post for post in load() if not post.is_held_out and is_development(post)]
    return [post for post in load() if post.is_held_out]


def sentences(*, development: bool) -> list[dict[str, str]]:
    """Return half of the blind sentences towards a brand."""
    return [
        row
        for row in hand_labels("towards_brand.csv")
        if row["half"] == "blind"
        and (int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 2 == 0) is development
    ]


def streams(data: Path, *, development: bool) -> tuple[list[str], Bools]:
    """Return own words of half of the labelled streams, and which of them complain."""
    found = [
        (own, row["complaint"] == "1")
        for text, row in complaints.labelled(data, complaints.LABELS)
        if complaints.is_development(row["digest"]) is development
        and (own := complaints.own_words(text))
    ]
    return [own for own, _ in found], np.array([complains for _, complains in found])


def everyday(data: Path) -> list[Case]:
    """Return posts of four sets that nothing learned its class from; they name no brand."""
    kept = [one for one in sentiment.CORPORA if one.name in _EVERYDAY]
    by_set: dict[str, list[sentiment.Example]] = {}
    for example in sentiment.load(data, kept):
        if example.split == "dev" and example.label:
            by_set.setdefault(example.corpus, []).append(example)
    chance = random.Random(5)
    drawn = [one for some in by_set.values() for one in chance.sample(some, _OF_EACH)]
    return [Case(normalise(one.text), None, (), one.label) for one in drawn]


def authored_cases(posts: Sequence[AuthoredPost]) -> list[Case]:
    """Return those posts that name their brand in their own words."""
    found = []
    for post in posts:
        text = normalise(post.text, post.context)
        spans = places(text.own, [post.brand, *post.others])
        if matches := _matches(text, spans, [post.brand, *post.others]):
            ours = next((one for one in matches if one.brand == post.brand), None)
            if ours is not None:
                others = tuple(one for one in matches if one is not ours)
                found.append(Case(text, ours, others, post.stance))
    return found


def _matches(
    text: Text, spans: Sequence[tuple[int, int]], names: Sequence[str]
) -> list[BrandMatch]:
    of_name = {name: [s for s in spans if text.own[slice(*s)] == name] for name in names}
    return [BrandMatch(name, False, tuple(some)) for name, some in of_name.items() if some]


def sentence_cases() -> list[Case]:
    """Return the sentences to choose by."""
    rows = sentences(development=True)
    matcher = BrandMatcher(
        [BrandSettings(name=name) for name in sorted({r["brand"] for r in rows})]
    )
    found = []
    for row in rows:
        text = normalise(row["text"])
        matches = matcher.match(text)
        ours = next(match for match in matches if match.brand == row["brand"])
        others = tuple(match for match in matches if match is not ours)
        found.append(Case(text, ours, others, row["label"]))
    return found


@dataclass(frozen=True, slots=True)
class Speakers:
    """Log probabilities of each who speaks, shape (cases, 3), and the classes that are right."""

    words: Floats
    first: Floats
    reader: Floats
    truth: npt.NDArray[np.int64]


def speakers(cases: Sequence[Case], judge: Judge) -> Speakers:
    """Ask words, first stage and reader about the cases."""
    asked = [_asked(case, judge) for case in cases]
    opinions = judge.reader.read([(undone(one.own), one.title) for one in asked])
    return Speakers(
        _logs([one.words for one in asked]),
        _logs(judge.first.score([seen(one.own, one.title) for one in asked])),
        _logs([opinion.stance for opinion in opinions]),
        np.array([LABELS.index(case.stance) for case in cases]),
    )


def _asked(case: Case, judge: Judge) -> Asked:
    text, matches = case.text, [one for one in (case.ours, *case.others) if one]
    names = [span for match in matches for span in match.spans]
    (base,) = judge.words.score([meant(unnamed(text.own, names))])
    if case.ours is None:
        return Asked(hide(text.own, []), "", base)
    rivals = [span for other in case.others for span in other.spans]
    own, title = hidden(text, case.ours.spans, rivals)
    if reading := read(text, case.ours, case.others):
        (part,) = judge.words.score([meant(reading.part)])
        base = towards(reading, base, part).score
    return Asked(own, title, base)


def _logs(scores: Sequence[Score]) -> Floats:
    found: Floats = np.log(np.clip(np.array(scores, dtype=float), 1e-4, 1))
    return found


def choose(some: Sequence[tuple[float, Speakers]], names: Sequence[str]) -> Pool:
    """Return the weights and biases of the least loss; each set counts its share."""

    def loss(numbers: Floats) -> float:
        return -sum(
            share * float(_pooled(one, names, numbers)[np.arange(len(one.truth)), one.truth].mean())
            for share, one in some
        )

    begin = np.append(np.full(len(names), 0.5), [0.0, 0.0])
    found = minimize(loss, begin, method="Nelder-Mead", options={"maxiter": 4_000}).x
    weights = tuple(round(float(weight), 3) for weight in np.abs(found[: len(names)]))
    bias = (*(round(float(b), 3) for b in found[len(names) :]), 0.0)
    return Pool(weights, bias)  # type: ignore[arg-type]


def _pooled(one: Speakers, names: Sequence[str], numbers: Floats) -> Floats:
    weights = np.abs(numbers[: len(names)])
    total = sum(
        weight * getattr(one, name) for weight, name in zip(weights, names, strict=True)
    ) + np.append(numbers[len(names) :], 0)
    found: Floats = total - np.log(np.exp(total).sum(1, keepdims=True))
    return found


def mentions(
    posts: Sequence[Post], brands: Sequence[str], judge: Judge | None
) -> list[Mention | None]:
    """Return each post's mention of its brand, all brands watched; None where there is none."""
    settings = [BrandSettings(name=name) for name in sorted(set(brands))]
    annotator = Annotator(settings, CASCADE, AnnotationSettings(), judge=judge)
    found = {(one.post_key, one.brand): one for one in annotator.annotate(posts)}
    return [found.get((post.key, brand)) for post, brand in zip(posts, brands, strict=True)]


CASCADE: Final = CascadeModel.load()


def _post(name: str, text: str, quoted: str = "", kind: PostKind = PostKind.POST) -> Post:
    return Post(
        source="authored",
        id=name,
        url="",
        kind=kind,
        author=name,
        text=text,
        quoted=quoted,
        published_at=_NOON,
        fetched_at=_NOON,
    )


def of_authored(posts: Sequence[AuthoredPost], judge: Judge | None) -> dict[str, Any]:
    """Return the figures in % over authored posts."""
    kinds = [
        PostKind.COMMENT if post.phenomenon == "thread_comment" else PostKind.POST for post in posts
    ]
    given = [
        _post(post.id, post.text, post.context, kind)
        for post, kind in zip(posts, kinds, strict=True)
    ]
    found = mentions(given, [post.brand for post in posts], judge)
    kept = [(post, one) for post, one in zip(posts, found, strict=True) if one is not None]
    stance = [(post.stance, str(one.sentiment)) for post, one in kept]
    ours = [(post, one) for post, one in kept if post.complaint]
    demands = [
        (name in post.demands, name in one.demands)
        for post, one in kept
        for name in sorted({*post.demands, *one.demands})
    ]
    right: dict[str, list[bool]] = {}
    for post, one in kept:
        right.setdefault(post.phenomenon, []).append(post.stance == one.sentiment)
    return {
        "posts": len(posts),
        "not meant, found": _percent([o is None for p, o in _pairs(posts, found) if not p.meant]),
        "meant, refused": _percent([o is None for p, o in _pairs(posts, found) if p.meant]),
        "stance": _accuracy(stance),
        "complaint": _f1([(post.complaint, one.complaint) for post, one in kept]),
        "category": _percent([one.category in post.categories for post, one in ours]),
        "severity": _percent([one.severity == post.severity for post, one in ours]),
        "harmed found urgent": _percent([one.severity == 3 for post, one in ours if post.harm]),
        "urgent, of other posts": _percent(
            [one.severity == 3 for post, one in kept if post.severity != 3]
        ),
        "demands": _f1(demands)["f1"],
        "adverts": _f1([(post.spam in _ADVERTS, not one.organic) for post, one in kept]),
        "by phenomenon": {kind: _percent(some) for kind, some in sorted(right.items())},
    }


def _pairs(
    posts: Sequence[AuthoredPost], found: Sequence[Mention | None]
) -> list[tuple[AuthoredPost, Mention | None]]:
    return list(zip(posts, found, strict=True))


def of_sentences(rows: Sequence[dict[str, str]], judge: Judge | None) -> str:
    """Return accuracy and macro-F1 over sentences, all their brands watched."""
    posts = [_post(row["id"], row["text"]) for row in rows]
    found = mentions(posts, [row["brand"] for row in rows], judge)
    return _accuracy(
        [(row["label"], str(one.sentiment)) for row, one in zip(rows, found, strict=True) if one]
    )


def of_streams(texts: Sequence[str], truth: Bools, judge: Judge | None) -> dict[str, float]:
    """Return the figures of complaints over posts that name no brand, as if they did."""
    given = []
    for own in texts:
        (score,) = CASCADE.score([meant(own)])
        suspicion = screen(meant(own), score.negative, is_complaint=False, least=0.2)
        asked = suspicion is not None and suspicion.is_doubtful
        odds = CASCADE.complaint_odds([suspicion.own]) if suspicion and asked else None
        complains = decide(suspicion, 0.5, odds[0] if odds else None) is not None
        if judge is not None and len(own) < judge.pools.longest:
            (opinion,) = judge.reader.read([(undone(hide(own, [])), "")])
            complains = complains or judge.complains(opinion) >= 0.5
        given.append(complains)
    return _f1(list(zip(truth.tolist(), given, strict=True)))


def _accuracy(pairs: Sequence[tuple[str, str]]) -> str:
    truth, given = zip(*pairs, strict=True)
    macro = f1_score(truth, given, average="macro", zero_division=0)
    return f"{_percent([a == b for a, b in pairs])} / {_percent([macro])}"


def _f1(pairs: Sequence[tuple[bool, bool]]) -> dict[str, float]:
    truth, given = (np.array(some, dtype=bool) for some in zip(*pairs, strict=True))
    return {
        "f1": _percent([f1_score(truth, given, zero_division=0)]),
        "recall": _percent(given[truth]),
        "false": _percent(given[~truth]),
    }


def _percent(some: Any) -> float:
    return round(100 * float(np.mean(some)), 1) if len(some) else 0.0


def chosen(judge: Judge, data: Path) -> Judge:
    """Return the judge with pools chosen on what may be tuned on, and write them."""
    sets = [authored_cases(authored(development=True)), sentence_cases(), everyday(data)]
    said = [speakers(cases, judge) for cases in sets]
    late = choose(list(zip(_SHARES["late"], said, strict=True)), _LATE)
    pools = structs.replace(
        judge.pools,
        early=choose(list(zip(_SHARES["early"], said, strict=True)), _LATE[:2]),
        late=structs.replace(late, bias=_leaning(late, said[:2])),
    )
    (FOLDER / POOLS_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(pools)) + b"\n")
    return Judge(judge.words, judge.first, judge.reader, pools)


def _leaning(pool: Pool, some: Sequence[Speakers]) -> tuple[float, float, float]:
    """Return biases that lean towards negative as far as most of both sets is right.

    The loss alone leaves one negative in six unfound, and a boycott in calm words above all.
    """

    def right(lean: float) -> float:
        numbers = np.array([*pool.weights, pool.bias[0] + lean, pool.bias[1]])
        return float(
            np.mean([(_pooled(one, _LATE, numbers).argmax(1) == one.truth).mean() for one in some])
        )

    lean = max(_LEANINGS, key=right)
    return round(pool.bias[0] + lean, 3), pool.bias[1], pool.bias[2]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--choose", action="store_true", help="write the weights that are best")
    parser.add_argument("--development", action="store_true", help="measure what is tuned on")
    options = parser.parse_args(arguments)
    judge = Judge.load()
    if options.choose:
        judge = chosen(judge, options.data)
    tuned = options.choose or options.development
    texts, truth = streams(options.data, development=tuned)
    figures: Sequence[tuple[str, Callable[[Judge | None], Any]]] = (
        ("authored", lambda one: of_authored(authored(development=tuned), one)),
        ("sentences", lambda one: of_sentences(sentences(development=tuned), one)),
        ("streams", lambda one: of_streams(texts, truth, one)),
    )
    for name, measure in figures:
        for who, one in (("cascade", None), ("judge", judge)):
            print(name, who, json.dumps(measure(one), ensure_ascii=False))


if __name__ == "__main__":
    main()
