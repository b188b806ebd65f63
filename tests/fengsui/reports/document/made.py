"""Reports that tests write: one of hostile texts, and what a PDF says."""

import re
import zlib
from collections.abc import Iterator

from fengsui.reports.document.model import (
    Chart,
    Column,
    Document,
    Listing,
    Paragraph,
    Row,
    Section,
    Sentence,
    Source,
    Table,
)
from records import Level

KEY = "weibo:1](http://evil.example)"
URL = "https://weibo.example/1"
HOSTILE = (
    '=HYPERLINK("http://evil.example","x") <script>alert(1)</script> <img src=x onerror=y> '
    "[link](http://evil.example) ![p](http://evil.example/p.png) <http://evil.example> |cell| "
    "https://evil.example www.evil.example a@evil.example <!channel> @all $x^2$ {{7*7}} "
    "{% raw %} &lt;b&gt; *粗* _斜_ ~~删~~ `code` \u202egnp.exe\u202c\u200b\x00\x07\x1b[31m\r\n"
    "# 标题\n- 项\t<!-- "
)
# A PNG of one pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8ffff3f0005fe02fea73581e20000000049454e44ae426082"
)


def hostile(text: str = HOSTILE) -> Document:
    """Return a report every text of which is hostile."""
    said = Sentence(text, (KEY, "weibo:gone"), Level.RED)
    table = Table(
        (Column(text, 3), Column("n", 1, numeric=True)),
        (Row((said, Sentence(text)), said), Row((said, Sentence("12")), said)),
    )
    blocks = (Paragraph((said, said)), Listing((said,)), table, Chart(PNG, said))
    return Document(
        "zh",
        title=Sentence(text).text,
        subtitle=Sentence(text).text,
        lead=(said,),
        sections=(Section("all", Sentence(text).text, blocks),),
        sources={
            KEY: Source(KEY, text, text, URL, quoted=True, role="最差"),
            "weibo:gone": Source("weibo:gone", text, text, "javascript:alert(1)"),
        },
        level=Level.RED,
    )


def pdf_text(content: bytes) -> str:
    """Return the text of all pages of a PDF in one font, in the order in which it is drawn."""
    streams = [*_streams(content)]
    glyphs = next(_glyphs(one) for one in streams if b"beginbf" in one)
    drawn = [one for one in streams if b" Tj" in one]
    return "\n".join(_said(text, glyphs) for one in drawn for text in _strings(one))


def _streams(content: bytes) -> Iterator[bytes]:
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            yield found[1]


def _glyphs(table: bytes) -> dict[int, str]:
    """Return the signs by the numbers that stand for them."""
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, sign in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(sign.decode()).decode("utf-16-be")
    return found


def _strings(stream: bytes) -> Iterator[bytes]:
    for found in re.finditer(rb"\(((?:\\.|[^\\()])*)\) Tj", stream, re.DOTALL):
        yield re.sub(rb"\\(.)", _unescaped, found[1], flags=re.DOTALL)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(found[1], found[1])


def _said(text: bytes, glyphs: dict[int, str]) -> str:
    codes = (int.from_bytes(text[at : at + 2]) for at in range(0, len(text), 2))
    return "".join(glyphs.get(code, "") for code in codes)
