"""What the judge of opinions makes of a post: its stance, its complaint, whether it counts."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from fengsui.annotate.candidates import Candidate
from nlp.brands.matcher import BrandMatch
from nlp.complaints.rules import Complaint, Screening, described
from nlp.opinion.judge import Asked, Judge, Judged
from nlp.opinion.marking import hidden
from nlp.sentiment.model import Score
from nlp.stance.verdict import Verdict as Rule
from nlp.stance.verdict import raised
from records import PostKind

URGENT = 3
# Kinds of spam that the judge knows; of the others the guards against floods know more.
_ADVERTS = frozenset({"hotline", "lottery", "advert", "recruiting"})


_BLAMED = Rule("negative", 0.6, "complaint")  # who complains of a brand blames it


class Verdict(NamedTuple):
    """What a post says of a brand; `spam` names why it is nobody's own voice."""

    stance: Score
    complaint: Complaint | None = None
    spam: str = ""
    meant: bool = True


class _Question(NamedTuple):
    """One brand in one candidate, and what words and rules say of it."""

    candidate: Candidate
    match: BrandMatch
    words: Score

    @property
    def asked(self) -> Asked:
        rivals = [span for other in self.candidate.others(self.match) for span in other.spans]
        return Asked(*hidden(self.candidate.text, self.match.spans, rivals), self.words)


@dataclass(frozen=True, slots=True)
class Opinions:
    """Judges candidates; `threshold` is the probability from which a text is a complaint."""

    judge: Judge
    threshold: float

    def of(
        self,
        candidates: Sequence[Candidate],
        stances: Sequence[Sequence[Score]],
        suspicions: Sequence[Screening | None],
    ) -> list[list[Verdict]]:
        """Return a verdict for each brand of each candidate.

        `stances` are what words and rules say, `suspicions` what may be a complaint.
        """
        questions = [
            _Question(candidate, match, score)
            for candidate, some in zip(candidates, stances, strict=True)
            for match, score in zip(candidate.matches, some, strict=True)
        ]
        suspected = [
            suspicion
            for candidate, suspicion in zip(candidates, suspicions, strict=True)
            for _ in candidate.matches
        ]
        posts = [question.asked for question in questions]
        early = self.judge.early(posts)
        doubted = [
            is_filed(one.candidate) or (suspicion is not None and suspicion.is_suspicious)
            for one, suspicion in zip(questions, suspected, strict=True)
        ]
        judged = self.judge.judge(posts, early, doubted)
        verdicts: Iterator[Verdict] = map(self._verdict, questions, judged, suspected)
        return [[next(verdicts) for _ in candidate.matches] for candidate in candidates]

    def _verdict(self, question: _Question, judged: Judged, suspicion: Screening | None) -> Verdict:
        stance, opinion = judged
        if not question.candidate.text.own or is_headline(question.candidate):
            return Verdict(question.words)
        filed = is_filed(question.candidate)
        if opinion is None:
            return Verdict(stance)
        complaint = self._complaint(judged, suspicion)
        if filed:
            stance = question.words
        elif complaint is not None:
            stance = raised(stance, _BLAMED)
        quiet = complaint is None and stance.label != "negative"
        spam = opinion.spam if quiet and opinion.spam in _ADVERTS else ""
        return Verdict(stance, complaint, spam, opinion.meant > 0 or question.match.quoted or filed)

    def _complaint(self, judged: Judged, suspicion: Screening | None) -> Complaint | None:
        """Return the complaint, in the reader's words; what the cues found counts as well."""
        opinion = judged.opinion
        if opinion is None:
            return None
        cues = None if suspicion is None else suspicion.odds
        odds = self.judge.pools.complaint.odds(opinion.complaint, cues, harm=opinion.is_unsafe)
        filed = suspicion is not None and suspicion.filed
        if not filed and 1 / (1 + math.exp(-odds)) < self.threshold:
            return None
        found = Complaint(opinion.categories[0], opinion.demands, opinion.severity)
        if suspicion is not None:
            told = described(suspicion)
            demands = tuple(dict.fromkeys((*opinion.demands, *told.demands)))
            found = replace(found, demands=demands, severity=max(found.severity, told.severity))
        return replace(found, severity=URGENT) if opinion.harm else found


def is_filed(candidate: Candidate) -> bool:
    """Whether a post was filed as a complaint, whatever its words."""
    return candidate.post.kind is PostKind.COMPLAINT


def is_headline(candidate: Candidate) -> bool:
    """Whether a post is a headline, in which no customer speaks."""
    return candidate.post.kind is PostKind.HEADLINE
