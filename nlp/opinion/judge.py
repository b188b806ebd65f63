"""The stance of a short post towards a brand: words and rules, a first stage, and a reader.

What several have said is weighed together: their log probabilities with a weight each, and a
bias for each class (a logarithmic opinion pool, Genest and Zidek 1986, doi:10.1214/ss/1177013825).
Long posts, and comments that do not name the brand, are not for it: there the cascade is better.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from nlp.complaints.rules import CATEGORIES, Complaint, worded
from nlp.opinion.questions import SEVERAL
from nlp.opinion.reader import Opinion, OpinionReader
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.model import ModelError, Score
from nlp.text.evasion import undone

FOLDER: Final = Path(__file__).parent / "weights"
POOLS_FILE: Final = "pools.json"
URGENT: Final = 3
_TITLE: Final = " ☰ "  # stands between own words and title for the first stage
_LEAST: Final = 1e-4  # no probability counts as smaller: its logarithm is taken


class Pool(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of those who speak, in their order, and a bias for each class of sentiment."""

    weights: tuple[float, ...]
    bias: tuple[float, float, float]

    def of(self, scores: Sequence[Score]) -> Score:
        """Return what the scores say together; scalar, so that no post depends on another."""
        logs = [
            bias
            + sum(
                weight * math.log(max(score[at], _LEAST))
                for weight, score in zip(self.weights, scores, strict=True)
            )
            for at, bias in enumerate(self.bias)
        ]
        powers = [math.exp(log - max(logs)) for log in logs]
        return Score(*(power / sum(powers) for power in powers))


class Cues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Log odds that the words of the field add: a place of a category's cue, the severity."""

    category: float
    severity: float


class Pools(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How those who speak are weighed; all was chosen on posts that none of them learned from.

    `early` weighs words and first stage, `late` those and the reader, who is asked where `early`
    is less sure than `confidence` or negative. `longest` is the number of characters from which
    on a post is not for the judge, `complaint` are the log odds at which the reader is undecided
    about a complaint.
    """

    early: Pool
    late: Pool
    confidence: float
    longest: int
    complaint: float
    cues: Cues


class Asked(NamedTuple):
    """A post and a brand: hidden own words and title, and what words and rules say.

    `refuses` says that a negation turned the words (不会再进): the reader reads such by parts.
    """

    own: str
    title: str
    words: Score
    refuses: bool = False


class Early(NamedTuple):
    """What the first stage says of a post, and what it and the words say together."""

    first: Score
    stance: Score


class Judged(NamedTuple):
    """The stance, and the reader's opinion where it was asked."""

    stance: Score
    opinion: Opinion | None


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges posts; the same post gets the same answer, whatever is judged with it.

    `words` is the linear model of sentiment: the reader takes the encoder's place behind it.
    """

    words: LinearModel
    first: LinearModel
    reader: OpinionReader
    pools: Pools

    @staticmethod
    def load(folder: Path | None = None, encoder: Path | None = None) -> "Judge":
        """Load first stage, weights and reader; by default what ships.

        Raises:
            ModelError: one of them is missing or damaged.
        """
        folder = FOLDER if folder is None else folder
        path = folder / POOLS_FILE
        try:
            pools = msgspec.json.decode(path.read_bytes(), type=Pools)
        except (OSError, msgspec.MsgspecError) as error:
            raise ModelError(f"{path}: no opinions can be weighed without it: {error}") from error
        first, reader = LinearModel.load(folder), OpinionReader.load(encoder)
        return Judge(LinearModel.load(), first, reader, pools)

    @property
    def name(self) -> str:
        """What a mention says of who judged it."""
        return f"{self.reader.name}-{self.first.name}"

    def early(self, posts: Sequence[Asked]) -> list[Early]:
        """Return what words and first stage say of each post, in order."""
        first = self.first.score([seen(post.own, post.title) for post in posts])
        pool = self.pools.early
        return [
            Early(score, pool.of((post.words, score)))
            for post, score in zip(posts, first, strict=True)
        ]

    def judge(
        self, posts: Sequence[Asked], early: Sequence[Early], doubted: Sequence[bool]
    ) -> list[Judged]:
        """Return what each post says, in order; the reader is asked where it is worth its time.

        That is where `early` is unsure or negative, and where a complaint is `doubted`.
        """
        asked = [
            at
            for at, (before, doubt) in enumerate(zip(early, doubted, strict=True))
            if doubt or posts[at].refuses or self._is_open(before.stance)
        ]
        read = self.reader.read([(undone(posts[at].own), posts[at].title) for at in asked])
        opinions = dict(zip(asked, read, strict=True))
        return [
            Judged(self._late(post, before, opinion), opinion)
            if (opinion := opinions.get(at))
            else Judged(before.stance, None)
            for at, (post, before) in enumerate(zip(posts, early, strict=True))
        ]

    def _late(self, post: Asked, early: Early, opinion: Opinion) -> Score:
        """Return the stance of what was read.

        Negative words stand where a negation turned them, and where somebody was hurt.
        """
        stance = self.pools.late.of((post.words, early.first, opinion.stance))
        if stance.label == "negative" or post.words.label != "negative":
            return stance
        return post.words if post.refuses or self.reader.detail(opinion).harm else stance

    def complains(self, opinion: Opinion) -> float:
        """Return the probability of a complaint, as the reader reads it."""
        return 1 / (1 + math.exp(self.pools.complaint - opinion.complaint))

    def described(self, opinion: Opinion, own: str) -> Complaint:
        """Return what a post with these own words complains of: the reader's word and the cues'.

        Harm to people is urgent, whatever the words.
        """
        words, cues, read = worded(own), self.pools.cues, self.reader.detail(opinion)
        about = dict(zip(SEVERAL["categories"], read.categories, strict=True))
        for category, places in words.places.items():
            about[category] += cues.category * places
        severe = list(read.severity)
        severe[words.severity - 1] += cues.severity
        severity = URGENT if read.harm else severe.index(max(severe)) + 1
        demands = tuple(dict.fromkeys((*read.demands, *words.demands)))
        return Complaint(max(CATEGORIES, key=about.__getitem__), demands, severity)

    def _is_open(self, early: Score) -> bool:
        return early.confidence < self.pools.confidence or early.label == "negative"


def seen(own: str, title: str) -> str:
    """Return what the first stage reads of hidden own words and title."""
    return f"{undone(own)}{_TITLE}{title}" if title else undone(own)


@lru_cache(maxsize=1)
def shipped() -> Judge:
    """Return the judge that ships, loaded once.

    Raises:
        ModelError: it cannot be used.
    """
    return Judge.load()
