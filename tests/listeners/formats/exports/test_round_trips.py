"""Posts as their exporters write them come back as they were, and what is spoiled has a reason."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.formats.read import UnknownFormat, read_file
from records import Post, Rejected
from tests.listeners.formats.exports.writers import ALL, FIRST, MINUTE, Writer, Written
from tests.listeners.samples import FETCHED_AT

SLOW = settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
# Words as people write them; what no exporter lets through (controls) is left out.
SIGNS = st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"])
WORDS = st.text(st.one_of(SIGNS, st.sampled_from('，。",;|\n#@<&👩🧋')), min_size=1, max_size=40)
COUNTS = st.integers(0, 10**9)
TABLES = [name for name in ALL if name.lower().endswith(("csv", "xlsx"))]


def is_plain(words: str) -> bool:
    """Return whether `words` have what no reader takes for anything but the words of a post."""
    text = unicodedata.normalize("NFKC", words).strip()
    return words == words.strip() and len(text) > 1 and "转发" not in text and text[:2] != "//"


@st.composite
def written(draw: st.DrawFn) -> list[Written]:
    """Draw posts, each at its own minute."""
    texts = draw(st.lists(WORDS.filter(is_plain), min_size=1, max_size=6))
    minutes = draw(st.lists(st.integers(0, 60_000), min_size=len(texts), max_size=len(texts)))
    counts = draw(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=len(texts),
                           max_size=len(texts)))  # fmt: skip
    return [
        Written(number, f"第{number}条{text}", FIRST + minutes[number] * MINUTE, *counts[number])
        for number, text in enumerate(texts)
    ]


def read(tmp_path: Path, content: bytes) -> list[Post | Rejected]:
    path = tmp_path / "file"
    path.write_bytes(content)
    return list(read_file(path, fetched_at=FETCHED_AT))


@pytest.mark.parametrize("name", ALL)
@SLOW
@given(posts=written())
def test_read_back_equal(tmp_path: Path, name: str, posts: list[Written]) -> None:
    """Random posts that an exporter wrote come back with their ids, words, times and counts."""
    writer = ALL[name]
    found = read(tmp_path, writer.file([writer.fields(post) for post in posts]))
    assert [one.key for one in found if isinstance(one, Post)] == [*map(writer.key, posts)]
    for one, post in zip(found, posts, strict=True):
        assert isinstance(one, Post)
        assert one.text == post.text
        assert one.published_at == post.at
        assert (one.likes, one.comments) in {
            (post.likes, post.comments), (None, post.comments)}  # fmt: skip
        assert one.reposts in {post.reposts, None}


@pytest.mark.parametrize("name", TABLES)
@SLOW
@given(posts=written(), data=st.data())
def test_columns_in_disorder(
    tmp_path: Path, name: str, posts: list[Written], data: st.DataObject
) -> None:
    """Reordered columns change nothing; a lack is named, or costs its rows with a reason."""
    writer = ALL[name]
    rows = [writer.fields(post) for post in posts]
    columns = data.draw(st.permutations([*rows[0]]))
    gone = data.draw(st.sets(st.sampled_from(columns), max_size=2))
    renamed = data.draw(st.sets(st.sampled_from(columns), max_size=1))
    kept = [one for one in columns if one not in gone]
    names = {one: f"{one}甲" if one in renamed else one for one in kept}
    changed = [{names[one]: row[one] for one in kept} for row in rows]
    try:
        found = read(tmp_path, writer.file(changed))
    except UnknownFormat:
        assert gone or renamed
        return
    if isinstance(found[0], Rejected) and found[0].reason.startswith("sheet "):
        assert gone or renamed
        assert len(found) == 1
        return
    assert len(found) == len(rows)
    whole = writer_keys(writer, posts)
    for one, key in zip(found, whole, strict=True):
        if isinstance(one, Rejected):
            assert one.reason
        elif not gone and not renamed:
            assert one.key == key
    if not gone and not renamed:
        assert all(isinstance(one, Post) for one in found)


def writer_keys(writer: Writer, posts: list[Written]) -> list[str]:
    return [writer.key(post) for post in posts]


def as_spreadsheet(cell: Any) -> str:
    """Return what a spreadsheet saves of a cell: long numbers rounded, times in its own form."""
    text = str(cell).strip()
    if text.isdecimal() and len(text) > 11:
        return f"{float(text):.5E}"
    day, sign, clock = text.partition(" ")
    if sign and len(day) == 10 and day[4] == "-" and ":" in clock:
        year, month, date = map(int, day.split("-"))
        return f"{year}/{month}/{date} {clock[:5].lstrip('0') or '0'}"
    return text


@pytest.mark.parametrize("name", TABLES)
@SLOW
@given(posts=written(), data=st.data())
def test_cells_as_a_spreadsheet_saves_them(
    tmp_path: Path, name: str, posts: list[Written], data: st.DataObject
) -> None:
    """Whatever cells a spreadsheet spoils, a row is its own post still, or refused."""
    writer = ALL[name]
    rows = [writer.fields(post) for post in posts]
    spoiled = data.draw(st.sets(st.sampled_from([*rows[0]])))
    changed = [
        {one: as_spreadsheet(cell) if one in spoiled else cell for one, cell in row.items()}
        for row in rows
    ]
    found = read(tmp_path, writer.file(changed))
    assert len(found) == len(posts)
    for one, key in zip(found, writer_keys(writer, posts), strict=True):
        if isinstance(one, Rejected):
            assert one.reason
        else:
            assert one.key == key
