"""A message in Slack's Block Kit, inside its limits and with no text taken for markup.

Limits: https://docs.slack.dev/reference/block-kit/blocks/ (50 blocks a message, 3,000 characters a
section, 150 a header). Slack also refuses messages of more than about 13,200 characters of blocks,
undocumented; the limits of `alerts.messages.compose` keep well below.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from alerts.messages.format import ELLIPSIS, cut
from alerts.messages.message import Message, Quote, Section

HEADER_LIMIT = 150
SECTION_LIMIT = 3000
CONTEXT_LIMIT = 3000
FALLBACK_LIMIT = 1500
# Of listed sections together, in characters; the frame of a block takes about 100 more.
LISTED_LIMIT = 9000
LISTED_SECTIONS = 40
FRAME = 100


# Slack asks for the first three as entities. The others mark up words or call people: their
# full-width forms look the same and mean nothing.
_ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "`": "ˋ",
        "*": "＊",
        "_": "＿",
        "~": "～",
        "@": "＠",
    }
)

_IN_ADDRESS = str.maketrans({"&": "&amp;", "<": "%3C", ">": "%3E", "|": "%7C"})

# The id of a user.
_USER = re.compile(r"[UW][A-Z0-9]{2,40}")

Block = dict[str, Any]


def escape(text: str) -> str:
    """Return `text` so that mrkdwn shows it as it is: no link, mention, code or emphasis in it."""
    return text.translate(_ESCAPES)


def payload_of(message: Message) -> dict[str, Any]:
    """Return the `text` and the `blocks` of a chat.postMessage.

    Everything stands in blocks: Slack folds attachments away. The level's colour is the sign in the
    title. `text` is what notifications and screen readers say.
    """
    first = (*(line.text for line in message.screen[:1]), *message.summary[:1])[:1]
    text = escape(cut(" ".join((message.title, *first)), FALLBACK_LIMIT))
    blocks = [_header(message.title), *_calls(message), *_screen(message), *_body(message)]
    return {"text": text, "blocks": blocks}


def _calls(message: Message) -> Iterator[Block]:
    """Yield the block that calls people: nothing but ids, each of Slack's form."""
    ids = [one for one in message.calls if _USER.fullmatch(one)]
    if ids:
        yield _section([" ".join(f"<@{one}>" for one in ids)])


def _screen(message: Message) -> Iterator[Block]:
    if message.screen:
        yield _section(
            " ".join((escape(line.text), *(_link(a.url, a.label) for a in line.links)))
            for line in message.screen
        )


def _body(message: Message) -> Iterator[Block]:
    if message.summary:
        yield _section(map(escape, message.summary))
    yield from _sections(message)
    for quote in message.quotes:
        yield _section(_quote(message, quote))
    for section in message.closing:
        if section.listed:
            yield _section((f"*{escape(section.heading)}*", *map(escape, section.lines)))
    closing = [_under_heading(message, one) for one in message.closing if not one.listed]
    if closing:
        yield {"type": "context", "elements": [_mrkdwn(_fit(closing, CONTEXT_LIMIT))]}


def _sections(message: Message) -> Iterator[Block]:
    """Yield a block for each section; listed ones that are too long lose whole lines."""
    room = LISTED_LIMIT
    for section in message.sections[:LISTED_SECTIONS]:
        if not section.listed:
            yield _section([_under_heading(message, section)])
            continue
        if room < len(ELLIPSIS) + 2 * FRAME:
            return
        lines = (f"*{escape(section.heading)}*", *map(escape, section.lines))
        block = _section(lines, min(SECTION_LIMIT, room))
        room -= len(block["text"]["text"]) + FRAME
        yield block


def _header(title: str) -> Block:
    # emoji=False: a ":name:" in a brand or keyword is not to become a picture. Plain text knows no
    # call either; the full-width sign keeps it so wherever a header is shown as something else.
    shown = cut(title, HEADER_LIMIT).replace("<", "＜")
    text = {"type": "plain_text", "text": shown, "emoji": False}
    return {"type": "header", "text": text}


def _section(lines: Iterable[str], limit: int = SECTION_LIMIT) -> Block:
    return {"type": "section", "text": _mrkdwn(_fit(lines, limit))}


def _mrkdwn(text: str) -> Block:
    # verbatim: Slack links no address, channel or name that it finds by itself.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _fit(lines: Iterable[str], limit: int) -> str:
    """Join whole lines as long as they fit, so that no entity or link is cut in two."""
    kept: list[str] = []
    room = limit - len(ELLIPSIS) - 1
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            kept.append(ELLIPSIS)
            break
        kept.append(line)
    return "\n".join(kept)


def _under_heading(message: Message, section: Section) -> str:
    return f"*{escape(message.heading_of(section).strip())}* " + escape(" · ".join(section.lines))


def _quote(message: Message, quote: Quote) -> Iterable[str]:
    link = f"  {_link(quote.url, message.open_label)}" if quote.url else ""
    yield f"*{escape(quote.about)}*{link}"
    yield f"> {escape(quote.text)}"


def _link(url: str, label: str) -> str:
    """Return a link; an address cannot end it, nor can its words."""
    address = url.translate(_IN_ADDRESS)
    # A bar would begin the words anew.
    return f"<{address}|{escape(label).replace('|', '｜')}>"
