"""The link from a message about an incident to the page that shows it, in every channel."""

from dataclasses import replace
from urllib.parse import quote

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import safe_link
from alerts.messages.message import Anchor, Line, Message


def incident_address(page: str | None, key: str) -> str:
    """Return where the page at `page` shows the incident of `key`; nothing where there is none.

    An address that would be too long for a channel is none.
    """
    return safe_link(f"{page.rstrip('/')}/incidents/{quote(key, safe='@')}") if page else ""


def linked(message: Message, page: str | None) -> Message:
    """Return the message of an alert with a link to its incident behind its last line.

    A message without such lines gets its first fact as one. Without a page nothing changes.
    """
    address = incident_address(page, message.alert.incident.key) if message.alert else ""
    if not address:
        return message
    anchor = Anchor(CATALOGUES[message.language]["open.incident"], address)
    if message.screen:
        *others, last = message.screen
        return replace(message, screen=(*others, replace(last, links=(*last.links, anchor))))
    said, *rest = message.summary or ("",)
    return replace(message, screen=(Line(said, (anchor,), "page"),), summary=tuple(rest))
