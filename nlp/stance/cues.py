"""Where the words of `nlp.stance.words` stand in a text: one pass of an automaton."""

from functools import cache
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.stance import words
from nlp.text.normalise import fold


class Kind:
    """What a word tells; one may tell several things.

    Whole numbers to be joined by `|`: an enum.Flag costs twenty times as much to ask.
    """

    GOOD: Final = 1 << 0
    BAD: Final = 1 << 1
    NEGATION: Final = 1 << 2
    MEH: Final = 1 << 3
    IRONIC: Final = 1 << 4
    WRY: Final = 1 << 5
    MOCKING: Final = 1 << 6
    MOCK_BLAME: Final = 1 << 7
    CONTRAST: Final = 1 << 8
    CONCEDE: Final = 1 << 9
    REPORT: Final = 1 << 10
    SPEAKER: Final = 1 << 11
    AUTHOR: Final = 1 << 12
    AGREE: Final = 1 << 13
    DISAGREE: Final = 1 << 14
    QUESTION: Final = 1 << 15
    LOADED: Final = 1 << 16
    RHETORIC_GOOD: Final = 1 << 17
    PERSON: Final = 1 << 18
    EVENT: Final = 1 << 19
    FEELING: Final = 1 << 20
    ASPECT: Final = 1 << 21
    LOGISTIC: Final = 1 << 22
    COUNTER: Final = 1 << 23
    WINS: Final = 1 << 24
    LOSES: Final = 1 << 25
    ALIKE_BAD: Final = 1 << 26
    SWITCH: Final = 1 << 27
    LEFT: Final = 1 << 28
    THAN: Final = 1 << 29
    HEADLINE: Final = 1 << 30


class Cue(NamedTuple):
    """A word of the lexicon at text[start:end]."""

    start: int
    end: int
    kind: int
    word: str


_GROUPS: Final = (
    (Kind.GOOD, words.GOOD),
    (Kind.BAD, words.BAD),
    (Kind.NEGATION, words.NEGATION),
    (Kind.MEH, words.MEH),
    (Kind.IRONIC, words.IRONIC),
    (Kind.WRY, words.WRY),
    (Kind.MOCKING, words.MOCKING),
    (Kind.MOCK_BLAME, words.MOCK_BLAME),
    (Kind.CONTRAST, words.CONTRAST),
    (Kind.CONCEDE, words.CONCEDE),
    (Kind.REPORT, words.REPORT),
    (Kind.SPEAKER, words.SPEAKERS),
    (Kind.AUTHOR, words.AUTHOR),
    (Kind.AGREE, words.AGREE),
    (Kind.DISAGREE, words.DISAGREE),
    (Kind.QUESTION, words.QUESTION),
    (Kind.LOADED, words.LOADED),
    (Kind.RHETORIC_GOOD, words.RHETORIC_GOOD),
    (Kind.PERSON, words.PERSON),
    (Kind.EVENT, words.EVENT),
    (Kind.FEELING, words.FEELING),
    (Kind.ASPECT, words.ASPECT),
    (Kind.LOGISTIC, words.LOGISTIC),
    (Kind.COUNTER, words.COUNTER),
    (Kind.WINS, words.WINS),
    (Kind.LOSES, words.LOSES),
    (Kind.ALIKE_BAD, words.ALIKE_BAD),
    (Kind.SWITCH, words.SWITCH),
    (Kind.LEFT, words.LEFT),
    (Kind.THAN, "比 比起 还是 与其 哪有"),
    (Kind.HEADLINE, "【"),
    (0, words.PLAIN),
)


class _Lexicon(NamedTuple):
    automaton: AhoCorasick
    words: list[str]
    kinds: list[int]


@cache
def _lexicon() -> _Lexicon:
    kinds: dict[str, int] = {}
    for kind, group in _GROUPS:
        for word in map(fold, group.split()):
            kinds[word] = kinds.get(word, 0) | kind
    automaton = AhoCorasick(
        kinds, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA
    )
    return _Lexicon(automaton, list(kinds), list(kinds.values()))


def scan(folded: str) -> list[Cue]:
    """Return the words found in a text that went through `fold`, the leftmost longest each.

    Those of no kind, which only keep shorter ones from being found, are left out.
    """
    lexicon = _lexicon()
    return [
        Cue(start, end, kind, lexicon.words[at])
        for at, start, end in lexicon.automaton.find_matches_as_indexes(folded)
        if (kind := lexicon.kinds[at])
    ]
