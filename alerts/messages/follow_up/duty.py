"""What calls a person: nobody has claimed an incident, or its owner writes nothing; who is on duty.

A person is called by an id of the settings (`Message.calls`), never by what stands in a text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import duration, one_line
from alerts.messages.message import Message, Section
from alerts.messages.symbols import EMOJI
from records import Incident
from records.language import Language

SUBJECT: Final = 24
NAME: Final = 64
TITLE: Final = 60
KEY: Final = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the settings: the name, and the id of the Slack user, empty where unknown."""

    name: str
    slack: str = ""


def escalated(
    incident: Incident, call: str, waited: timedelta, person: Person | None, language: Language
) -> Message:
    """Return the message about an incident that was left alone for so long; name who is asked.

    `call` is step (somebody else is asked), repeat or reminder (of the owner).
    """
    words = CATALOGUES[language]
    key = f"call.{call}" if person is not None or call != "step" else "call.nobody"
    title = words[key].format(
        emoji=EMOJI[incident.level],
        level=words[f"level.{incident.level.name.lower()}"],
        subject=one_line(incident.subject, SUBJECT),
        waited=duration(waited, words),
        person=one_line(person.name, NAME) if person else "",
    )
    happened = one_line(incident.title, TITLE)
    how = words["call.note" if call == "reminder" else "call.ack"]
    return Message(
        language,
        title,
        incident.level,
        summary=(happened,) if happened else (),
        closing=(
            Section(words["heading.more"], (how.format(key=one_line(incident.key, KEY)),), "more"),
        ),
        broadcast=call != "repeat",
        calls=calls_of([person]),
    )


def with_duty(message: Message, person: Person, *, calls: bool) -> Message:
    """Return the message with who is on duty; `calls` says whether the person is called."""
    line = CATALOGUES[message.language]["duty"].format(person=one_line(person.name, NAME))
    return replace(
        message,
        summary=(*message.summary, line),
        calls=calls_of([person]) if calls else message.calls,
    )


def calls_of(people: Sequence[Person | None]) -> tuple[str, ...]:
    """Return the Slack ids of people, each once."""
    return tuple(dict.fromkeys(one.slack for one in people if one is not None and one.slack))
