"""Files as they are: compressed, in other character sets, broken, foreign."""

import csv
import gzip
import io
import json
import lzma
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from listeners.formats import FORMATS, items
from listeners.formats.read import UnknownFormat, read_file
from listeners.parsing.bytes import encoding_of
from records import Post, Rejected
from tests.listeners.samples import (
    FETCHED_AT,
    SEARCH_HEADER,
    json_lines,
    mblog,
    own,
    posts,
    read,
    reasons,
    record,
    search_answer,
    search_row,
    table,
)

DATA = Path(__file__).parents[4] / "shared" / "data"
WHOLE = table(search_row(), search_row(id="4673732523857438", 微博正文="再也不来了，\n真的"))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
@pytest.mark.parametrize("name", ["a.csv", "a.bin", "a.gz"])
def test_compressed(tmp_path: Path, pack: Callable[[bytes], bytes], name: str) -> None:
    """Compression and format follow from the content; the name does not matter."""
    assert len(posts(read(tmp_path, pack(WHOLE), name))) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize(
    "content", [WHOLE[3:], json_lines(own(), own(id="8")), json.dumps([own()] * 2).encode()]
)
def test_character_sets(tmp_path: Path, content: bytes, encoding: str) -> None:
    """Tables, lines and arrays are read in every character set that exports come in."""
    plain = read(tmp_path, content, "plain")
    if content.startswith(b"["):
        content = json.dumps(json.loads(content), ensure_ascii=False).encode()
    found = posts(read(tmp_path, content.decode().encode(encoding)))
    assert found == plain


def test_broken_row(tmp_path: Path) -> None:
    """A row with broken UTF-8 is repaired with a note; its neighbours are untouched."""
    torn = table(search_row(id="11"), search_row(id="12"), search_row(id="13")).split(b"\n")
    torn[2] = torn[2].replace("虫子".encode(), "虫子".encode()[:-1])
    found = posts(read(tmp_path, b"\n".join(torn)))
    assert [post.id for post in found] == ["11", "12", "13"]
    assert [post.notes for post in found] == [(), (items.REPLACED,), ()]


@pytest.mark.parametrize(
    "broken", [b'"\xff\xfe"', b'"\\ud83d"', b'"\\ude00 x"', b'"\\ud83d\\ud83d\\ude00"']
)
def test_broken_characters(tmp_path: Path, broken: bytes) -> None:
    """Half an emoji or broken UTF-8 in JSON is replaced with a note."""
    line = json_lines(own(id="8")).replace('"门店态度很差"'.encode(), broken)
    good, repaired = posts(read(tmp_path, json_lines(own()) + line))
    assert good.notes == ()
    assert repaired.notes == (items.REPLACED,)
    assert "\ufffd" in repaired.text
    repaired.text.encode()


def test_nul(tmp_path: Path) -> None:
    """NUL bytes cost at most their own row."""
    rows = table(search_row(id="11", 微博正文="a\x00b"), search_row(id="12"))
    assert [post.id for post in posts(read(tmp_path, rows))] == ["11", "12"]
    lines = json_lines(own(text="x")).replace(b'"x"', b'"\0"') + json_lines(own())
    assert reasons(read(tmp_path, lines)) == ["broken JSON"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "broken JSON"), (b"[1]", "not an object"), (b"5", "not an object"),
        (b"null", "not an object"), (b"\xff", "broken JSON"),
        (b'{"a":' * 100_000, "nested too deeply"), (b"[" * 100_000, "not an object"),
    ],
)  # fmt: skip
def test_bad_lines(tmp_path: Path, line: bytes, reason: str) -> None:
    """A bad line is rejected alone, wherever it stands."""
    found = read(tmp_path, b"\n".join([json_lines(own()), b"", line, json_lines(own(id="8"))]))
    assert [type(item) for item in found] == [Post, Rejected, Post]
    assert reasons(found) == [reason]


def test_bad_first_line(tmp_path: Path) -> None:
    """A file is recognised though its first line is broken."""
    found = read(tmp_path, b'{"source": "forum", "te\n' + json_lines(own()))
    assert [type(item) for item in found] == [Rejected, Post]


def test_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line longer than any item costs itself, and never memory."""
    for module in ("parsing.bytes", "formats.items", "parsing.csv_rows"):
        monkeypatch.setattr(f"listeners.{module}.GREATEST_LINE", 2000)
    long = json_lines(own(text="哈" * 5000))
    found = read(tmp_path, json_lines(own()) + long + json_lines(own(id="8")))
    assert [type(item) for item in found] == [Post, Rejected, Post]
    rows = table(search_row(), search_row(微博正文="哈" * 5000), search_row())
    assert reasons(found) == reasons(read(tmp_path, rows)) == ["line too long"]


@pytest.mark.parametrize("size", [items.GREATEST_WHOLE, 10])
@pytest.mark.parametrize(
    ("end", "reason"), [("]", []), ("", ["the JSON array breaks off"]),
                        (', 5, {"x"', ["not an object", "the JSON array breaks off"])],
)  # fmt: skip
def test_arrays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, end: str, reason: list[str]
) -> None:
    """An array gives its members, whole or as a stream, up to where it breaks off."""
    monkeypatch.setattr(items, "GREATEST_WHOLE", size)
    text = json.dumps([own(likes=1), own(id="8")])[:-1] + end
    found = read(tmp_path, text.encode())
    assert [item.id for item in found if isinstance(item, Post)] == ["7", "8"]
    assert reasons(found) == reason


def test_torn_archive(tmp_path: Path) -> None:
    """A compressed file that was cut gives what can be read, and says that it breaks off."""
    content = json_lines(
        *(own(id=str(number), text=f"{number * 7919}") for number in range(20_000))
    )
    found = read(tmp_path, gzip.compress(content)[:-5000])
    assert len(found) > 1000
    assert reasons(found) == ["the file breaks off: EOFError"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty"), (b"\n \n", "empty"), (b"\xef\xbb\xbf", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary data"),
        (b"hello\nworld\n", "a text that is no table"),
        (b"a,b,c\n1,2,3\n", "a table with the columns a, b, c"),
        (b'{"a": 1, "b": 2}\n', "a JSON Lines with the keys a, b"),
        (b'{\n"a": 1}', "a JSON object with the keys a"),
        (b'[{"a": 1}]', "a JSON array with the keys a"), (b"[]", "a JSON array with no keys"),
        (b"[1, 2]", "a JSON array with no keys"), (b"{", "a JSON object with no keys"),
        (b"\x1f\x8bnonsense", "cannot be decompressed"),
        (b"<html><body>login</body></html>", "a text that is no table"),
    ],
)  # fmt: skip
def test_unknown(tmp_path: Path, content: bytes, found: str) -> None:
    """A foreign file is refused at once: what was expected, what was found, and in which file."""
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(UnknownFormat) as caught:
        read_file(path, fetched_at=FETCHED_AT)
    assert found in str(caught.value)
    assert str(path) in str(caught.value)
    if "decompressed" not in found:
        assert all(known.name in str(caught.value) for known in FORMATS)


def test_missing(tmp_path: Path) -> None:
    """A file that is not there is an error of the file system, at once."""
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "none", fetched_at=None)


def test_seen_at(tmp_path: Path) -> None:
    """What is rejected was seen when the file was fetched or, as of then, when it was written."""
    (rejected,) = read(tmp_path, table(search_row(id="")))
    assert getattr(rejected, "seen_at", None) == FETCHED_AT
    (rejected,) = read(tmp_path, table(search_row(id="")), fetched_at=None)
    written = (tmp_path / "file").stat().st_mtime
    assert getattr(rejected, "seen_at", FETCHED_AT).timestamp() == pytest.approx(written)


def test_same_post_same_key(tmp_path: Path) -> None:
    """The same post from a table and from a recording has the same key."""
    (row,) = posts(read(tmp_path, table(search_row())))
    (card,) = posts(read(tmp_path, json_lines(record(search_answer(mblog())))))
    assert row.key == card.key


def test_flat_memory(tmp_path: Path) -> None:
    """Memory does not grow with the file."""
    path = tmp_path / "large"
    path.write_bytes(table(*(search_row() for _ in range(20_000))))
    tracemalloc.start()
    count = sum(1 for _ in read_file(path, fetched_at=FETCHED_AT))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < path.stat().st_size / 2


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data is not here")
def test_real_search_export() -> None:
    """A real weibo-search export is read without a loss, though its columns are not all there."""
    found = posts(read_file(DATA / "weibo_search_tcl_2021.csv.xz", fetched_at=None))
    assert len(found) == 440
    assert len({post.key for post in found}) == 440
    assert Counter(post.kind for post in found) == {"post": 410, "repost": 30}
    assert not [post for post in found if post.notes or not post.text or not post.author]
    assert all(post.fetched_at == post.published_at for post in found)


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data is not here")
def test_real_snapshots() -> None:
    """Posts that were polled again and again keep the time of every poll, after publication."""
    path = DATA / "weibo_hottopic_snapshots_2023-05.csv.xz"
    found = posts(read_file(path, fetched_at=None))
    assert len(found) == 25_456
    assert len({post.key for post in found}) == 17_041
    assert not [post for post in found if post.fetched_at < post.published_at]


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_delimiters(tmp_path: Path, delimiter: str, encoding: str) -> None:
    """A table parted by TAB, semicolon or bar is read as one parted by commas is."""
    rows = [SEARCH_HEADER, search_row(微博正文="一;二|三,四\t五"), search_row(id="12", bid="")]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    found = posts(read(tmp_path, text.getvalue().encode(encoding)))
    assert [post.text for post in found] == ["一;二|三,四\t五", "奶茶里喝出一只虫子"]


def shown_as(raw: bytes, wrong: str) -> str:
    """Return what a program shows of bytes in another character set; it keeps unknown ones."""
    if wrong == "gb18030":
        return raw.decode(wrong, "replace")
    return "".join(bytes([byte]).decode(wrong, "ignore") or chr(byte) for byte in raw)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("gb18030", "utf-8"), ("latin-1", "utf-8"), ("cp1252", "utf-8"), ("latin-1", "gb18030")],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_in_a_wrong_character_set(tmp_path: Path, wrong: str, right: str, mark: str) -> None:
    """What was misread and saved so is put right, with a note; what was lost is marked."""
    rows = [search_row(id=str(number), bid="", 微博正文=f"第{number}次喝出虫子，客服推诿不理")
            for number in range(11, 19)]  # fmt: skip
    spoiled = shown_as(table(*rows)[3:].decode().encode(right), wrong)
    found = posts(read(tmp_path, (mark + spoiled).encode()))
    assert len(found) == 8
    assert sum("虫子" in post.text for post in found) >= 6
    assert all(post.likes == 5 for post in found)
    assert {post.notes for post in found} <= {(items.MISREAD,), (items.REPLACED,)}


def test_sound_texts_are_left_alone(tmp_path: Path) -> None:
    """Sound Chinese, French and emoji are never taken for misread ones."""
    texts = (
        "联通联通联通联通联通",
        "C’est déjà très élégant, où ça ?",
        "🧋👩" * 8,
        "한국어 텍스트 문장",
    )
    for text in texts:
        found = posts(read(tmp_path, json_lines(own(text=text), own(id="8", text="好喝"))))
        assert found[0].text == text
        assert found[0].notes == ()


def test_big5() -> None:
    """A table in Big5 is not taken for one in GB 18030."""
    text = "source,id,text\n" + "forum,1,門市態度很差，喝到蟲子，投訴無門\n" * 3
    assert encoding_of(text.encode("big5hkscs"))[0] == "big5hkscs"
    simplified = "source,id,text\n" + "forum,1,门店态度很差，喝出虫子，投诉无门\n" * 3
    assert encoding_of(simplified.encode("gb18030"))[0] == "gb18030"
