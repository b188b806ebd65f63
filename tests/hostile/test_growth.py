"""What a stranger sends costs in proportion to its length, whatever it is made of.

Each reader gets each pattern at two lengths, the greater as long as a text may be. Processor time
of this process alone is compared; only the slow suite does it.
"""

import io
import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import pytest

from listeners.errors import ListenerError
from listeners.formats.detect import layout_of
from listeners.formats.format import Reading
from listeners.formats.items import Items
from listeners.formats.read import UnknownFormat, parse_items
from listeners.parsing.fields import GREATEST_TEXT, read_region
from listeners.parsing.times import read_time
from listeners.sources.webhook import parse
from nlp.brands.matcher import BrandMatcher, BrandSettings
from nlp.brands.unnamed import unnamed
from nlp.complaints.pain_points import complained_of
from nlp.complaints.rules import screen
from nlp.dedup.index import signatures
from nlp.dedup.spam import advert_reason
from nlp.sentiment.registry import LINEAR, load_model
from nlp.stance import read
from nlp.text.evasion import meant
from nlp.text.keywords import extract
from nlp.text.normalise import fold, normalise
from nlp.topics.headlines import tells_of_trouble
from store.tokens import tokens

NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
TIMES: Final = 4
# Linear is 4, the square 16. What takes less than the floor at a quarter is nobody's tool.
GREATEST: Final = 10.0
FLOOR: Final = 0.08
# Of processor time: what takes longer is not linear.
PATIENCE: Final = 30.0

PATTERNS: Final = (
    *("a", " ", "\n", "\r", "\t,", "1", "1.", "４", "_", "-", "a-", ".", "+", "=", ";", "*", "~"),
    *("[", "[啊", "#", "#a ", "@", "//@a:", "转发微博//@", "(", "（", "“", "「", "\\", '"', ","),
    *('a,"', "<", "<a ", "<a href='", "<!--", "&", "&#1", "http://a", "?", "！？", "\u200b"),
    *("啊", "哈", "不", "不是不", "暖", "㐀", "但是", "比", "如果", "应该", "😀", "e\u0301"),
    *(
        "抽奖转发关注",
        "售后电话",
        "4-0-0-1-",
        "云朵茶饮",
        "云朵茶饮和",
        "退款#@[",
        "2026-",
        "\u00a0 ",
    ),
    *("{", '{"a":', "[1,", "{}\n", "null,", "0x", "1e9,", "年月日", "小时前"),
)
BRANDS: Final = (
    BrandSettings(name="云朵茶饮", aliases=("云朵",), ambiguous=("云朵",), context=("奶茶",)),
)
HEAD: Final = "id,user_id,昵称,微博正文,发布时间,微博id,bid,转发数,评论数,点赞数,用户昵称\n"
READING: Final = Reading("f", NOW, NOW)


def file(text: str) -> None:
    stream = io.BytesIO(text.encode())
    for _ in parse_items(Items(stream, layout_of(stream, "f")), READING):
        pass


def stance(text: str) -> None:
    matcher = BrandMatcher(BRANDS)
    seen = normalise(f"云朵茶饮{text}")
    matches = matcher.match(seen)
    for one in matches:
        read(seen, one, [other for other in matches if other is not one])
    unnamed(seen.own, [span for one in matches for span in one.spans])


def post_line(**fields: str) -> str:
    post = {"source": "a", "id": "1", "text": "x", "published_at": "2026-03-01T00:00:00Z"}
    return json.dumps(post | fields, ensure_ascii=False) + "\n"


READERS: Final[dict[str, Callable[[str], object]]] = {
    "normalise": normalise,
    "fold": fold,
    "evasion": meant,
    "keywords": extract,
    "advertising": lambda text: advert_reason(normalise(f"抽奖{text}", f"电话{text}")),
    "signature": lambda text: signatures([text]),
    "complaint": lambda text: screen(text, 0.5, is_complaint=True, threshold=0.5, least=0.1),
    "pain points": lambda text: complained_of([text]),
    "brands": lambda text: BrandMatcher(BRANDS).match(normalise(text)),
    "stance": stance,
    "sentiment": lambda text: load_model(LINEAR, 0.5).score([text]),
    "headline": tells_of_trouble,
    "search": tokens,
    "file": file,
    "CSV": lambda text: file(HEAD + text),
    "CSV cell": lambda text: file(f'{HEAD}1,1,a,"{text.replace(chr(34), "")}",2026-01-01,1,b\n'),
    "JSON text": lambda text: file(post_line(text=text)),
    "JSON time": lambda text: file(post_line(published_at=text)),
    "JSON array": lambda text: file(f"[{text}"),
    "push": lambda text: list(parse(text.encode(), READING)),
    "region": read_region,
    "time": lambda text: read_time(text, NOW),
}


class TooLong(BaseException):
    """A reading took more processor time than anything linear does."""


@contextmanager
def bounded() -> Iterator[None]:
    """End what takes too long."""

    def end(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def cost(reader: Callable[[str], object], text: str) -> float:
    """Return the processor time of one reading; that it is refused is an answer too."""
    began = time.process_time()
    try:
        with bounded():
            reader(text)
    except (ValueError, LookupError, UnknownFormat, ListenerError):
        pass
    except TooLong:
        return PATIENCE
    return time.process_time() - began


def grows_faster(reader: Callable[[str], object], pattern: str) -> bool:
    """Say whether a reading costs more than in proportion, by the best of up to three tries."""
    long = pattern * (GREATEST_TEXT // len(pattern))
    short = long[: len(long) // TIMES]
    for _ in range(3):
        small = cost(reader, short)
        if small < FLOOR or cost(reader, long) <= GREATEST * small < PATIENCE:
            return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_cost_grows_with_length(name: str) -> None:
    """Two hundred thousand characters of any pattern cost some four times what a quarter does."""
    reader = READERS[name]
    cost(reader, "暖")  # what it loads is not counted
    assert [pattern for pattern in PATTERNS if grows_faster(reader, pattern)] == []


@pytest.mark.slow
def test_square_is_seen() -> None:
    """The comparison tells a square from a line."""

    def squared(text: str) -> None:
        for at in range(0, len(text), 5):
            text[at:].replace("a", "b")

    assert grows_faster(squared, "a")
