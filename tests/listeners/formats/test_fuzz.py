"""Hostile input: whatever comes, parsers give posts or reasons, and the totals add up."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from listeners.errors import ListenerError
from listeners.formats import FORMATS
from listeners.formats.format import UNDECODABLE, Fault, Format, Reading, Unreadable
from listeners.formats.read import UnknownFormat, read_file
from records import Post, Rejected
from tests.listeners.formats.test_mediacrawler import COMMENTS, CONTENTS, item
from tests.listeners.formats.test_weibo import CRAWLER_HEADER, SNAPSHOT_HEADER, SPIDER_HEADER
from tests.listeners.samples import (
    FETCHED_AT,
    complaint,
    desk_answer,
    mblog,
    own,
    record,
    search_answer,
)

READING = Reading("fuzz", FETCHED_AT, FETCHED_AT)
HEADERS = {
    "weibo-crawler CSV": CRAWLER_HEADER,
    "weiboSpider CSV": SPIDER_HEADER,
    "Weibo topic snapshots CSV": SNAPSHOT_HEADER,
    "weibo-search CSV": ["id", "bid", "user_id", "微博正文", "发布时间", "转发数", "retweet_id"],
}
WORDS = st.sampled_from(
    ["", "0", "-1", "1.2万", "昨天25:99", "2026-06-21 21:19", "5312356640895033", "刚刚", "9" * 30,
     "KuW7qgbuK", "a\x00b", "\ufeff", '"', "转发内容: x", "//x", "1782047985000"]
)  # fmt: skip
CELLS = st.one_of(WORDS, st.text(max_size=20))
# NaN and the infinities are no JSON, though Python writes them.
REAL_NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), REAL_NUMBERS, CELLS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
SOUND = [
    own(), record(search_answer(mblog())), record(desk_answer(complaint())),
    search_answer(mblog(retweeted_status=mblog(id="9", mid="9"))), desk_answer(complaint()),
    {"ok": 1, "data": {"data": [mblog()]}}, {"statuses": [mblog()]},
    *(item(content) for content in CONTENTS.values()),
    *(item(comment) for comment in COMMENTS.values()),
]  # fmt: skip


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """Draw a sound payload in which some values, at any depth, are something else."""

    def spoil(value: Any) -> Any:
        if draw(st.integers(0, 9)) == 0:
            return draw(ODD)
        if isinstance(value, dict):
            return {key: spoil(inner) for key, inner in value.items()}
        return [spoil(inner) for inner in value] if isinstance(value, list) else value

    return spoil(draw(st.sampled_from(SOUND)))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spoiled())
def test_payloads(payload: Any) -> None:
    """Every format gives posts, faults or an expected error for every JSON value."""
    line = json.dumps(payload).encode()
    for known in FORMATS:
        assert_parses(line, known)


def assert_parses(content: bytes, known: Format) -> None:
    """See that a format gives sound posts, faults, or an error that it may give."""
    try:
        found = list(known.parse(known.decode(content), READING))
    except (*UNDECODABLE, Unreadable, ListenerError):
        return
    for each in found:
        assert isinstance(each, Post | Fault)
        if isinstance(each, Post):
            assert_sound(each)


def assert_sound(post: Post) -> None:
    assert post.id
    assert 2000 <= post.published_at.year <= 2100
    for text in (post.text, post.author, post.author_name, post.region, post.url, post.quoted):
        assert isinstance(text, str)
    for count in (post.reposts, post.comments, post.likes, post.followers):
        assert count is None or 0 <= count <= 10**12


@pytest.mark.parametrize("name", HEADERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_tables(name: str, data: st.DataObject) -> None:
    """Every row of every table is one post (with its original) or one rejected item."""
    known = next(known for known in FORMATS if known.name == name)
    row = data.draw(st.fixed_dictionaries(dict.fromkeys(HEADERS[name], CELLS)))
    try:
        found = list(known.parse(row, READING))
    except Unreadable:
        return
    assert 1 <= len(found) <= 2
    for each in found:
        assert isinstance(each, Post)
        assert_sound(each)


@settings(
    max_examples=100, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@example([["", "", "", "", "", "\x81@\x81@", "\x81@\x81@©@"]])
@given(st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=5))
def test_totals_of_tables(tmp_path: Path, rows: list[list[str]]) -> None:
    """A table of n rows gives n items, whatever stands in the cells."""
    text, header = io.StringIO(), HEADERS["weibo-search CSV"]
    csv.writer(text).writerows([header, *rows])
    path = tmp_path / "fuzz"
    path.write_bytes(text.getvalue().encode("utf-8", "replace"))
    assert len(list(read_file(path, fetched_at=FETCHED_AT))) == len(rows)


@settings(
    max_examples=150, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(st.one_of(ODD, st.just(own())), max_size=6), st.booleans())
def test_totals_of_json(tmp_path: Path, values: list[Any], as_array: bool) -> None:
    """JSON of n values gives n items, on lines or in an array."""
    path = tmp_path / "fuzz"
    values = [own(), *values]
    lines = json.dumps(values) if as_array else "\n".join(map(json.dumps, values))
    path.write_bytes(lines.encode())
    assert len(list(read_file(path, fetched_at=FETCHED_AT))) == len(values)


def test_an_array_with_what_is_no_json_breaks_off(tmp_path: Path) -> None:
    """What Python writes for NaN is no JSON: what comes before is kept, the rest is rejected."""
    path = tmp_path / "broken.json"
    path.write_text(json.dumps([own(), float("nan"), own()]), "utf-8")
    kept, told = read_file(path, fetched_at=FETCHED_AT)
    assert isinstance(kept, Post)
    assert isinstance(told, Rejected)
    assert "breaks off" in told.reason


@settings(
    max_examples=200, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    st.sampled_from([b"", b"\xff\xfe", b"[", b'{"ok":1,"data":', b"id,\xe5,", b"\x1f\x8b"]),
    st.binary(max_size=200),
)
def test_any_file(tmp_path: Path, start: bytes, content: bytes) -> None:
    """Any bytes are a file of a known format or UnknownFormat, and nothing else."""
    path = tmp_path / "fuzz"
    path.write_bytes(start + content)
    try:
        found = list(read_file(path, fetched_at=FETCHED_AT))
    except UnknownFormat:
        return
    assert all(isinstance(each, Post | Rejected) for each in found)


@settings(
    max_examples=150, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(st.binary(max_size=80), max_size=8), st.sampled_from(list(HEADERS.values())))
def test_broken_tables(tmp_path: Path, lines: list[bytes], header: list[str]) -> None:
    """Behind a sound header any bytes give posts or reasons."""
    path = tmp_path / "fuzz"
    path.write_bytes(b"\n".join([",".join(header).encode(), *lines]))
    for each in read_file(path, fetched_at=FETCHED_AT):
        assert isinstance(each, Post | Rejected)
