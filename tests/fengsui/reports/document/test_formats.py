"""No text of a post becomes markup, a link, a formula or a control sign, in any format."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from markdown_it import MarkdownIt
from markdown_it.token import Token

from alerts.messages.format import one_line
from fengsui.reports.document.html import html_of
from fengsui.reports.document.lines import wrapped
from fengsui.reports.document.markdown import escaped, markdown_of
from fengsui.reports.document.message import message_of
from fengsui.reports.document.model import Column, Document, Row, Sentence, Source, Table
from fengsui.reports.document.render import Format, format_of, rendered
from tests.fengsui.commands import UNSAFE
from tests.fengsui.reports.document.made import HOSTILE, KEY, URL, hostile, pdf_text

MADE_AT = datetime(2026, 3, 20, tzinfo=UTC)
SHOWN = one_line(HOSTILE, 600)
TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "div", "main", "ul",
    "ol", "li", "section", "p", "span", "sup", "a", "table", "colgroup", "col", "thead", "tbody",
    "tr", "th", "td", "figure", "figcaption", "img",
}  # fmt: skip


class Page(HTMLParser):
    """The tags, attributes and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.comments: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


@pytest.fixture(scope="module")
def document() -> Document:
    return hostile()


def test_a_document_holds_no_hidden_signs(document: Document) -> None:
    """Control signs, line breaks and marks that reorder text are gone before any format."""
    for text in (document.title, *(one.text for one in document.sentences())):
        assert not UNSAFE.search(text)
        assert "\n" not in text
    assert Source("k", "a\nb", "\u202ex", "javascript:x") == Source("k", "a b", "x", "")


def test_html_has_only_our_tags(document: Document) -> None:
    """The page has our tags, no handler, our links and the post's own; the text is shown whole."""
    page = Page(html_of(document))
    assert page.tags == TAGS
    assert page.comments == []
    assert {name for _, name, _ in page.attributes} <= {
        "lang", "charset", "http-equiv", "content", "name", "class", "style", "href", "rel", "id",
        "scope", "alt", "src",
    }  # fmt: skip
    links = {value for _, name, value in page.attributes if name == "href"}
    assert {one for one in links if not one.startswith("#post-")} == {URL}
    pictures = {value for _, name, value in page.attributes if name == "src"}
    assert all(one.startswith("data:image/png;base64,") for one in pictures)
    assert page.text.count(SHOWN) >= 8
    assert not UNSAFE.search(page.text)
    policy = next(value for _, name, value in page.attributes if name == "content")
    assert policy.startswith("default-src 'none'")


def tokens(text: str) -> list[Token]:
    found = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [*found, *(child for one in found for child in one.children or ())]


def test_markdown_has_only_our_marks(document: Document) -> None:
    """Parsed again, there is no picture and no HTML of the text's, and only our links."""
    text = markdown_of(document)
    found = tokens(text)
    kinds = {one.type for one in found}
    assert not kinds & {"image", "html_block", "code_inline", "fence", "code_block", "s_open"}
    links = {str(one.attrs["href"]) for one in found if one.type == "link_open"}
    assert {one for one in links if not one.startswith("#post-")} == {URL}
    own = {one.content for one in found if one.type == "html_inline"}
    assert own == {'<a id="post-1">', '<a id="post-2">', "</a>"}
    said = "".join(one.content for one in found if one.type in {"text", "text_special"})
    assert said.count(SHOWN) >= 8
    assert not UNSAFE.search(text)
    # GitHub makes links of bare addresses, and calls people.
    bare = re.compile(r"(?<!\()(?<!\(<)(?<!\\)\b(https?://|www\.)|(?<!\\)@")
    assert not bare.search(text.replace(f"<{URL}>", ""))


@pytest.mark.parametrize(
    "text", ["- x", "+ x", "1. x", "12) x", "= x", "# x", "> x", "---", "    x", "| a | b |", "~~~"]
)
def test_a_line_is_never_the_beginning_of_a_block(text: str) -> None:
    """A text that looks like a list, a heading, a quote, a rule or code stays a paragraph."""
    kinds = [one.type for one in tokens(escaped(one_line(text, 100)))]
    assert [one for one in kinds if one.endswith("_open")] == ["paragraph_open"]


def test_pdf_runs_nothing_and_says_all(document: Document) -> None:
    """There is no action but links to the post; the text is there; signs that hide are not."""
    content = rendered(document, Format.PDF, MADE_AT)
    outside = re.sub(rb"stream\r?\n.*?endstream", b"", content, flags=re.DOTALL)
    for word in (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/AA"):
        assert word not in outside
    # What happens on opening is a place to go to.
    assert re.search(rb"/OpenAction \[\d+ 0 R /FitH null\]", outside)
    assert set(re.findall(rb"/URI \((.*?)\)", content)) == {URL.encode()}
    text = pdf_text(content)
    assert not UNSAFE.search(text)
    said = "".join(text.split())
    assert said.count("".join(SHOWN.split())) >= 8


def test_docx_has_no_field_and_only_our_links(document: Document) -> None:
    """No field, no object, no macro; links lead to the post; the text is shown whole."""
    file = docx.Document(BytesIO(rendered(document, Format.DOCX, MADE_AT)))
    body = file.element.body
    for tag in ("w:fldSimple", "w:instrText", "w:fldChar", "w:object", "w:altChunk"):
        assert body.findall(f".//{qn(tag)}") == []
    outside = {one.target_ref for one in file.part.rels.values() if one.is_external}
    assert outside == {URL}
    texts = "".join(one.text or "" for one in body.iter(qn("w:t")))
    assert texts.count(SHOWN) >= 8
    assert not UNSAFE.search(texts)
    assert file.core_properties.title == SHOWN[:250]


def test_a_message_is_one_line_a_fact(document: Document) -> None:
    """A message has no line of the text's own; channels escape what means something to them."""
    message = message_of(document)
    assert all("\n" not in one for section in message.sections for one in section.lines)
    assert not UNSAFE.search(message.plain())
    (quote,) = message.quotes
    assert (quote.url, quote.role) == (URL, "最差")
    assert message.picture is not None


def test_emoji_are_left_out_of_a_pdf_alone() -> None:
    """What the font cannot draw is left out, and nothing else is lost."""
    text = pdf_text(rendered(hostile("太恶心了🔴，退款"), Format.PDF, MADE_AT))
    assert "太恶心了，退款" in text
    assert "🔴" in html_of(hostile("太恶心了🔴，退款"))


def test_a_report_is_the_same_whenever_it_is_written(document: Document) -> None:
    """Two writings of one report are the same text; a PDF is the same file."""
    for form in (Format.MESSAGE, Format.MD, Format.HTML, Format.PDF):
        assert rendered(document, form, MADE_AT) == rendered(document, form, MADE_AT)


def test_references_are_numbered_in_order(document: Document) -> None:
    """Posts are numbered as they are first referred to; cells of numbers refer to none."""
    assert document.numbers() == {KEY: 1, "weibo:gone": 2}
    cell = Sentence("3", ("a",))
    table = Table((Column("n", numeric=True),), (Row((cell,), cell),))
    assert table.rows[0].cells[0].rests == 1
    with pytest.raises(ValueError, match="one cell a column"):
        Table((Column("a"), Column("b")), (Row((cell,), cell),))


@pytest.mark.parametrize("width", [3, 7, 12, 40])
def test_lines_break_as_chinese_wants(width: int) -> None:
    """No line is too wide, none begins with a closing sign, and no sign is lost."""
    text = "首帖（03-19 19:40）：喝出虫子，要求赔偿。Bubble tea isn't cheap！「退款」……还是不行" * 2
    lines = wrapped(text, width, lambda _: 1.0)
    assert max(map(len, lines)) <= width
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    if width > 5:
        assert not [one for one in lines[1:] if one[0] in "，。：！）」…"]
        assert not [one for one in lines[:-1] if one[-1] in "（「"]


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.PDF", Format.PDF), ("a.docx", Format.DOCX), ("a.md", Format.MD), ("a.markdown", Format.MD),
     ("a.html", Format.HTML), ("a.txt", Format.MESSAGE), ("a", Format.MESSAGE)],
)  # fmt: skip
def test_the_ending_names_the_format(name: str, form: Format) -> None:
    """The format is that of the file's ending; what names none is a message."""
    assert format_of(Path(name)) is form
