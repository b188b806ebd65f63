"""A message as a Feishu card of JSON 2.0.

The call to a custom robot has at most 20 KB, that of an app 30 KB. The header is plain text in the
colour of the level; `update_multi` lets an app change the card for all.
"""

import re

from alerts.messages.message import Message
from alerts.notify.calls import Json
from alerts.notify.markup import Markup, blocks_of, escape, split, title_of
from records import Level

TEXT_LIMIT = 12_000
PARTS = 3
BREAK = "\n"
GAP = "\n\n"

COLOURS = {
    Level.BLUE: "blue",
    Level.YELLOW: "yellow",
    Level.ORANGE: "orange",
    Level.RED: "red",
}
RECOVERED_COLOUR = "green"
NO_COLOUR = "default"

# `:DONE:` is a picture in a card.
_EMOJI = re.compile(r":(?=[A-Za-z][A-Za-z0-9＿]*:)")


def escape_card(text: str) -> str:
    """Return `text` so that a card's Markdown shows it as it is."""
    return _EMOJI.sub("：", escape(text))


_MARKUP = Markup(escape=escape_card)


def cards_of(message: Message, most: int = PARTS) -> list[Json]:
    """Return the cards that show the message; what is beyond `most` cards is left out."""
    title = title_of(message)
    texts = split(blocks_of(message, _MARKUP), TEXT_LIMIT, break_=BREAK, gap=GAP, most=most)
    return [
        _card(message, title if len(texts) == 1 else f"{title} ({number}/{len(texts)})", text)
        for number, text in enumerate(texts, 1)
    ]


def bodies_of(message: Message) -> list[Json]:
    """Return the bodies of the calls to a custom robot that send the message."""
    return [{"msg_type": "interactive", "card": card} for card in cards_of(message)]


def with_picture(card: Json, image_key: str, words: str) -> Json:
    """Return the card with an uploaded picture below its text."""
    picture = {
        "tag": "img",
        "img_key": image_key,
        "alt": {"tag": "plain_text", "content": words},
    }
    elements = [*card["body"]["elements"], picture]
    return card | {"body": card["body"] | {"elements": elements}}


def _card(message: Message, title: str, text: str) -> Json:
    return {
        "schema": "2.0",
        "config": {"update_multi": True, "summary": {"content": title}},
        "header": {
            "title": {"tag": "plain_text", "content": title},
            "template": _colour_of(message),
        },
        "body": {"elements": [{"tag": "markdown", "content": text}] if text else []},
    }


def _colour_of(message: Message) -> str:
    if message.recovered:
        return RECOVERED_COLOUR
    return COLOURS[message.level] if message.level is not None else NO_COLOUR
