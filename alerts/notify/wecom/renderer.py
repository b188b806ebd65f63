"""A message as WeCom's Markdown (`markdown_v2`), and its picture as a message of its own.

A text has at most 4,096 bytes, a picture 2 MB. `markdown_v2` knows no calls and no colours; clients
before 4.1.36 show it as plain text.
"""

import base64
import hashlib

from alerts.messages.message import Message
from alerts.notify.calls import Json
from alerts.notify.markup import Markup, blocks_of, bold_text, split, title_of

CONTENT_LIMIT = 4096
PICTURE_LIMIT = 2 * 1024 * 1024
PARTS = 4
BREAK = "\n"
GAP = "\n\n"

_MARKUP = Markup()


def bodies_of(message: Message) -> list[Json]:
    """Return the bodies of the calls that send the message: one for each part and the picture."""
    title = title_of(message)
    widest = bold_text(f"{title} ({PARTS}/{PARTS})", _MARKUP) + GAP
    room = CONTENT_LIMIT - len(widest.encode())
    texts = split(blocks_of(message, _MARKUP), room, break_=BREAK, gap=GAP, most=PARTS)
    bodies = [
        _body(title if len(texts) == 1 else f"{title} ({number}/{len(texts)})", text)
        for number, text in enumerate(texts, 1)
    ]
    picture = message.picture
    if picture is not None and len(picture.png) <= PICTURE_LIMIT:
        bodies.append(_picture(picture.png))
    return bodies


def _body(title: str, text: str) -> Json:
    content = GAP.join(filter(None, (bold_text(title, _MARKUP), text)))
    return {"msgtype": "markdown_v2", "markdown_v2": {"content": content}}


def _picture(png: bytes) -> Json:
    checksum = hashlib.md5(png, usedforsecurity=False).hexdigest()
    return {
        "msgtype": "image",
        "image": {"base64": base64.b64encode(png).decode(), "md5": checksum},
    }
