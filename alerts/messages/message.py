"""The form of a message: sections and quotes in words, before any channel shows them."""

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.messages.catalogue import Language
from records import Level


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A cited post: why it is cited, what is known of it, its words, and its link or nothing."""

    role: str
    about: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Message:
    """An alert in words; an empty tuple or section means that there is nothing to say of it.

    `colon` stands between a heading and its lines, `open_label` names a link to a post.
    """

    language: Language
    level: Level
    recovered: bool
    title: str
    summary: tuple[str, ...]
    changed: Section
    evidence: Section
    level_reasons: Section
    themes: Section
    forecast: Section
    links: Section
    categories: Section
    demands: Section
    quotes: tuple[Quote, ...]
    next_step: Section
    cases: Section
    colon: str
    open_label: str

    @property
    def leading(self) -> tuple[Section, ...]:
        """The sections that stand before the quotes and have lines."""
        sections = (
            self.changed,
            self.evidence,
            self.themes,
            self.level_reasons,
            self.forecast,
            self.links,
            self.categories,
            self.demands,
        )
        return tuple(section for section in sections if section.lines)

    @property
    def closing(self) -> tuple[Section, ...]:
        """The sections that stand behind the quotes and have lines."""
        return tuple(s for s in (self.next_step, self.cases) if s.lines)

    def heading_of(self, section: Section) -> str:
        """Return the heading with its colon."""
        return section.heading + self.colon

    def plain(self) -> str:
        """Return the whole message as plain text, one fact a line."""
        return "\n".join(self._plain_lines())

    def _plain_lines(self) -> Iterator[str]:
        yield self.title
        yield from self.summary
        for section in self.leading:
            yield self.heading_of(section) + " · ".join(section.lines)
        for quote in self.quotes:
            yield f"{quote.about}{self.colon}「{quote.text}」 {quote.url}".rstrip()
        for section in self.closing:
            yield self.heading_of(section) + " · ".join(section.lines)
