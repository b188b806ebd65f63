"""A message as DingTalk's Markdown.

A message of a robot has at most 20,000 bytes. `title` is what the list of chats and a notification
show. Only `at` calls people; it is sent empty.
"""

from alerts.messages.message import Message
from alerts.notify.calls import Json
from alerts.notify.markup import Markup, blocks_of, bold_text, escape, split, title_of

TEXT_LIMIT = 16_000
PARTS = 3
# A line alone would be joined to the one before it.
BREAK = "  \n"
GAP = "\n\n"

_MARKUP = Markup()


def bodies_of(message: Message) -> list[Json]:
    """Return the bodies of the calls that send the message, one for each part."""
    title = title_of(message)
    texts = split(blocks_of(message, _MARKUP), TEXT_LIMIT, break_=BREAK, gap=GAP, most=PARTS)
    return [
        _body(title if len(texts) == 1 else f"{title} ({number}/{len(texts)})", text)
        for number, text in enumerate(texts, 1)
    ]


def _body(title: str, text: str) -> Json:
    shown = GAP.join(filter(None, (bold_text(title, _MARKUP), text)))
    return {
        "msgtype": "markdown",
        "markdown": {"title": escape(title), "text": shown},
        "at": {"atMobiles": [], "atUserIds": [], "isAtAll": False},
    }
