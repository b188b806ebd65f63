"""What is said to the receivers beside alerts: briefs, reviews, approved replies."""

from dataclasses import dataclass

from alerts.messages.catalogue import Language


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines under a heading; raw text, one visible line each."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told once to each receiver. Its natural key is `key`.

    Texts are raw: each channel escapes what its own markup gives a meaning.
    """

    key: str
    language: Language
    title: str
    paragraphs: tuple[Paragraph, ...]

    def plain(self) -> str:
        """Return the whole notice as plain text."""
        return "\n".join(
            (self.title, *(line for one in self.paragraphs for line in (one.heading, *one.lines)))
        )
