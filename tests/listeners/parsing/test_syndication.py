"""RSS and Atom as sites write them, and as a stranger would."""

from collections.abc import Callable

import pytest

from listeners.parsing.syndication import MOST_ENTRIES, NoFeed, read_feed
from tests.listeners.growth import GREATEST, growth

RDF = """<rdf:RDF xmlns:rdf="r" xmlns="http://purl.org/rss/1.0/" xmlns:dc="d">
<channel rdf:about="c"><title>站</title></channel><item rdf:about="https://r.example/1">
<title>题</title><link>https://r.example/1</link><dc:date>2026-06-21</dc:date></item></rdf:RDF>"""
ATOM = """<atom:feed xmlns:atom="http://www.w3.org/2005/Atom"><atom:entry><atom:id>a</atom:id>
<atom:title>题</atom:title><atom:link rel="self" href="https://s.example"/>
<atom:link href="https://a.example/1"/><atom:source><atom:title>别处</atom:title></atom:source>
<atom:author><atom:name>张三</atom:name><atom:email>z@a.example</atom:email></atom:author>
<atom:content type="xhtml"><div><p>甲 &lt; 乙</p></div></atom:content></atom:entry></atom:feed>"""
SLOPPY = """<rss><channel><item><title>甲 & 乙&nbsp;\x0b丙</title><guid>https://p.example/9</guid>
<description><![CDATA[<p>A&nbsp;&B</p>]]></description><media:title>图</media:title></item>"""


def test_shapes() -> None:
    """RSS 1.0 and Atom with prefixes give the same fields as RSS 2.0 does."""
    (rdf,) = read_feed(RDF.encode()).entries
    (atom,) = read_feed(ATOM.encode()).entries
    assert rdf == {
        "id": "https://r.example/1", "title": "题", "link": "https://r.example/1",
        "updated": "2026-06-21",
    }  # fmt: skip
    assert atom == {
        "id": "a", "title": "题", "link": "https://a.example/1", "author": "张三 (z@a.example)",
        "content": "<div><p>甲 &lt; 乙</p></div>",
    }  # fmt: skip


def test_sloppy_feeds() -> None:
    """Bare ampersands, entities of HTML and control characters are repaired, CDATA stays."""
    feed = read_feed(SLOPPY.encode())
    assert feed.broken
    assert feed.entries == [{
        "id": "https://p.example/9", "link": "https://p.example/9", "title": "甲 & 乙\xa0丙",
        "summary": "<p>A&nbsp;&B</p>",
    }]  # fmt: skip


@pytest.mark.parametrize("charset", ["gb2312", "GBK", "big5", "utf-16", "windows-1252"])
def test_declared_character_sets(charset: str) -> None:
    """A feed is read in the character set that it declares."""
    text = "é" if charset == "windows-1252" else "茶飲"
    name = "gb18030" if charset.lower().startswith("gb") else charset
    declared = (
        f'<?xml version="1.0" encoding="{charset}"?><rss><item><title>{text}</title></item></rss>'
    )
    assert read_feed(declared.encode(name)).entries == [{"title": text}]


@pytest.mark.parametrize(
    "payload",
    [
        b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><item><title>&a;</title></item></rss>',
        b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><item/></rss>',
        b'<!DOCTYPE rss [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><rss><item/></rss>',
        b'<?xml version="1.0" encoding="punycode"?><html/>',
        b"/dev/zero",
    ],
)
def test_entities_and_names_are_refused(payload: bytes) -> None:
    """A text that declares entities is no feed; neither is a name, whatever stands behind it."""
    with pytest.raises(NoFeed):
        read_feed(payload)


def test_entries_are_bounded() -> None:
    """A feed of more entries than any feed has is cut, and says so."""
    feed = read_feed(b"<rss>" + b"<item/>" * (MOST_ENTRIES + 1))
    assert len(feed.entries) == MOST_ENTRIES
    assert "more than" in feed.broken


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "open CDATA": lambda n: b"<rss><item><title>" + b"<![CDATA[" * n,
    "ampersands": lambda n: b"<rss><item><title>" + b"&" * n,
    "half entities": lambda n: b"<rss><item><title>" + b"&#" * n,
    "nested": lambda n: b"<rss>" + b"<a>" * n,
    "nested in a field": lambda n: b"<rss><item><author>" + b"<name>" * n,
    "attributes": lambda n: b"<rss " + b" ".join(b"a%d=''" % i for i in range(n)) + b"/>",
    "declarations": lambda n: b"<?xml " + b" encoding" * n,
    "one long text": lambda n: b"<rss><item><title>" + b"a" * n,
    "processing instructions": lambda n: b"<rss>" + b"<?" * n,
    "content model": lambda n: b"<!DOCTYPE rss [<!ELEMENT a " + b"(" * n,
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_costs_linear_time(make: Callable[[int], bytes]) -> None:
    """Whatever a stranger writes costs in proportion to its length: 20 kB never stop a process."""

    def work(size: int) -> None:
        try:
            read_feed(make(size))
        except NoFeed:
            return

    assert growth(work, 50_000) < GREATEST
