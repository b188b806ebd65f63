"""Which brands a text names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NamedTuple, Self

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from nlp.text.normalise import Text, fold, printable

if TYPE_CHECKING:
    from nlp.brands.ambiguity import Windows

Span = tuple[int, int]
"""Where something begins and ends in a text."""
_REACH = 30  # characters around an ambiguous alias in which its context must stand
# Log odds that a word of the context adds: only a window that is sure of the contrary outweighs it.
# This and the next were chosen on posts written to learn from, each read by a fit without it.
_CONTEXT = 4.0
_LIKELY = 2.0  # and that a name has from the start whose settings say only what speaks against it
_FIRST_IDEOGRAPH = "\u2e80"  # alphabets come before, scripts without word gaps after


def _phrase(text: str) -> str:
    cleaned = " ".join(printable(text).split())
    if not cleaned:
        raise ValueError("a phrase needs at least one visible character")
    return cleaned


def _goods(kind: str) -> str:
    if not kind or kind.endswith(".npz"):
        return kind
    # What is learned needs NumPy, and settings are read by commands that judge no post.
    from nlp.complaints.aspects import KINDS

    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise ValueError(f"no kind of goods; there is {known}, or a file (.npz) of your own")
    return kind


Phrase = Annotated[str, AfterValidator(_phrase)]


class BrandSettings(BaseModel):
    """A brand and the words that it goes by. The name counts as an alias."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Phrase
    aliases: tuple[Phrase, ...] = Field(default=(), description="other names of the brand")
    exclusions: tuple[Phrase, ...] = Field(
        default=(), description="phrases that hold an alias but are not the brand (小米粥)"
    )
    context: tuple[Phrase, ...] = Field(
        default=(), description="an ambiguous alias counts only near one of these"
    )
    context_likely: tuple[Phrase, ...] = Field(
        default=(), description="words that speak for an ambiguous alias, but are not required"
    )
    context_absent: tuple[Phrase, ...] = Field(
        default=(), description="an ambiguous alias does not count near any of these"
    )
    ambiguous: tuple[Phrase, ...] = Field(
        default=(), description="the aliases that are ordinary words as well (苹果)"
    )
    own_accounts: tuple[Phrase, ...] = Field(
        default=(),
        description="the brand's own accounts, by id or by name: what they say is no complaint",
    )
    goods: Annotated[str, AfterValidator(_goods)] = Field(
        default="",
        description="what it sells, where its aspects were learned: car, or a file of one's own",
    )

    @property
    def names(self) -> tuple[str, ...]:
        """Name and aliases, folded for matching, each once."""
        return _folded((self.name, *self.aliases))

    @model_validator(mode="after")
    def _ambiguous_is_an_alias(self) -> Self:
        unknown = [alias for alias in self.ambiguous if fold(alias) not in self.names]
        if unknown:
            raise ValueError(f"ambiguous, but neither name nor alias: {'、'.join(unknown)}")
        return self


@dataclass(frozen=True, slots=True)
class BrandMatch:
    """A brand that a text names, at `spans` (start, end) of its `display`.

    `quoted` says that it stands only in the quoted words.
    """

    brand: str
    quoted: bool
    spans: tuple[Span, ...]


class AliasConflict(NamedTuple):
    """An alias that several brands claim; the same brand twice if their names are the same."""

    alias: str
    brands: tuple[str, ...]


def alias_conflicts(brands: Sequence[BrandSettings]) -> list[AliasConflict]:
    """Return every alias (folded) that more than one of `brands` goes by, in order."""
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for brand in brands:
        for alias in brand.names:
            owners[alias].append(brand.name)
    return [AliasConflict(alias, tuple(names)) for alias, names in owners.items() if names[1:]]


class _Pattern(NamedTuple):
    """The brands (by name) that go by a phrase, and those that it is not."""

    names: list[str]
    excludes: list[str]


class _Doubt(NamedTuple):
    """The words that decide whether an ambiguous alias is meant, folded."""

    required: tuple[str, ...]
    likely: tuple[str, ...]
    absent: tuple[str, ...]

    def lean(self, around: str) -> float | None:
        """Return the log odds that the words `around` a place add; None where they rule it out."""
        if any(word in around for word in self.absent):
            return None
        if self.required and not any(word in around for word in self.required):
            return None
        if self.required or any(word in around for word in self.likely):
            return _CONTEXT
        return _LIKELY if self.absent and not self.likely else 0.0


class BrandMatcher:
    """Finds brands in texts, thousands of aliases in one pass (Aho and Corasick 1975).

    Aliases are found regardless of case, width and script. Where they overlap, the leftmost
    counts, and of those the longest, across brands: 苹果汁 is not 苹果. An alias that begins or
    ends with a letter (or digit) does not count inside a longer word (or number) of an alphabet,
    and no name counts that lies across two words (`nlp.brands.word_breaks`). An ambiguous alias
    counts only near a word of the brand's context, where it has one, and never near a word of
    `context_absent`. Beyond that, what stands around it decides (`nlp.brands.ambiguity`, in doubt
    with the encoder): alone where the settings say nothing, against a lean towards the brand where
    they do, which is greatest near a word of `context` or `context_likely`.
    """

    def __init__(self, brands: Sequence[BrandSettings]) -> None:
        # It loads the segmenter, which nobody needs who only reads settings.
        from nlp.brands.word_breaks import lies_across

        self._lies_across = lies_across
        phrases: defaultdict[str, _Pattern] = defaultdict(lambda: _Pattern([], []))
        for brand in brands:
            for name in brand.names:
                phrases[name].names.append(brand.name)
            for exclusion in _folded(brand.exclusions):
                phrases[exclusion].excludes.append(brand.name)
        self._patterns = list(phrases.values())
        # The leftmost-longest mode of the automaton would let an alias inside a word, which does
        # not count, swallow another that does. So it reports all, and the choice is made here.
        self._automaton = AhoCorasick(
            phrases, matchkind=MatchKind.Standard, implementation=Implementation.DFA
        )
        self._doubtful = {
            (brand.name, alias): _Doubt(
                _folded(brand.context), _folded(brand.context_likely), _folded(brand.context_absent)
            )
            for brand in brands
            for alias in _folded(brand.ambiguous)
        }
        self._windows = _windows() if self._doubtful else None

    def match(self, text: Text) -> list[BrandMatch]:
        """Return the brands that `text` names, in the order of their first place."""
        folded = fold(text.display)
        hits = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        if not hits:
            return []
        spans: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for brand, start, end in self._choose(folded, hits):
            if not self._lies_across(folded, start, end) and self._is_meant(
                brand, folded, start, end
            ):
                spans[brand].append((start, end))
        return [
            BrandMatch(brand, quoted=places[0][0] >= len(text.own), spans=tuple(places))
            for brand, places in spans.items()
        ]

    def _choose(
        self, folded: str, hits: Iterable[tuple[int, int, int]]
    ) -> Iterator[tuple[str, int, int]]:
        """Yield brand, start and end of the leftmost longest names that no exclusion covers."""
        covered: dict[str, int] = {}  # how far the exclusions of a brand that began so far reach
        taken = 0
        for start, minus_end, index in sorted((start, -end, index) for index, start, end in hits):
            end, pattern = -minus_end, self._patterns[index]
            for brand in pattern.excludes:
                covered[brand] = max(end, covered.get(brand, 0))
            if pattern.names and start >= taken and _stands_alone(folded, start, end):
                taken = end
                yield from (
                    (brand, start, end) for brand in pattern.names if covered.get(brand, 0) < end
                )

    def _is_meant(self, brand: str, folded: str, start: int, end: int) -> bool:
        """Whether what stands around an ambiguous alias speaks for the brand."""
        if (doubt := self._doubtful.get((brand, folded[start:end]))) is None:
            return True
        around = f"{folded[max(0, start - _REACH) : start]}\n{folded[end : end + _REACH]}"
        lean = doubt.lean(around)
        if self._windows is None or lean is None:
            return False
        odds = self._windows.log_odds(folded, start, end)
        # Loaded when it is first needed: most names leave no doubt.
        from nlp.brands import name_reader

        reader = name_reader.shipped() if name_reader.in_doubt(odds + lean) else None
        return name_reader.second_look(odds, lean, (folded, start, end), reader) > 0


def _windows() -> "Windows":
    # Most settings name no ambiguous alias, and then NumPy is not loaded for them.
    from nlp.brands.ambiguity import shipped

    return shipped()


def _folded(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(fold, phrases)))


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether neither end of the span lies inside a word or a number of an alphabet."""
    return not (
        (start > 0 and _class(text[start - 1]) == _class(text[start]) != "")
        or (end < len(text) and _class(text[end - 1]) == _class(text[end]) != "")
    )


def _class(character: str) -> str:
    """Return which sort of run a character belongs to; Chinese is written without gaps: none."""
    if character.isdecimal():
        return "number"
    return "word" if character.isalpha() and character < _FIRST_IDEOGRAPH else ""
