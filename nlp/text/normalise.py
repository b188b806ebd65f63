"""From what a source sends to the words that people read, own and quoted apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from nlp.text.markup import plain, printable

__all__ = ["EMOTICON", "Text", "fold", "normalise", "printable"]

_BEHIND: Final = " //"  # stands between own and quoted words
_CHAIN: Final = re.compile(r"//\s?(?=@[^\s:：@/]{1,40}\s?[:：])")
_ANSWER: Final = re.compile(r"\A(?:回复\s?@[^\s:：@/]{1,40}\s?[:：]\s*)+")
_BARE_REPOST: Final = frozenset({"转发微博", "轉發微博", "转发", "轉發", "repost"})
_SENTENCE_MARKS: Final = frozenset("！，：；？～")  # in most texts and in no name: left as they are
_TOPIC: Final = re.compile(r"#([^#\n]{1,60})#")
EMOTICON: Final = re.compile(r"\[[^\[\]\s]{1,12}\]")
"""An emoticon as Weibo writes it: a name in square brackets."""


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a post.

    `own` are the author's, `quoted` those of the people and the post that the author passes on.
    `topics` (without their #) and `emoticons` (in their brackets) stand in the own words, in
    order, repeated where they repeat.
    """

    own: str
    quoted: str
    topics: tuple[str, ...] = ()
    emoticons: tuple[str, ...] = ()

    @property
    def display(self) -> str:
        """Own words, then quoted ones behind `//`, as Weibo shows them."""
        return f"{self.own}{_BEHIND}{self.quoted}".lstrip() if self.quoted else self.own


def normalise(text: str, quoted: str = "") -> Text:
    """Return the words of `text`; `quoted` is the original post where the source sends it apart.

    HTML, addresses, invisible signs and terminal escapes go; emoticons stay as `[怒]`; full-width
    letters and signs become half-width, but for the punctuation of Chinese. A bare "转发微博" and
    the "回复@user:" before an answer are no words of the author's. Any text is taken, in linear
    time, and what comes out as `display` goes through unchanged.
    """
    words = plain(text)
    # Looking for a sign first costs a fraction of asking an expression that needs it.
    own, *services = _CHAIN.split(words) if "//" in words else (words,)
    original = plain(quoted).lstrip("/ \n") if quoted else ""
    if original and "<" in own and plain(own + _BEHIND + original) != own + _BEHIND + original:
        own = own.replace("<", "")  # a tag would begin here and end in the quoted words
    own = _ANSWER.sub("", own).strip()
    if own.lower() in _BARE_REPOST:
        own = ""
    parts = (part.strip() for part in (*services, *_CHAIN.split(original)))
    return Text(
        own=own,
        quoted=_BEHIND.join(part for part in parts if part),
        topics=tuple(_TOPIC.findall(own)) if "#" in own else (),
        emoticons=tuple(EMOTICON.findall(own)) if "[" in own else (),
    )


def fold(text: str) -> str:
    """Return `text` for matching: simplified characters, small letters, half-width signs.

    Only the marks of a Chinese sentence (！，：；？～) stay full-width. This goes character by
    character: a place in the result is the same place in `text`. Halves of surrogate pairs become
    U+FFFD.
    """
    table, special = _folding()
    return text.translate(table) if special.search(text) else text.lower()


class _Folding(dict[int, str]):
    """Answers for every code point; the ones that were asked for are remembered."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if 0xD800 <= code < 0xE000:
            character = "\ufffd"
        small = character.lower()
        self[code] = folded = small if len(small) == 1 else character
        return folded


@cache
def _folding() -> tuple[_Folding, re.Pattern[str]]:
    """Return the table, and what finds the characters for which `str.lower` is not enough."""
    table = _Folding((*_half_width(), *_simplified()))
    # Besides: halves of pairs, one letter whose small one is two, one whose depends on its place.
    special = re.escape("".join(map(chr, table))) + "\ud800-\udfff\u0130\u03a3"
    return table, re.compile(f"[{special}]")


def _half_width() -> Iterator[tuple[int, str]]:
    yield 0x3000, " "
    for code in range(0xFF01, 0xFF5F):
        if chr(code) not in _SENTENCE_MARKS:
            yield code, chr(code - 0xFEE0).lower()


def _simplified() -> Iterator[tuple[int, str]]:
    """Yield the traditional characters that stand for one simplified one, as OpenCC has them."""
    from opencc import OpenCC  # noqa: PLC0415 - loads its dictionaries: only where matching is done

    blocks = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00))
    characters = [chr(code) for block in blocks for code in block]
    # On lines of their own: otherwise phrases would be converted as phrases.
    simplified = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    for old, new in zip(characters, simplified, strict=True):
        if len(new) == 1 and new != old:
            yield ord(old), new
