"""Posts on their way to be judged: what they name, and what models read of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nlp.brands.matcher import BrandMatch, BrandMatcher
from nlp.brands.unnamed import unnamed
from nlp.stance import Reading, read
from nlp.text.evasion import meant
from nlp.text.normalise import Text, normalise
from records import Post, PostKind


class Candidate(NamedTuple):
    """A post, and the brands that it names or, as a comment, answers to."""

    post: Post
    text: Text
    matches: list[BrandMatch]

    def others(self, match: BrandMatch) -> list[BrandMatch]:
        """Return the other brands that it names."""
        return [other for other in self.matches if other is not match]


def looked_at(matcher: BrandMatcher, posts: Sequence[Post]) -> Iterator[Candidate]:
    """Yield every post with the brands that it names, be they none."""
    for post in posts:
        text = normalise(post.text, post.quoted)
        yield Candidate(post, text, matcher.match(text))


def texts_of(voice: str, readings: Sequence[Reading | None]) -> list[str]:
    """Return what a model scores of a candidate: its own words, and the parts the rules go by."""
    return [voice, *(said(reading) for reading in readings if reading)]


def voice(candidate: Candidate) -> str:
    """Return the author's own words as models read them: names, evasion and laughter undone.

    What is quoted, be it praise or blame, is not the reposter's voice.
    """
    names = [span for match in candidate.matches for span in match.spans]
    return meant(unnamed(candidate.text.own, names))


def said(reading: Reading) -> str:
    """Return the part of a reading as models read it."""
    return meant(reading.part)


def readings(candidate: Candidate) -> list[Reading | None]:
    """Return what the rules read for each brand; nothing where a complaint is filed.

    Filing one takes a stance already, whatever form the words take. A comment speaks of what its
    thread is about: its own words are judged, even where only its title names the brand.
    """
    post, text, matches = candidate
    if post.kind is PostKind.COMPLAINT:
        return [None] * len(matches)
    return [
        None
        # A topic has no name in the text: the whole of it counts.
        if (match.quoted and post.kind is PostKind.COMMENT) or not (match.quoted or match.spans)
        else read(text, match, candidate.others(match))
        for match in matches
    ]
