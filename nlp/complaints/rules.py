"""Which texts are a customer's complaint, about what, wanting what, and how serious.

Whether a text complains is weighed: learned runs of characters (`nlp.complaints.model`), the
tone, and the field's own words (`nlp.complaints.lexicon`). Those words alone decide what it
is about, what is wanted and how serious it is, so that a person can see which of them decided.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from nlp.complaints.lexicon import DEMAND_CUES, EXPERIENCE, Hit, find
from nlp.complaints.model import shipped
from nlp.text.normalise import fold


@dataclass(frozen=True, slots=True)
class Complaint:
    """A customer's complaint: a key of CATEGORIES, keys of DEMANDS, and a severity.

    Severity is 1 normal, 2 high (money at stake, refused again and again), 3 urgent (health or
    safety, or the customer turns to the authorities, the courts or the media).
    """

    category: str
    demands: tuple[str, ...]
    severity: int


class CategoryName(NamedTuple):
    """What a category is called on screen."""

    zh: str
    en: str


CATEGORIES: Final[Mapping[str, CategoryName]] = {
    "safety": CategoryName("安全健康", "Health and safety"),
    "privacy": CategoryName("隐私泄露", "Privacy"),
    "advertising": CategoryName("虚假宣传", "Misleading advertising"),
    "refund": CategoryName("退款退货", "Refunds and returns"),
    "delivery": CategoryName("物流配送", "Delivery"),
    "account": CategoryName("账号权益", "Account and membership"),
    "price": CategoryName("价格收费", "Price and charges"),
    "quality": CategoryName("产品质量", "Product quality"),
    "service": CategoryName("服务态度", "Service"),
    "other": CategoryName("其他", "Other"),
}
"""The categories; where two have equally many cues, the earlier one is taken."""

DEMANDS: Final = tuple(DEMAND_CUES)
"""What a customer can want, in the words of the field."""

FAILURES: Final = frozenset({"safety", "privacy", "advertising"})
"""The categories whose cues all tell of a failure."""

RULES: Final = "complaints-3"
"""A name for what decides here: it changes when the answers do."""

_HEADLINE: Final = re.compile(r"^\s*【[^】]{4,}】")
_CLAUSE_END: Final = frozenset("。！？!?；;，,、\n")
_REACH: Final = 12  # characters between what asks for a demand and the demand
_EXTREME: Final = 0.01  # a tone is never surer than this, nor than its opposite
# Probabilities of negative below which a text is not read on: hardly one in sixty complaints lies
# there, and of those without a word of the field one in forty below the second.
_CONTENT: Final = 0.1
_CALM: Final = 0.2
DOUBTFUL: Final = (0.2, 0.9)
"""Probabilities of a complaint between which another reader is worth asking.

Chosen on posts labelled by hand: what lies outside was decided as well without one.
"""


class Worded(NamedTuple):
    """What words alone say of a complaint: places of each category's cues, demands, severity."""

    places: Mapping[str, int]
    demands: tuple[str, ...]
    severity: int


class Screening(NamedTuple):
    """What speaks for a complaint in the text `own` (folded): its log odds, and its cues.

    Harm to somebody's data, money or body, and what was `filed` as a complaint, count whatever the
    odds (`certain`).
    """

    own: str
    odds: float
    hits: list[Hit]
    certain: bool
    filed: bool = False

    @property
    def is_suspicious(self) -> bool:
        """Whether a reader of whole posts should be asked."""
        return self.certain or _probability(self.odds) >= DOUBTFUL[0]

    @property
    def is_doubtful(self) -> bool:
        """Whether another reader should be asked as well."""
        return not self.certain and DOUBTFUL[0] <= _probability(self.odds) < DOUBTFUL[1]


def judge(
    own: str, negative: float, *, is_complaint: bool, threshold: float = 0.5
) -> Complaint | None:
    """Return the complaint that an author's own words make, or None where they make none.

    See `screen` and `decide`; nobody else is asked.
    """
    suspicion = screen(own, negative, is_complaint=is_complaint, threshold=threshold)
    return decide(suspicion, threshold)


def screen(
    own: str, negative: float, *, is_complaint: bool, threshold: float = 0.5, least: float = 1.0
) -> Screening | None:
    """Return what makes an author's own words look like a complaint, None where nothing does.

    What came as a complaint (`is_complaint`) is one whatever its tone. Any other text is looked at
    where its probability can reach `threshold` or `least`; `negative` is its probability of being
    negative, and decides alone where it is very small, or reaches `threshold` where the text tells
    of harm to somebody's data, money or body. News about somebody else's trouble is none, and
    neither is a blank text.
    """
    if is_complaint:
        return Screening(fold(own), 0.0, find(fold(own)), certain=True, filed=True)
    if negative < _CONTENT or not own or own.isspace():
        return None
    cues = shipped()
    own = fold(own)
    evidence, tone, length = cues.evidence(own), _tone(negative), math.log(len(own) + 1)
    ceiling = cues.ceiling(evidence, tone, length)
    if ceiling < min(threshold, least) and negative < threshold:
        return None
    hits = find(own)
    if (negative < _CALM and not hits) or _is_news(own, hits):
        return None
    # Few of the posts that were learned from tell of such harm, hence it counts by itself.
    harmed = negative >= threshold and _tells_harm(hits)
    odds = cues.odds(evidence, (tone, length, *_marks(own, hits)))
    return Screening(own, odds, hits, certain=harmed)


def weighed(suspicion: Screening, second: float) -> Screening:
    """Return a suspicion with the log odds that another reader gives; both count the same.

    The logarithmic opinion pool (Genest and Zidek 1986, doi:10.1214/ss/1177013825).
    """
    return suspicion._replace(odds=(suspicion.odds + second) / 2)


def decide(
    suspicion: Screening | None, threshold: float = 0.5, second: float | None = None
) -> Complaint | None:
    """Return the complaint where the probability of one reaches `threshold`, else None.

    `second` are the log odds that another reader gives.
    """
    if suspicion is None:
        return None
    if second is not None:
        suspicion = weighed(suspicion, second)
    if suspicion.certain or _probability(suspicion.odds) >= threshold:
        return described(suspicion)
    return None


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def described(suspicion: Screening) -> Complaint:
    """Return the complaint as the words of the field describe it."""
    own, hits = suspicion.own, suspicion.hits
    return Complaint(_category(hits), _demands(own, hits), _severity(hits))


def worded(own: str) -> Worded:
    """Return what the words of the field say of a complaint in these words."""
    own = fold(own)
    hits = find(own)
    return Worded(_places(hits), _demands(own, hits), _severity(hits))


def signs(own: str, negative: float) -> tuple[float, ...]:
    """Return what `complaints_learned.SIGNS` names, for a text and its probability of negative."""
    return _tone(negative), math.log(len(own) + 1), *_marks(own, find(own))


def _tone(negative: float) -> float:
    bounded = min(max(negative, _EXTREME), 1 - _EXTREME)
    return math.log(bounded / (1 - bounded))


def _marks(own: str, hits: list[Hit]) -> tuple[float, ...]:
    kinds = {hit.kind for hit in hits}
    return (
        float("category" in kinds),
        float("grievance" in kinds),
        float(tells_failure(hits)),
        float("demand" in kinds and bool(_demands(own, hits))),
        float(EXPERIENCE.search(own) is not None),
        float("threat" in kinds),
    )


def _is_news(own: str, hits: list[Hit]) -> bool:
    return any(hit.kind == "report" for hit in hits) or _HEADLINE.search(own) is not None


def tells_grievance(own: str) -> bool:
    """Whether `own` holds a word of complaint or failure, or tells of an own purchase or visit.

    By the words alone, whatever the tone: a cautious first look, not a judgement.
    """
    hits = find(own)
    told = any(hit.kind in {"grievance", "failing", "threat"} for hit in hits)
    return told or tells_failure(hits) or EXPERIENCE.search(own) is not None


def tells_failure(hits: list[Hit]) -> bool:
    """Whether something paid for failed."""
    return any(hit.kind == "failing" or hit.name in FAILURES for hit in hits)


def _tells_harm(hits: list[Hit]) -> bool:
    return any(hit.kind == "harm" or hit.name == "privacy" for hit in hits)


def _category(hits: list[Hit]) -> str:
    """Return the category with the most places in the text."""
    counts = _places(hits)
    return max(CATEGORIES, key=lambda name: counts[name]) if counts else "other"


def _places(hits: list[Hit]) -> Counter[str]:
    """Return the places of each category's cues; cues inside longer ones count once."""
    ends = {(hit.name, hit.end) for hit in hits if hit.kind == "category"}
    return Counter(name for name, _ in ends)


def _demands(own: str, hits: list[Hit]) -> tuple[str, ...]:
    """Return the demands that are asked for, or refused, within the clause; each once, in order."""
    asked = {hit.end for hit in hits if hit.kind in {"ask", "refuse"}}
    found = [
        hit.name
        for hit in hits
        if hit.kind == "demand" and not asked.isdisjoint(_clause_before(own, hit.start))
    ]
    return tuple(dict.fromkeys(found))


def _clause_before(own: str, start: int) -> Iterator[int]:
    """Yield the places from `start` back to its clause's beginning, _REACH of them at most."""
    yield start
    for place in range(start - 1, max(start - _REACH, 0) - 1, -1):
        if own[place] in _CLAUSE_END:
            return
        yield place


def _severity(hits: list[Hit]) -> int:
    if any(hit.kind == "threat" or hit.name == "safety" for hit in hits):
        return 3
    return 2 if any(hit.kind == "high" for hit in hits) else 1
