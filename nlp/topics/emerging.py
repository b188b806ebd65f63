"""Terms that a brand's posts have not had before, or not so often.

Words are compared by log-odds with an informative Dirichlet prior: B. Monroe, M. Colaresi and
K. Quinn, "Fightin' Words: Lexical feature selection and evaluation for identifying the content of
political conflict" (2008, doi:10.1093/pan/mpn018), equations 16, 20 and 22, with all posts, old and
recent, as the prior. First come those that are surely many times as frequent: by the lower end of
the interval of the odds. What is counted is not posts but authors: who says a word ten times is one
voice, and a word of fewer than five is nobody's yet.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick

from nlp.dedup.distinct import OwnText, spoken
from nlp.text.keywords import rarity
from nlp.text.normalise import fold, printable
from nlp.text.segment import PLAIN

PRIOR_WORDS: Final = 500.0
"""Weight of the prior: as if so many words had been said in all."""

PRIOR_LEAST: Final = 0.5
"""Weight that the prior gives a word at least: the odds of one never heard are little known."""

_LONGEST: Final = 20  # characters of a term
_SAMPLE: Final = 60  # characters of a post that are shown
_BEFORE: Final = 20
_WORD: Final = re.compile(r"[^\W_]+")
_INSIDE: Final = 0.7  # share of the authors of a term who say a longer one with it inside


class Term(NamedTuple):
    """A term that people use more than before.

    `authors` use it in `texts` of the recent posts; `before` authors used it in the past, which
    lets `expected` of the recent ones do so. `log_odds` is how far the odds lie above the past's
    (natural logarithm), `z` that in standard errors. `is_new`: nobody had used it; `is_found`: the
    dictionary does not know it. `sample` is a passage of a post.
    """

    term: str
    texts: int
    authors: int
    before: int
    expected: float
    log_odds: float
    z: float
    is_new: bool
    is_found: bool
    sample: str

    @property
    def surely(self) -> float:
        """How many times as high the odds are as in the past, at least (two standard errors)."""
        return math.exp(self.log_odds - 2 * self.log_odds / self.z) if self.z else 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a term has to reach: `authors` that say it, and `z` standard errors above the past.

    And `times` what the past lets expect: with many posts a word such as 喜欢 is clearly said a
    little more on one day than on another, and no news.
    """

    authors: int = 5
    z: float = 2.0
    times: float = 3.0

    def let(self, term: "Term") -> bool:
        """Say whether a term reaches them."""
        return term.z >= self.z and term.authors >= self.times * term.expected


def find_emerging(
    recent: Sequence[OwnText],
    past: Iterable[OwnText],
    new_words: Iterable[str] = (),
    left_out: Iterable[str] = (),
    limits: Limits | None = None,
) -> list[Term]:
    """Return the terms of distinct `recent` texts that `past` does not explain, the surest first.

    `new_words` (see `find_new_words`) are terms as well; words of `left_out`, the brand's own
    names, are none. Memory grows with the number of different words and their authors.
    """
    asked = limits or Limits()
    terms = Terms(new_words, left_out)
    now, then = _Tally(recent, terms), _Tally(past, terms)
    scored = [
        term
        for word in now.authors
        if now.count(word) >= asked.authors
        and asked.let(term := _compared(word, now, then, is_found=word in terms.new_words))
    ]
    scored.sort(key=lambda term: (-term.surely, -term.authors, term.term))
    whole = list(_without_parts(scored, now))
    samples = _samples(recent, [term.term for term in whole], terms)
    return [term._replace(sample=samples[term.term]) for term in whole]


class Terms:
    """Finds the terms of a text: its words, and new words wherever they stand."""

    def __init__(self, new_words: Iterable[str] = (), left_out: Iterable[str] = ()) -> None:
        self.new_words = frozenset(filter(None, map(fold, new_words)))
        self._left_out = frozenset(map(fold, left_out))
        # Without a word to look for there is nothing to build.
        self._finder = AhoCorasick(sorted(self.new_words)) if self.new_words else None

    def of(self, text: str) -> set[str]:
        """Return the terms of `text`: two characters and more, no stop words, no numbers."""
        words = spoken(text)
        terms = {word for word in PLAIN.cut(words) if 1 < len(word) <= _LONGEST and _is_term(word)}
        if self._finder is not None:
            terms.update(self._finder.find_matches_as_strings(words, overlapping=True))
        return terms - self._left_out


def _is_term(word: str) -> bool:
    return (
        _WORD.fullmatch(word) is not None
        and not word.isdecimal()
        and len(set(word)) > 1
        and rarity(word) > 0
    )


class _Tally:
    """Who says each term, in how many texts, and how many pairs of author and term there are."""

    def __init__(self, texts: Iterable[OwnText], terms: Terms) -> None:
        authors: defaultdict[str, set[str]] = defaultdict(set)
        self.texts: Counter[str] = Counter()
        for own in texts:
            found = terms.of(own.text)
            self.texts.update(found)
            for term in found:
                authors[term].add(own.author)
        self.authors: Mapping[str, set[str]] = authors
        self.total = sum(map(len, authors.values()))

    def count(self, term: str) -> int:
        """Return how many authors say a term."""
        return len(self.authors[term]) if term in self.authors else 0


def _compared(word: str, now: _Tally, then: _Tally, *, is_found: bool) -> Term:
    """Compare the share of a term now and then, of all pairs of author and term."""
    mine, theirs = now.count(word), then.count(word)
    prior = PRIOR_LEAST + PRIOR_WORDS * (mine + theirs) / (now.total + then.total)
    here = (mine + prior) / (now.total + PRIOR_WORDS - mine)
    there = (theirs + prior) / (then.total + PRIOR_WORDS - theirs)
    log_odds = math.log(here) - math.log(there)
    error = math.sqrt(1 / (mine + prior) + 1 / (theirs + prior))
    return Term(
        term=word,
        texts=now.texts[word],
        authors=mine,
        before=theirs,
        expected=theirs * now.total / then.total if then.total else 0.0,
        log_odds=log_odds,
        z=log_odds / error,
        is_new=not theirs,
        is_found=is_found,
        sample="",
    )


def _without_parts(terms: Sequence[Term], now: _Tally) -> Iterator[Term]:
    """Yield the terms whose authors do not mostly say a longer one that holds them."""
    for term in terms:
        who = now.authors[term.term]
        longer = (other.term for other in terms if term.term in other.term and term != other)
        if all(len(who & now.authors[other]) < _INSIDE * len(who) for other in longer):
            yield term


def _samples(texts: Sequence[OwnText], terms: Sequence[str], reader: Terms) -> Mapping[str, str]:
    """Return for each term a passage of the text that holds most terms; of those the shortest."""
    asked = set(terms)
    best: dict[str, tuple[int, int, str]] = {}
    for own in texts:
        held = reader.of(own.text) & asked
        rank = (-len(held), len(own.text), own.text)
        for term in held:
            if term not in best or rank < best[term]:
                best[term] = rank
    return {term: _passage(text, term) for term, (*_, text) in best.items()}


def _passage(text: str, term: str) -> str:
    """Return what stands around the first place of `term`, without signs that do not show."""
    shown = " ".join(printable(text).split())
    at = max(fold(shown).find(term), 0)
    first = max(0, min(at - _BEFORE, len(shown) - _SAMPLE))
    last = first + _SAMPLE
    return ("…" if first else "") + shown[first:last] + ("…" if last < len(shown) else "")
