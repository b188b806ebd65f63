"""A report as a message: what a channel sends, and what a terminal prints."""

from collections.abc import Iterator
from typing import Final

from alerts.messages.message import Message, Picture, Quote
from alerts.messages.message import Section as MessageSection
from fengsui.reports.document.model import Chart, Document, Section, Table
from fengsui.reports.document.words import WORDS

LINES: Final = 12
"""Lines of a section; what is left is counted."""

QUOTES: Final = 4
"""Posts that a message quotes, at most."""


def message_of(document: Document) -> Message:
    """Return the report as a message. Channels escape its texts."""
    charts = [
        block
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Chart)
    ]
    quoted = [one for one in document.sources.values() if one.quoted]
    return Message(
        document.language,
        document.title,
        level=document.level,
        recovered=document.recovered,
        summary=tuple(one.text for one in document.lead),
        sections=tuple(_section(one, document) for one in document.sections if _lines(one)),
        quotes=tuple(
            Quote(one.role, f"{one.role} · {one.about}", one.text, one.url)
            for one in quoted[:QUOTES]
        ),
        picture=Picture("report.png", charts[0].png, charts[0].words.text) if charts else None,
    )


def _section(section: Section, document: Document) -> MessageSection:
    lines, words = _lines(section), WORDS[document.language]
    left = len(lines) - LINES
    more = [words["more"].format(count=left)] if left > 0 else []
    return MessageSection(section.heading, (*lines[:LINES], *more), section.name, listed=True)


def _lines(section: Section) -> list[str]:
    return list(_texts(section))


def _texts(section: Section) -> Iterator[str]:
    for block in section.blocks:
        if isinstance(block, Table):
            yield from (row.line.text for row in block.rows if row.line.text)
        elif not isinstance(block, Chart):
            yield from (one.text for one in block.sentences)
