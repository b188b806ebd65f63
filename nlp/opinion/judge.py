"""The stance of a post towards a brand: words and rules, a first stage, and a reader for the rest.

What several have said is weighed together: their log probabilities with a weight each, and a
bias for each class (a logarithmic opinion pool, Genest and Zidek 1986, doi:10.1214/ss/1177013825).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from nlp.opinion.reader import Opinion, OpinionReader
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.model import ModelError, Score
from nlp.text.evasion import undone

FOLDER: Final = Path(__file__).parent / "weights"
POOLS_FILE: Final = "pools.json"
_TITLE: Final = " ☰ "  # stands between own words and title for the first stage
_LEAST: Final = 1e-4  # no probability counts as smaller: its logarithm is taken
_MOST: Final = 6.0  # log odds of a complaint count no further


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


class Suspicion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of what speaks for a complaint: log odds of reader and cues, no cue, and harm."""

    reader: float
    cues: float
    silent: float
    harm: float
    bias: float

    def odds(self, read: float, cues: float | None, *, harm: bool) -> float:
        """Return the log odds of a complaint; `cues` is None where no cue was looked for."""
        heard = self.silent if cues is None else self.cues * max(min(cues, _MOST), -_MOST)
        return self.reader * max(min(read, _MOST), -_MOST) + heard + self.harm * harm + self.bias


class Pools(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How those who speak are weighed; all was chosen on posts that none of them learned from.

    `early` weighs words and first stage, `late` those and the reader, who is asked where `early`
    is less sure than `confidence` or negative.
    """

    early: Pool
    late: Pool
    confidence: float
    complaint: Suspicion


class Asked(NamedTuple):
    """A post and a brand: hidden own words and title, and what words and rules say."""

    own: str
    title: str
    words: Score


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
    """Judges posts; the same post gets the same answer, whatever is judged with it."""

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
        return Judge(LinearModel.load(folder), OpinionReader.load(encoder), pools)

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
            if doubt or self._is_open(before.stance)
        ]
        read = self.reader.read([(undone(posts[at].own), posts[at].title) for at in asked])
        opinions = dict(zip(asked, read, strict=True))
        return [
            Judged(self.pools.late.of((post.words, before.first, opinion.stance)), opinion)
            if (opinion := opinions.get(at))
            else Judged(before.stance, None)
            for at, (post, before) in enumerate(zip(posts, early, strict=True))
        ]

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
