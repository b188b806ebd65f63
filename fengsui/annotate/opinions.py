"""What the judge of opinions makes of short posts: stance, complaint, whether they count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fengsui.annotate.candidates import Candidate
from nlp.brands.matcher import BrandMatch
from nlp.complaints.rules import Complaint, Screening
from nlp.opinion.judge import Asked, Judge, Judged
from nlp.opinion.marking import hidden
from nlp.sentiment.model import Score
from nlp.stance.judgement import NEGATION
from nlp.stance.verdict import Stance, raised
from nlp.stance.verdict import Verdict as Rule
from records import PostKind

# Kinds of spam that the judge knows; of the others the guards against floods know more.
_ADVERTS = frozenset({"hotline", "lottery", "advert", "recruiting"})
_UNHEARD = frozenset({PostKind.COMPLAINT, PostKind.HEADLINE})  # a form says what these are
_BLAMED = Rule("negative", 0.6, "complaint")  # who complains of a brand blames it


class Verdict(NamedTuple):
    """What a post says of a brand; `spam` names why it is nobody's own voice."""

    stance: Score
    complaint: Complaint | None = None
    spam: str = ""


@dataclass(frozen=True, slots=True)
class Opinions:
    """Judges short posts; `threshold` is the probability from which a text is a complaint.

    Without a `judge` it has nothing to say of any.
    """

    judge: Judge | None
    threshold: float

    def of(
        self,
        candidates: Sequence[Candidate],
        stances: Sequence[Sequence[Stance]],
        suspicions: Sequence[Screening | None],
        read: Sequence[bool],
    ) -> dict[int, list[Judged]]:
        """Return what the judge says of each brand of the candidates that are `read`, by place.

        `stances` are what words and rules say, `suspicions` what may be a complaint.
        """
        if self.judge is None:
            return {}
        places = [at for at, is_read in enumerate(read) if is_read]
        posts = [
            _asked(candidates[at], match, stance)
            for at in places
            for match, stance in zip(candidates[at].matches, stances[at], strict=True)
        ]
        doubted = [
            suspicion is not None and suspicion.is_suspicious
            for at in places
            for suspicion in [suspicions[at]] * len(candidates[at].matches)
        ]
        judged = iter(self.judge.judge(posts, self.judge.early(posts), doubted))
        return {at: [next(judged) for _ in candidates[at].matches] for at in places}

    def complains(self, judged: Judged) -> bool:
        """Whether the reader takes a post for a complaint, whatever its words."""
        if judged.opinion is None or self.judge is None:
            return False
        return self.judge.complains(judged.opinion) >= self.threshold

    def verdict(self, own: str, judged: Judged, complaint: Complaint | None) -> Verdict:
        """Return the verdict on `own` words; `complaint` is the one that words and model find.

        What the reader finds is one as well; where it was asked, it says what it is about.
        """
        stance, opinion = judged
        if opinion is None or self.judge is None:
            return Verdict(stance, complaint)
        if complaint is not None or self.complains(judged):
            complaint = self.judge.described(opinion, own)
            return Verdict(raised(stance, _BLAMED), complaint)
        is_advert = stance.label != "negative" and opinion.spam in _ADVERTS
        return Verdict(stance, None, opinion.spam if is_advert else "")


def are_read(candidates: Sequence[Candidate], judge: Judge | None) -> list[bool]:
    """Return of each candidate whether the judge is better than the cascade at it.

    It is at short posts that name each of their brands in their own words.
    """
    return [
        judge is not None
        and post.kind not in _UNHEARD
        and bool(text.own.strip())
        and len(text.own) < judge.pools.longest
        and not any(match.quoted or not match.spans for match in matches)
        for post, text, matches in candidates
    ]


def _asked(candidate: Candidate, match: BrandMatch, stance: Stance) -> Asked:
    rivals = [span for other in candidate.others(match) for span in other.spans]
    own, title = hidden(candidate.text, match.spans, rivals)
    return Asked(own, title, stance.score, refuses=stance.reason == NEGATION)
