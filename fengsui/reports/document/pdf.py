"""A report as PDF on A4, in the font that the pictures have, with nothing that a reader runs."""

import logging
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Final

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, VAlign, WrapMode
from fpdf.fonts import FontFace
from matplotlib.ft2font import FT2Font

from fengsui.chart.font import FILE
from fengsui.reports.document.lines import wrapped
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
from records import Level
from records.language import LEVEL_COLOURS, RECOVERED_COLOUR

FONT: Final = "noto"
MARGIN, BODY, SMALL, LINE, PADDING = 16.0, 10.0, 8.5, 5.6, 1.0
INK, FAINT, PALE, LINK = (31, 41, 51), (97, 110, 124), (244, 246, 248), (36, 96, 154)

# The colours of the levels as text on white, where yellow could not be read.
DARK: Final = {
    Level.BLUE: "#2b5f94",
    Level.YELLOW: "#8a6a00",
    Level.ORANGE: "#b4540a",
    Level.RED: "#b3202d",
}


def pdf_of(document: Document, made_at: datetime) -> bytes:
    """Return the report as PDF. Signs that the font lacks (emoji) are left out."""
    # The library names each sign and each table that the font lacks; neither is a fault.
    logging.getLogger("fpdf").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    page = _Page(document, made_at)
    page.write()
    return bytes(page.output())


class _Page(FPDF):
    """Writes a document from top to bottom."""

    def __init__(self, document: Document, made_at: datetime) -> None:
        super().__init__(format="A4")
        self._document = document
        self._words = WORDS[document.language]
        self._numbers = document.numbers()
        self._links = {key: self.add_link() for key in self._numbers}
        self.add_font(FONT, fname=FILE.path, collection_font_number=FILE.face_index)
        self._letters = _letters()
        self.set_title(self._readable(document.title))
        self.set_creator("fengsui")
        self.set_lang("zh-CN" if document.language == "zh" else "en")
        self.set_creation_date(made_at)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.set_font(FONT, size=BODY)

    def footer(self) -> None:
        """Write the title and the number of the page below each page."""
        self.set_y(-12)
        self.set_font(FONT, size=7.5)
        self.set_text_color(*FAINT)
        width = self.epw
        page = self._words["page"].format(page=self.page_no(), pages="{nb}")
        title = self._readable(self._document.title)
        self.cell(width * 0.75, 5, title[:60])
        self.cell(width * 0.25, 5, page, align="R")

    def write(self) -> None:  # type: ignore[override]  # writes all there is
        """Write every page."""
        self.add_page()
        self._head()
        for section in self._document.sections:
            self._heading(section.heading)
            for block in section.blocks:
                self._block(block)
        if self._numbers:
            self._sources()

    def _head(self) -> None:
        document = self._document
        level = None if document.recovered else document.level
        colour = RECOVERED_COLOUR if level is None else LEVEL_COLOURS[level]
        top = self.get_y()
        self.set_x(MARGIN + 5)
        self._text(document.title, 17, INK, 8.5, MARGIN + 5)
        self._text(document.subtitle, SMALL, FAINT, 5, MARGIN + 5)
        with self.local_context(fill_color=colour):
            self.rect(MARGIN, top, 2.2, self.get_y() - top, style="F")
        self.ln(3)
        for sentence in document.lead:
            self._sentence(sentence, bullet="•", size=11.5, colour=INK)
        self.ln(1)

    def _heading(self, text: str) -> None:
        if self.will_page_break(28):
            self.add_page()
        self.ln(3)
        self.start_section(self._readable(text))
        self._text(text, 13, INK, 7, MARGIN)
        y = self.get_y() + 0.6
        self.set_draw_color(*FAINT)
        self.set_line_width(0.2)
        self.line(MARGIN, y, self.w - MARGIN, y)
        self.ln(2.4)

    def _block(self, block: Block) -> None:
        if isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Chart):
            self._chart(block)
        elif isinstance(block, Listing):
            for sentence in block.sentences:
                self._sentence(sentence, bullet="•")
        elif isinstance(block, Paragraph):
            for sentence in block.sentences:
                self._sentence(sentence)
        self.ln(1.2)

    def _text(
        self, text: str, size: float, colour: tuple[int, int, int], height: float, left: float
    ) -> None:
        self.set_font(FONT, size=size)
        self.set_text_color(*colour)
        self._lines(self._readable(text), height, left)

    def _lines(self, text: str, height: float, left: float, link: str = "") -> None:
        """Write a text from `left` to the margin, and go to the next line."""
        room = self.w - MARGIN - left
        for line in self._wrapped(text, room).split("\n"):
            self.set_x(left)
            self.cell(room, height, line, link=link, new_x="LMARGIN", new_y="NEXT")

    def _wrapped(self, text: str, room: float) -> str:
        """Return a text with its line breaks in the present font."""
        # A cell has a margin on each side.
        return "\n".join(wrapped(text, room - 2 * self.c_margin - 0.1, self.get_string_width))

    def _sentence(
        self,
        sentence: Sentence,
        *,
        bullet: str = "",
        size: float = BODY,
        colour: tuple[int, int, int] = INK,
    ) -> None:
        self.set_font(FONT, size=size)
        self.set_text_color(*colour)
        if bullet:
            level = sentence.level
            self.set_text_color(LEVEL_COLOURS[level] if level else FAINT)
            self.cell(5, LINE, "●" if level else bullet)
            self.set_text_color(*colour)
        text = self._readable(sentence.text) + self._references(sentence)
        self._lines(text, LINE, MARGIN + (5 if bullet else 0))

    def _references(self, sentence: Sentence) -> str:
        shown = "".join(f"[{number}]" for number in numbers_of(sentence, self._numbers))
        rest = rest_of(sentence, self._numbers)
        more = self._words["rests"].format(count=rest) if rest and shown else ""
        return f" {shown}{more}" if shown else ""

    def _table(self, table: Table) -> None:
        self.set_font(FONT, size=SMALL)
        self.set_text_color(*INK)
        self.set_draw_color(217, 223, 229)
        total = sum(column.width for column in table.columns)
        with self.table(
            col_widths=tuple(column.width for column in table.columns),
            text_align=tuple("RIGHT" if one.numeric else "LEFT" for one in table.columns),
            headings_style=FontFace(emphasis="", color=INK, fill_color=PALE),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            line_height=4.8,
            padding=PADDING,
            v_align=VAlign.T,
            wrapmode=WrapMode.CHAR,
        ) as made:
            heading = made.row()
            for column in table.columns:
                heading.cell(self._readable(column.heading))
            for row in table.rows:
                line = made.row()
                for cell, column in zip(row.cells, table.columns, strict=True):
                    style = FontFace(color=DARK[cell.level]) if cell.level else None
                    text = self._readable(cell.text)
                    text += "" if column.numeric else self._references(cell)
                    text = f"● {text}" if cell.level else text
                    # The library breaks lines between blanks, or anywhere; Chinese wants neither.
                    room = self.epw * column.width / total - 2 * PADDING
                    line.cell(self._wrapped(text, room), style=style)

    def _chart(self, chart: Chart) -> None:
        self.image(BytesIO(chart.png), w=self.epw, alt_text=self._readable(chart.words.text))
        self.ln(1)
        self._text(chart.words.text, SMALL, FAINT, 4.6, MARGIN)

    def _sources(self) -> None:
        self._heading(self._words["sources"])
        self._text(self._words["sources.note"], SMALL, FAINT, 4.6, MARGIN)
        for key, number in self._numbers.items():
            self._source(self._document.sources[key], number)

    def _source(self, source: Source, number: int) -> None:
        text = f"：{source.text}" if source.text else ""
        self._text(f"[{number}] {source.key} · {source.about}{text}", SMALL, INK, 4.6, MARGIN)
        if source.url:
            self.set_font(FONT, size=7.5)
            self.set_text_color(*LINK)
            self._lines(source.url, 4.4, MARGIN + 5, source.url)

    def _readable(self, text: str) -> str:
        return "".join(letter for letter in text if ord(letter) in self._letters).strip()


@cache
def _letters() -> frozenset[int]:
    """Return the signs that the font can draw."""
    return frozenset(FT2Font(FILE.path, face_index=FILE.face_index).get_charmap())
