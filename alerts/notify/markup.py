"""A message as blocks of lines in a chat's markup; text from the internet stays text in it.

What has a meaning in some Markdown gets its full-width form: it looks the same and means nothing,
however a client reads escapes. Addresses inside a text are broken the same way, since clients link
what looks like one.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from alerts.messages.format import ELLIPSIS, one_line, safe_link
from alerts.messages.message import Anchor, Line, Message, Quote, Section

# Characters of one line. With LINKS links it stays below the smallest limit of a channel (4,096
# bytes), also where each character takes four bytes.
LINE_LIMIT = 600
LABEL_LIMIT = 20
HEADING_LIMIT = 40
LINK_LIMIT = 300
LINKS = 3
TITLE_LIMIT = 120

_MARKS = str.maketrans("&<>`*_~[]#|\\", "＆＜＞ˋ＊＿～［］＃｜＼")
_SCHEME = re.compile(r":(?=//)")
_DOMAIN = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
_LIST = re.compile(r"(?:(?P<sign>[-+=])|(?P<number>\d{1,9})(?P<dot>[.)]))")
_FULL_WIDTH = str.maketrans("-+=.)", "－＋＝．）")
# What an address may hold and Markdown would read.
_IN_LINKS = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "()[]*_~!@|"})

# The lines of one subject; a blank line, or what a channel has for it, parts two.
Block = tuple[str, ...]


def without_links(text: str) -> str:
    """Return `text` with nothing in it that a client takes for an address or a mention."""
    broken = _DOMAIN.sub("．", _SCHEME.sub("：", text))
    return broken.replace("@", "＠")


def escape(text: str) -> str:
    """Return `text` so that Markdown shows it as it is: no link, mention, tag, list or emphasis."""
    return _LIST.sub(_without_list, without_links(text).translate(_MARKS), count=1)


def _without_list(found: re.Match[str]) -> str:
    return found[0].translate(_FULL_WIDTH) if found.start() == 0 else found[0]


def markdown_link(label: str, url: str) -> str:
    """Return a link in Markdown, or nothing where the address is none, or too long.

    `label` is escaped already.
    """
    address = safe_link(url).translate(_IN_LINKS)
    return f"[{label}]({address})" if address and len(address) <= LINK_LIMIT else ""


@dataclass(frozen=True, slots=True)
class Markup:
    """How a channel writes text, bold text, a link (label and address) and a quote.

    All but `escape` get text that it has escaped.
    """

    escape: Callable[[str], str] = escape
    bold: Callable[[str], str] = "**{}**".format
    link: Callable[[str, str], str] = markdown_link
    quote: Callable[[str], str] = "> {}".format


def title_of(message: Message) -> str:
    """Return the title, cut, but not escaped."""
    return one_line(message.title, TITLE_LIMIT)


def blocks_of(message: Message, markup: Markup) -> Iterator[Block]:
    """Yield what stands below the title: screen, summary, sections, quotes, closing sections."""
    if message.screen:
        yield tuple(_screen_line(line, markup) for line in message.screen)
    if message.summary:
        yield tuple(_text(line, markup) for line in message.summary)
    for section in message.sections:
        yield tuple(_section(message, section, markup))
    for quote in message.quotes:
        yield tuple(_quote(message, quote, markup))
    if message.closing:
        yield tuple(
            line for section in message.closing for line in _section(message, section, markup)
        )


def bold_text(text: str, markup: Markup, limit: int = LINE_LIMIT) -> str:
    """Return `text` escaped and in bold; nothing where there is none."""
    shown = _text(text, markup, limit)
    # Two marks of bold text in a row would be shown as they are.
    return markup.bold(shown) if shown else ""


def _text(text: str, markup: Markup, limit: int = LINE_LIMIT) -> str:
    return markup.escape(one_line(text, limit))


def _screen_line(line: Line, markup: Markup) -> str:
    links = (_link(anchor, markup) for anchor in line.links[:LINKS])
    return " ".join((_text(line.text, markup), *filter(None, links)))


def _link(anchor: Anchor, markup: Markup) -> str:
    return markup.link(_text(anchor.label, markup, LABEL_LIMIT), anchor.url)


def _section(message: Message, section: Section, markup: Markup) -> Iterator[str]:
    heading = bold_text(message.heading_of(section), markup, HEADING_LIMIT)
    if section.listed:
        yield heading
        yield from (_text(line, markup) for line in section.lines)
    else:
        first, *rows = _rows(section.lines)
        yield f"{heading} {_text(first, markup)}".strip()
        yield from (_text(row, markup) for row in rows)


def _rows(lines: Iterable[str]) -> list[str]:
    """Return the lines joined to as few rows as fit, so that none of them is cut for its place."""
    rows = [""]
    for line in lines:
        joined = f"{rows[-1]} · {line}" if rows[-1] else line
        if len(joined) <= LINE_LIMIT:
            rows[-1] = joined
        else:
            rows.append(line)
    return rows


def _quote(message: Message, quote: Quote, markup: Markup) -> Iterator[str]:
    link = _link(Anchor(message.open_label, quote.url), markup) if quote.url else ""
    yield f"{bold_text(quote.about, markup)} {link}".strip()
    yield markup.quote(_text(quote.text, markup))


def split(blocks: Iterable[Block], limit: int, *, break_: str, gap: str, most: int) -> list[str]:
    """Return the lines joined to texts of at most `limit` bytes of UTF-8, split at line ends.

    `break_` joins lines, `gap` joins blocks. There is at least one text, and there are at most
    `most`: the last of too many ends with an ellipsis. No line may be longer than `limit`.
    """
    parts, room = [""], limit
    for block in blocks:
        for number, line in enumerate(block):
            before = "" if not parts[-1] else break_ if number else gap
            size = len((before + line).encode())
            if size > room:
                parts.append("")
                before, room, size = "", limit, len(line.encode())
            parts[-1] += before + line
            room -= size
    if len(parts) <= most:
        return parts
    last = (tuple(parts[most - 1].split(break_)),)
    kept = split(last, limit - len((break_ + ELLIPSIS).encode()), break_=break_, gap=gap, most=2)
    return [*parts[: most - 1], kept[0] + break_ + ELLIPSIS]
