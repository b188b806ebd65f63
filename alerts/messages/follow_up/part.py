"""A further brand of an industry's story, as one line in the thread of the whole."""

from typing import Final

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import clock_time, number, one_line
from alerts.messages.message import Message
from alerts.messages.symbols import EMOJI
from records import Alert, Incident
from records.language import Language

BRAND: Final = 24


def part_message(alert: Alert, head: Incident, language: Language) -> Message:
    """Return the line about a part whose own messages are muted; its level gives the colour."""
    words, incident = CATALOGUES[language], alert.incident
    title = words["part.line"].format(
        emoji=EMOJI[incident.level],
        level=words[f"level.{incident.level.name.lower()}"],
        brand=one_line(incident.subject, BRAND),
        time=clock_time(alert.at, alert.at),
        negative=number(alert.negative, language),
        usual=number(alert.usual, language),
    )
    brands = {link.brand for link in (*head.links, *incident.links)}
    count = len(brands | {head.brand, incident.brand})
    return Message(
        language, title, incident.level, summary=(words["part.why"].format(count=count),)
    )
