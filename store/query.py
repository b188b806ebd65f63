"""The language of searches: 退款 AND (客服 OR 热线) NOT "售后 好评".

Words next to each other must all be there. AND, OR, NOT in any case, `|` and `&` for OR and AND, a
minus before a word for NOT, parentheses, and quotes for what must stand together. Full-width signs
and blanks are taken as their half-width ones. What comes out are tokens, so that nothing of what a
person types reaches the language of a server.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, NamedTuple, TypeAlias

from records import Window

Tokenize: TypeAlias = Callable[[str], Sequence[str]]

LONGEST: Final = 1_000
MOST_WORDS: Final = 100
# Each may become two clauses inside each other; Elasticsearch takes thirty.
DEEPEST: Final = 12

_OPERATORS: Final = {"and": "AND", "or": "OR", "not": "NOT", "&": "AND", "&&": "AND"}
_QUOTES: Final = '"“”„‟「」『』'
_SIGNS: Final = "()|"
# Letters and signs of full width as their half-width ones, each in the same place.
_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class QueryError(ValueError):
    """A search cannot be understood; the message says what is wrong, and at which character."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """These tokens, one directly after the other."""

    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Lacking:
    """Everything but what the part finds."""

    part: "Query"


class Wanted(NamedTuple):
    """What a search is narrowed to; None and False narrow nothing."""

    brand: str | None = None
    window: Window | None = None
    organic: bool = False
    limit: int | None = None


Query: TypeAlias = Phrase | All | Either | Lacking


class _Symbol(NamedTuple):
    """A word with its tokens, an operator or a sign, and where it begins (from 0)."""

    kind: str  # word, AND, OR, NOT, ( or )
    place: int
    text: str
    tokens: tuple[str, ...] = ()


def parse(text: str, tokenize: Tokenize) -> Query:
    """Return what `text` asks for, in the tokens that `tokenize` makes of its words.

    Raises:
        QueryError: it is empty, wrong, too long, or asks only for what is to be left out.
    """
    if len(text) > LONGEST:
        raise QueryError(f"a search has at most {LONGEST:,} characters, this one {len(text):,}")
    symbols = _symbols(text, tokenize)
    if not symbols:
        raise QueryError("the search is empty; give a word, such as 退款")
    if sum(symbol.kind == "word" for symbol in symbols) > MOST_WORDS:
        raise QueryError(f"a search has at most {MOST_WORDS} words")
    query = _Parser(symbols).whole()
    if leaves_out(query):
        raise _wrong(
            symbols[0].place, "only what is to be left out; add a word that is to be found"
        )
    return query


def leaves_out(query: Query) -> bool:
    """Whether a text without any of the words would be found."""
    match query:
        case Phrase():
            return False
        case Lacking(part):
            return not leaves_out(part)
        case All(parts):
            return all(map(leaves_out, parts))
        case Either(parts):
            return any(map(leaves_out, parts))


def fits(query: Query, tokens: Sequence[str]) -> bool:
    """Whether a search finds a text of these tokens: what a store would find, without one."""
    match query:
        case Phrase(wanted):
            length = len(wanted)
            places = range(len(tokens) - length + 1)
            return any(tuple(tokens[at : at + length]) == wanted for at in places)
        case Lacking(part):
            return not fits(part, tokens)
        case All(parts):
            return all(fits(part, tokens) for part in parts)
        case Either(parts):
            return any(fits(part, tokens) for part in parts)


def _symbols(text: str, tokenize: Tokenize) -> list[_Symbol]:
    plain = text.translate(_HALF_WIDTH)
    symbols: list[_Symbol] = []
    place = 0
    while place < len(plain):
        sign = plain[place]
        if sign in _QUOTES:
            end = place + 1 + _length(plain[place + 1 :], lambda char: char not in _QUOTES)
            if end == len(plain):
                raise _wrong(place, "this quote is not closed")
            symbols.append(_word(plain[place + 1 : end], place, tokenize))
            place = end + 1
        elif sign in _SIGNS:
            symbols.append(_Symbol("OR" if sign == "|" else sign, place, sign))
            place += 1
        elif _is_blank(sign):
            place += 1
        elif sign == "-" and _opens(plain, place):
            symbols.append(_Symbol("NOT", place, sign))
            place += 1
        else:
            length = _length(plain[place:], _belongs_to_word)
            word = plain[place : place + length]
            kind = _OPERATORS.get(word.lower())
            named = _Symbol(kind, place, word) if kind else _word(word, place, tokenize)
            symbols.append(named)
            place += length
    return symbols


def _length(text: str, belongs: Callable[[str], bool]) -> int:
    return sum(1 for _ in takewhile(belongs, text))


def _is_blank(sign: str) -> bool:
    return sign.isspace() or not (sign.isprintable() or sign.isalnum())


def _belongs_to_word(sign: str) -> bool:
    return not _is_blank(sign) and sign not in _SIGNS and sign not in _QUOTES


def _opens(text: str, place: int) -> bool:
    """Whether the minus at `place` stands before something: one between blanks is a mark."""
    after = text[place + 1 : place + 2]
    return bool(after) and not _is_blank(after) and after not in "-|)"


def _word(text: str, place: int, tokenize: Tokenize) -> _Symbol:
    found = tuple(tokenize(text))
    if not found:
        raise _wrong(place, "nothing here can be searched for: no letter, digit or character")
    return _Symbol("word", place, text, found)


class _Parser:
    """Reads symbols from left to right; AND binds more than OR, NOT more than both."""

    def __init__(self, symbols: Sequence[_Symbol]) -> None:
        self._symbols = symbols
        self._at = 0
        self._depth = 0

    def whole(self) -> Query:
        """Return everything as one query."""
        query = self._either()
        if self._at < len(self._symbols):
            raise _wrong(self._symbols[self._at].place, "no ( was opened for this )")
        return query

    def _kind(self) -> str:
        return self._symbols[self._at].kind if self._at < len(self._symbols) else ""

    def _either(self) -> Query:
        parts = [self._all()]
        while self._kind() == "OR":
            self._at += 1
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _all(self) -> Query:
        parts = [self._one()]
        while self._kind() not in {"OR", ")", ""}:
            if self._kind() == "AND":
                self._at += 1
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Query:
        """Read a word, what is in parentheses, or either behind any number of NOT."""
        symbol = self._expected()
        self._at += 1
        if symbol.kind == "word":
            return Phrase(symbol.tokens)
        self._depth += 1
        if self._depth > DEEPEST:
            raise _wrong(symbol.place, f"more than {DEEPEST} parentheses or NOT inside each other")
        if symbol.kind == "NOT":
            query: Query = Lacking(self._one())
        else:
            query = self._either()
            if self._kind() != ")":
                raise _wrong(symbol.place, "this ( is not closed")
            self._at += 1
        self._depth -= 1
        return query

    def _expected(self) -> _Symbol:
        """Return the next symbol, which has to begin something to be found."""
        if self._at == len(self._symbols):
            last = self._symbols[-1]
            raise _wrong(last.place, f"a word is missing after {last.text}")
        symbol = self._symbols[self._at]
        if symbol.kind not in {"word", "NOT", "("}:
            raise _wrong(symbol.place, f"a word is missing before {symbol.text}")
        return symbol


def _wrong(place: int, what: str) -> QueryError:
    return QueryError(f"the search at character {place + 1}: {what}")
