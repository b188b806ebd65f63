"""News and forums by RSS and Atom."""

import httpx
import pytest

from listeners.context import ReadContext
from listeners.errors import ListenerError
from listeners.sources.rss import RssSource
from listeners.sources.rss import parse as parse_rss
from records import Post, Window
from tests.listeners.sources.test_sources import HOUR, NOW, READING, START, WINDOW, items
from tests.listeners.weibo_site import MovedClock

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{}</channel></rss>"""
ITEM = """<item><title>云朵茶饮被罚</title><link>https://n.example/1</link><guid>1</guid>
<pubDate>Sun, 21 Jun 2026 01:00:00 GMT</pubDate><description>&lt;p&gt;罚款&lt;/p&gt;</description>
</item>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><title>题</title>
<updated>2026-06-21T09:00:00+08:00</updated><content type="html">文</content></entry></feed>"""


def test_rss_and_atom() -> None:
    """Entries of both forms are posts with title, words, address and time."""
    (rss,) = parse_rss(RSS.format(ITEM).encode(), READING, "news")
    (atom,) = parse_rss(ATOM.encode(), READING, "news")
    assert isinstance(rss, Post)
    assert isinstance(atom, Post)
    assert (rss.text, rss.url) == ("云朵茶饮被罚\n<p>罚款</p>", "https://n.example/1")
    assert rss.published_at == atom.published_at == START + HOUR
    assert atom.text == "题\n文"


@pytest.mark.parametrize("payload", [b"/etc/passwd", b"file:///etc/passwd", b"", b"{}", b"<html>"])
def test_no_feed(payload: bytes) -> None:
    """What is no feed is refused; nothing in it is taken for a file or an address."""
    with pytest.raises(ListenerError):
        list(parse_rss(payload, READING, "news"))


def test_rss_without_time_is_of_when_it_was_first_seen() -> None:
    """An entry without a time keeps that of its first sight, and unchanged feeds are not read."""
    clock = MovedClock(NOW)
    body = RSS.format("<item><title>无时间</title><guid>9</guid></item>").encode()

    def serve(request: httpx.Request) -> httpx.Response:
        if request.headers.get("if-none-match") == '"1"':
            return httpx.Response(304)
        return httpx.Response(200, content=body, headers={"etag": '"0"'})

    source = RssSource(kind="rss", name="news", urls=("https://n.example/feed",))
    shared = ReadContext(clock=clock, sleep=clock.sleep, transport=httpx.MockTransport(serve))
    listener = source.listener(shared)
    (first,), _, _ = items(listener.fetch(WINDOW))
    clock.sleep(900)
    (again,), _, _ = items(listener.fetch(Window(NOW, clock.now)))
    assert first.published_at == again.published_at == NOW
