"""A report before any format shows it: sections of sentences, tables and charts.

Every text is one line of visible characters, whatever it was made of, but raw: each renderer
escapes what its own format gives a meaning. Each sentence carries the keys of the posts that it
rests on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, TypeAlias

from alerts.messages.format import one_line, safe_link
from records import Level
from records.language import Language

LINE: Final = 600
"""Characters of a text, at most."""

RESTS: Final = 1_000
"""Posts that a sentence names, at most: the first of those that it rests on."""

SHOWN: Final = 3
"""Posts that a sentence refers to where people read it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the keys of the posts it rests on; `level` colours it, `name` names it.

    `rests` is on how many posts it rests, of which `posts` has the first RESTS.
    """

    text: str
    posts: tuple[str, ...] = ()
    level: Level | None = None
    name: str = ""
    rests: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text, LINE))
        object.__setattr__(self, "rests", len(self.posts))
        object.__setattr__(self, "posts", self.posts[:RESTS])


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences one after the other."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Sentences, each on a line of its own."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """The heading of a column; `width` is its share, and `numeric` sets its cells right."""

    heading: str
    width: int = 1
    numeric: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "heading", one_line(self.heading, LINE))


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row, one a column, and the same as one `line` for messages."""

    cells: tuple[Sentence, ...]
    line: Sentence


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings.

    Raises:
        ValueError: a row has not one cell a column.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        if any(len(row.cells) != len(self.columns) for row in self.rows):
            raise ValueError("a row needs one cell a column")


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture (PNG), and what it shows in words."""

    png: bytes
    words: Sentence


Block: TypeAlias = Paragraph | Listing | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a heading; `name` says what they are about in any language."""

    name: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A post that a report rests on: what is known of it, its words, its link or nothing.

    With `quoted` a message quotes it too; `role` says then what it is quoted as.
    """

    key: str
    about: str
    text: str = ""
    url: str = ""
    role: str = ""
    quoted: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "about", one_line(self.about, LINE))
        object.__setattr__(self, "text", one_line(self.text, LINE))
        object.__setattr__(self, "url", safe_link(self.url))


@dataclass(frozen=True, slots=True)
class Document:
    """A report. `lead` is what is read first: the whole story in a few sentences.

    `sources` are the posts that it refers to, by their keys; those of others are not shown.
    """

    language: Language
    title: str
    subtitle: str
    lead: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    sources: Mapping[str, Source]
    level: Level | None = None
    recovered: bool = False

    def sentences(self) -> Iterator[Sentence]:
        """Yield every sentence and every cell, in order."""
        yield from (sentence for sentence, _ in self._told())

    def _told(self) -> Iterator[tuple[Sentence, bool]]:
        """Yield every sentence, and whether it is a cell of a column of numbers."""
        yield from ((one, False) for one in self.lead)
        for block in chain.from_iterable(section.blocks for section in self.sections):
            if isinstance(block, Table):
                for row in block.rows:
                    for cell, column in zip(row.cells, block.columns, strict=True):
                        yield cell, column.numeric
            elif isinstance(block, Chart):
                yield block.words, False
            else:
                yield from ((one, False) for one in block.sentences)

    def references(self) -> dict[str, None]:
        """Return the keys of the posts that readers are referred to, in order.

        Cells of numbers have no room for references; programs read what they rest on.
        """
        found: dict[str, None] = {}
        for sentence, is_numeric in self._told():
            if not is_numeric:
                found.update(dict.fromkeys(sentence.posts[:SHOWN]))
        return found

    def numbers(self) -> dict[str, int]:
        """Return the number of each post that is referred to, in the order of first reference."""
        known = (key for key in self.references() if key in self.sources)
        return {key: place for place, key in enumerate(known, 1)}

    def section(self, name: str) -> Section | None:
        """Return the section of this name, None where the report lacks it."""
        return next((one for one in self.sections if one.name == name), None)
