"""Slack's mrkdwn as HTML, as far as our messages use it: bold, links, quotes, entities.

https://docs.slack.dev/messaging/formatting-message-text
"""

import html
import re
from typing import Final

_LINK: Final = re.compile(r"<(https?://[^|>]+)\|([^>]*)>")
_BOLD: Final = re.compile(r"\*([^*\n]+)\*")


def html_of(text: str) -> str:
    """Return `text` as HTML; what is no markup of ours is shown as it is."""
    parts, at = [], 0
    for link in _LINK.finditer(text):
        parts.append(_plain(text[at : link.start()]))
        address = html.escape(html.unescape(link[1]))
        parts.append(f'<a href="{address}">{_plain(link[2])}</a>')
        at = link.end()
    parts.append(_plain(text[at:]))
    lines = "".join(parts).split("\n")
    return "".join(map(_line, lines))


def _plain(text: str) -> str:
    return _BOLD.sub(r"<b>\1</b>", html.escape(html.unescape(text)))


def _line(line: str) -> str:
    quoted = line.removeprefix("&gt; ")
    return f"<blockquote>{quoted}</blockquote>" if quoted != line else f"<div>{line}</div>"
