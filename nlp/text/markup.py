"""What a source wraps around words: HTML, entities, addresses, terminal escapes, invisible signs.

Every expression here is linear in the length of the text, whatever stands in it.
"""

import html
import re
from typing import Final

_ROUNDS: Final = 4  # honest text is stable after two: one level of escaping, one to see it is done

_TAGS: Final = "span|img|br|div|em|strong|font|a|p|b|i|u"
# A tag is a known name with nothing, or with at least one `attribute=`, behind it: so "a<b" and
# "x <p and q> y" stay what they are. A tag that the text's end cuts off counts as well.
_TAG: Final = re.compile(
    rf"<(?P<end>/?)(?P<name>{_TAGS})(?:\s*/?>|\s+(?=[a-z])[^<>=]*=[^<>]*(?:>|\Z))", re.IGNORECASE
)
_LINK_WORDS: Final = re.compile(r"(?<=>)\s*(?:O?网页链接|全文)\s*(?=</)")
_ALT: Final = re.compile(r"""\salt=(?:"([^"]*)"|'([^']*)'|(\[[^\[\]]*\]))""", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# An address ends where Chinese text goes on, at a tag, and before a quoted chain ("//@").
_ADDRESS: Final = re.compile(r"(?:https?://(?:(?!//@)[!-;=?-~])+|O网页链接)", re.IGNORECASE)
_CUT_SHORT: Final = re.compile(r"(?:(?<=\.\.\.)|(?<=…))(?:(?:展开)?全文c?)+\Z")
_CUT_SHORT_ENDS: Final = ("全文", "全文c")
_ENDS: Final = (" ", *_CUT_SHORT_ENDS)
_ESCAPE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
# Controls but whitespace, format signs (zero width, bidi, soft hyphen, tags), fillers that show
# nothing, variation selectors, and halves of surrogate pairs, which no encoder takes.
_HIDDEN: Final = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_INVISIBLE: Final = re.compile(f"[{_HIDDEN}]+")
_MOVES: Final = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")
_BLANK: Final = re.compile(r"\s+")
_UNEVEN: Final = re.compile(r"[^\S ]|  |\A | \Z")  # blanks that are not one space between words

# Full-width letters, digits and signs; the punctuation that Chinese itself is written with stays.
_CHINESE_PUNCTUATION: Final = frozenset("！（），：；？～")
_HALF_WIDTH: Final = {
    code: chr(code - 0xFEE0)
    for code in range(0xFF01, 0xFF5F)
    if chr(code) not in _CHINESE_PUNCTUATION
} | {0x3000: " ", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_WIDE_SIGNS: Final = re.escape("".join(map(chr, _HALF_WIDTH)))
_WIDE: Final = re.compile(f"[{_WIDE_SIGNS}]")
_BLANKS: Final = "".join(c for c in map(chr, range(0x3001)) if c.isspace() and c != " ")
# Any one character that has to be looked at more closely.
_ODD: Final = re.compile(f"[<&{_WIDE_SIGNS}{_HIDDEN}{re.escape(_BLANKS)}]")


def printable(text: str) -> str:
    """Return `text` with nothing in it that moves a terminal: no escapes, no hidden signs.

    Line breaks and tabs stay; what else begins a line or goes back on it is a space.
    """
    return _MOVES.sub(" ", _visible(text))


def _visible(text: str) -> str:
    """Return `text` without terminal escapes and signs that do not show; whitespace stays."""
    if _INVISIBLE.search(text):  # an escape is one of them
        text = _INVISIBLE.sub("", _ESCAPE.sub("", text))
    return text


def plain(text: str) -> str:
    """Return the words of `text`: no markup, no addresses, whitespace collapsed.

    A text that is still changing after some rounds was escaped again and again on purpose: it
    loses its `<`, `>` and `&`. So `plain(plain(text)) == plain(text)` always.
    """
    for _ in range(_ROUNDS):
        if _is_plain(text) or (cleaned := _clean(text)) == text:
            return text
        text = cleaned
    while (cleaned := _clean(re.sub("[<>&]", "", text))) != text:
        text = cleaned
    return text


def _is_plain(text: str) -> bool:
    """Whether `text` has nothing that `_clean` looks for; asking costs a third of cleaning."""
    if _ODD.search(text) or "  " in text or "://" in text or "网页链接" in text:
        return False
    return not text.startswith(" ") and not text.endswith(_ENDS)


def _clean(text: str) -> str:
    # Most texts need little of this, and looking is many times cheaper than rewriting.
    if _WIDE.search(text):
        text = text.translate(_HALF_WIDTH)
    text = _visible(text)
    if "<" in text:
        text = _TAG.sub(_words_of_tag, _LINK_WORDS.sub("", text))
    if "://" in text or "网页链接" in text:
        text = _ADDRESS.sub(" ", text)
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if _UNEVEN.search(text):
        text = _BLANK.sub(_blank, text).strip()
    return _CUT_SHORT.sub("", text) if text.endswith(_CUT_SHORT_ENDS) else text


def _blank(run: re.Match[str]) -> str:
    return "\n" if "\n" in run[0] else " "


def _words_of_tag(tag: re.Match[str]) -> str:
    """Return what people see of a tag: a line break, or the name of an emoticon."""
    match tag["name"].lower():
        case "br" | "p" | "div":
            return "\n"
        case "img":
            alt = _ALT.search(tag[0])
            return next(filter(None, alt.groups()), "") if alt else ""
        case _:
            return ""
