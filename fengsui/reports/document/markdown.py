"""A report as Markdown, in which no text of a post can become markup, a link or a picture."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from fengsui.reports.document.model import (
    Block,
    Chart,
    Document,
    Listing,
    Paragraph,
    Sentence,
    Source,
    Table,
)
from fengsui.reports.document.words import WORDS, numbers_of, rest_of

# What means something to CommonMark, to GitHub's tables and formulas, and to a mention of people.
_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>|#~$&@!^])")
# Addresses that become links by themselves, and what begins a list, a rule or a heading.
_LINKS: Final = re.compile(r"(?i)(?<=[a-z])(:)(?=/)|(?<=www)(\.)")
_BEGINS: Final = re.compile(r"^([-+=])|^(\d{1,9})([.)])")


def markdown_of(document: Document) -> str:
    """Return the report as Markdown (CommonMark with tables)."""
    return "\n".join(_lines(document)) + "\n"


def escaped(text: str) -> str:
    """Return a text in which every sign stands for itself."""
    text = _MARKS.sub(r"\\\1", text)
    text = _LINKS.sub(lambda hit: f"\\{hit[0]}", text)
    return _BEGINS.sub(lambda hit: f"\\{hit[1]}" if hit[1] else f"{hit[2]}\\{hit[3]}", text)


def _lines(document: Document) -> Iterator[str]:
    numbers = document.numbers()
    yield f"# {escaped(document.title)}"
    yield ""
    yield escaped(document.subtitle)
    yield ""
    for sentence in document.lead:
        yield f"- **{escaped(sentence.text)}**{_references(sentence, numbers)}"
    for section in document.sections:
        yield f"\n## {escaped(section.heading)}"
        for block in section.blocks:
            yield ""
            yield from _block(block, numbers)
    yield from _sources(document, numbers)


def _block(block: Block, numbers: Mapping[str, int]) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield " ".join(_said(one, numbers) for one in block.sentences)
    elif isinstance(block, Listing):
        yield from (f"- {_said(one, numbers)}" for one in block.sentences)
    elif isinstance(block, Chart):
        # Markdown holds no pictures of its own; what it shows stands in words.
        yield f"*{_said(block.words, numbers)}*"
    else:
        yield from _table(block, numbers)


def _table(table: Table, numbers: Mapping[str, int]) -> Iterator[str]:
    yield _row(escaped(column.heading) for column in table.columns)
    yield _row("---:" if column.numeric else "---" for column in table.columns)
    for row in table.rows:
        yield _row(
            escaped(cell.text) if column.numeric else _said(cell, numbers)
            for cell, column in zip(row.cells, table.columns, strict=True)
        )


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _said(sentence: Sentence, numbers: Mapping[str, int]) -> str:
    return escaped(sentence.text) + _references(sentence, numbers)


def _references(sentence: Sentence, numbers: Mapping[str, int]) -> str:
    shown = "".join(f"[\\[{number}\\]](#post-{number})" for number in numbers_of(sentence, numbers))
    rest = rest_of(sentence, numbers)
    return f" {shown}{f'+{rest}' if rest else ''}" if shown else ""


def _sources(document: Document, numbers: Mapping[str, int]) -> Iterator[str]:
    if not numbers:
        return
    words = WORDS[document.language]
    yield f"\n## {words['sources']}\n"
    yield f"{words['sources.note']}\n"
    for key, number in numbers.items():
        source = document.sources[key]
        yield f'{number}. <a id="post-{number}"></a>{_source(source, words["open"])}'


def _source(source: Source, label: str) -> str:
    link = f" [{label}](<{source.url}>)" if source.url else ""
    text = f" — {escaped(source.text)}" if source.text else ""
    return f"{escaped(source.key)} · {escaped(source.about)}{text}{link}"
