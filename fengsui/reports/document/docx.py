"""A report as DOCX: headings, lists and tables that Word and WPS know, and no field or macro."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from fengsui.reports.document.model import Block, Chart, Document, Listing, Sentence, Source, Table
from fengsui.reports.document.words import WORDS, numbers_of, rest_of
from records.language import LEVEL_COLOURS

WIDTH: Final = Cm(17)
LATIN, CHINESE = "Arial", "Microsoft YaHei"
INK, FAINT = RGBColor(31, 41, 51), RGBColor(97, 110, 124)


def docx_of(document: Document, made_at: datetime) -> bytes:
    """Return the report as a DOCX file."""
    writer = _Writer(document, made_at)
    writer.write()
    return writer.bytes()


class _Writer:
    """Writes a document from top to bottom."""

    def __init__(self, document: Document, made_at: datetime) -> None:
        self._document = document
        self._words = WORDS[document.language]
        self._numbers = document.numbers()
        self._file: Any = docx.Document()
        self._dress(made_at)

    def _dress(self, made_at: datetime) -> None:
        section = self._file.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin = section.bottom_margin = Cm(1.8)
        for name, size in (("Normal", 10.5), ("Title", 19), ("Heading 1", 13.5)):
            style = self._file.styles[name]
            style.font.name, style.font.size = LATIN, Pt(size)
            style.font.color.rgb = INK
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(qn(attribute), None)
            fonts.set(qn("w:ascii"), LATIN)
            fonts.set(qn("w:hAnsi"), LATIN)
            fonts.set(qn("w:eastAsia"), CHINESE)
        properties = self._file.core_properties
        properties.title, properties.author = self._document.title[:250], "fengsui"
        properties.comments = ""
        made = made_at.astimezone(UTC).replace(tzinfo=None)
        properties.created = properties.modified = made
        properties.last_modified_by = "fengsui"

    def write(self) -> None:
        """Write everything there is."""
        self._file.add_heading(self._document.title, level=0)
        self._faint(self._document.subtitle)
        for sentence in self._document.lead:
            self._sentence(self._file.add_paragraph(style="List Bullet"), sentence, bold=True)
        for section in self._document.sections:
            self._file.add_heading(section.heading, level=1)
            for block in section.blocks:
                self._block(block)
        if self._numbers:
            self._sources()

    def bytes(self) -> bytes:
        """Return the file."""
        out = BytesIO()
        self._file.save(out)
        return out.getvalue()

    def _block(self, block: Block) -> None:
        if isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Chart):
            self._file.add_picture(BytesIO(block.png), width=WIDTH)
            self._faint(block.words.text)
        else:
            style = "List Bullet" if isinstance(block, Listing) else "Normal"
            for sentence in block.sentences:
                self._sentence(self._file.add_paragraph(style=style), sentence)

    def _faint(self, text: str) -> None:
        run = self._file.add_paragraph().add_run(text)
        run.font.size, run.font.color.rgb = Pt(9), FAINT

    def _sentence(
        self, paragraph: Any, sentence: Sentence, *, bold: bool = False, refers: bool = True
    ) -> None:
        paragraph.paragraph_format.space_after = Pt(3)
        if sentence.level is not None:
            dot = paragraph.add_run("● ")
            dot.font.color.rgb = RGBColor.from_string(LEVEL_COLOURS[sentence.level][1:].upper())
        run = paragraph.add_run(sentence.text)
        run.bold = bold or None
        if refers and (shown := numbers_of(sentence, self._numbers)):
            rest = rest_of(sentence, self._numbers)
            more = self._words["rests"].format(count=rest) if rest else ""
            mark = paragraph.add_run(" " + "".join(f"[{one}]" for one in shown) + more)
            mark.font.superscript, mark.font.color.rgb = True, FAINT

    def _table(self, table: Table) -> None:
        made = self._file.add_table(rows=1, cols=len(table.columns), style="Table Grid")
        made.autofit = False
        total = sum(column.width for column in table.columns)
        widths = [int(WIDTH * column.width / total) for column in table.columns]
        for cell, column in zip(made.rows[0].cells, table.columns, strict=True):
            self._fill(cell, Sentence(column.heading), numeric=column.numeric, bold=True)
            shade = OxmlElement("w:shd")
            shade.set(qn("w:val"), "clear")
            shade.set(qn("w:fill"), "F4F6F8")
            cell._tc.get_or_add_tcPr().append(shade)
        _repeat(made.rows[0])
        for row in table.rows:
            for cell, text, column in zip(
                made.add_row().cells, row.cells, table.columns, strict=True
            ):
                self._fill(cell, text, numeric=column.numeric)
        for row in made.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = width
        self._file.add_paragraph().paragraph_format.space_after = Pt(2)

    def _fill(self, cell: Any, text: Sentence, *, numeric: bool, bold: bool = False) -> None:
        paragraph = cell.paragraphs[0]
        self._sentence(paragraph, text, bold=bold, refers=not numeric)
        for run in paragraph.runs:
            run.font.size = Pt(9)
        if numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def _sources(self) -> None:
        self._file.add_heading(self._words["sources"], level=1)
        self._faint(self._words["sources.note"])
        for key, number in self._numbers.items():
            self._source(self._document.sources[key], number)

    def _source(self, source: Source, number: int) -> None:
        paragraph = self._file.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(3)
        text = f"：{source.text}" if source.text else ""
        run = paragraph.add_run(f"[{number}] {source.key} · {source.about}{text} ")
        run.font.size = Pt(9)
        if source.url:
            _link(paragraph, source.url, self._words["open"])


def _repeat(row: Any) -> None:
    """Let a row stand on top of each page that its table reaches."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _link(paragraph: Any, url: str, label: str) -> None:
    """Append a link to a paragraph."""
    place = paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), place)
    run = paragraph.add_run(label)
    run.font.size, run.font.color.rgb = Pt(9), RGBColor(36, 96, 154)
    link.append(run._r)
    paragraph._p.append(link)
