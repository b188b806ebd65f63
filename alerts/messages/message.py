"""The form of a message: sections and quotes in words, before any channel shows them.

An alert, a bundle of alerts, a brief, a review and an approved reply are all messages. Every text
is one line of visible characters, but it is raw: each channel escapes what its own markup gives a
meaning.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from alerts.messages.catalogue import CATALOGUES
from records import Alert, Level
from records.language import Language


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading.

    With `listed` each line stands on its own below the heading; otherwise they follow it in one
    line. `name` says what the section is about, in any language.
    """

    heading: str
    lines: tuple[str, ...]
    name: str = ""
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A cited post: why it is cited, what is known of it, its words, and its link or nothing."""

    role: str
    about: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link in a line: its words, and its http(s) address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the first screen, and the links behind it; `name` says what it is about."""

    text: str
    links: tuple[Anchor, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, its file name, and what it shows in words."""

    name: str
    png: bytes
    words: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel shows: the title, then screen, summary, sections, quotes, closing sections.

    `screen` is what a telephone shows at once of an alert: at most seven lines below the title.
    `level` gives a message its colour, green where `recovered`; None where it is about no level.
    With `broadcast` an answer in a thread is shown to the whole channel. `picture` is for channels
    that show pictures; others leave it out. `alert` is what the message was made of, for channels
    that hand on data; None for all others. `calls` are ids of Slack users of the settings whom the
    message calls; other channels name them in the text alone.
    """

    language: Language
    title: str
    level: Level | None = None
    recovered: bool = False
    screen: tuple[Line, ...] = ()
    summary: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    quotes: tuple[Quote, ...] = ()
    closing: tuple[Section, ...] = ()
    broadcast: bool = False
    picture: Picture | None = None
    alert: Alert | None = None
    calls: tuple[str, ...] = ()

    @property
    def colon(self) -> str:
        """What stands between a heading and its lines."""
        return CATALOGUES[self.language]["colon"]

    @property
    def open_label(self) -> str:
        """The words of a link to a post."""
        return CATALOGUES[self.language]["open"]

    def heading_of(self, section: Section) -> str:
        """Return the heading, with a colon where lines follow it."""
        return section.heading if section.listed else section.heading + self.colon

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the lines of the section of this name, none where the message lacks it."""
        found = (one.lines for one in (*self.sections, *self.closing) if one.name == name)
        return next(found, ())

    def plain(self) -> str:
        """Return the whole message as plain text, one fact a line."""
        return "\n".join(self._plain_lines())

    def _plain_lines(self) -> Iterator[str]:
        yield self.title
        for line in self.screen:
            yield " ".join((line.text, *(f"{a.label} {a.url}" for a in line.links)))
        yield from self.summary
        for section in self.sections:
            yield from self._plain_section(section)
        for quote in self.quotes:
            yield f"{quote.about}{self.colon}「{quote.text}」 {quote.url}".rstrip()
        for section in self.closing:
            yield from self._plain_section(section)

    def _plain_section(self, section: Section) -> Iterator[str]:
        if section.listed:
            yield section.heading
            yield from section.lines
        else:
            yield self.heading_of(section) + " · ".join(section.lines)


def encoded(message: Message) -> str:
    """Return the message as JSON, without the alert it was made of, to be kept until it is sent."""
    return msgspec.json.encode(replace(message, alert=None)).decode()


def decoded(body: str) -> Message:
    """Return the message that `encoded` wrote."""
    return msgspec.json.decode(body, type=Message)
