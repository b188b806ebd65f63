"""Fields as sources write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.parsing import fields


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (12, 12), (0, 0), ("12", 12), (" 12 ", 12), ("1,234", 1234), ("1.2万", 12_000),
        ("1.3亿", 130_000_000), ("100万+", 1_000_000), ("10w+", 100_000), ("1.5k", 1500),
        ("3千", 3000), (12.0, 12), ("12.0", 12), ("", None), (None, None), ("None", None),
        ("转发", 0), ("评论", 0), ("赞", 0), (True, None),
    ],
)  # fmt: skip
def test_count(value: object, count: int | None) -> None:
    """Counts are numbers, texts, and texts in tens of thousands; a bare button means zero."""
    assert fields.read_count(value) == count


@pytest.mark.parametrize(
    "value", ["很多", "-1", -1, 10**13, "9" * 30, "99999999亿", [], {}, float("nan"), float("inf")]
)
def test_no_count(value: object) -> None:
    """What is no count is left empty, and the notes say so."""
    notes: list[str] = []
    assert fields.count_or_note(value, "likes", notes) is None
    assert notes[0].startswith("likes: unreadable count")


@pytest.mark.parametrize(
    ("value", "identity"),
    [
        ("4673732523857438\t", "4673732523857438"), (4673732523857438, "4673732523857438"),
        ("\ufeff12", "12"), ("12.0", "12"), ("'12", "12"), ("", ""), (None, ""), ("nan", ""),
        (True, ""), (-5, ""), (10**30, ""), ("a b", ""), ("a\x00b", ""), ([], ""), ("x" * 201, ""),
    ],
)  # fmt: skip
def test_id(value: object, identity: str) -> None:
    """An id loses what spreadsheets add to it; what cannot be one is empty."""
    assert fields.read_id(value) == identity


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("发布于 广东", "广东"),
        ("来自广东", "广东"),
        ("IP属地：广东", "广东"),
        ("广东", "广东"),
        ("", ""),
    ],
)
def test_region(written: str, region: str) -> None:
    """A region loses the words before it."""
    assert fields.read_region(written) == region


def test_wrong_type() -> None:
    """A text of another type is empty with a note; a number is its digits."""
    notes: list[str] = []
    assert fields.text_or_note({"a": 1}, "text", notes) == ""
    assert fields.text_or_note(12, "title", notes) == "12"
    assert notes == ["text: not a text"]


def test_endless_text() -> None:
    """A text longer than any post is cut, with a note."""
    notes: list[str] = []
    assert len(fields.text_or_note("哈" * 300_000, "text", notes)) == fields.GREATEST_TEXT
    assert notes == ["text: cut after 200000 characters"]


@given(st.one_of(st.text(), st.integers(), st.floats(), st.lists(st.integers()), st.none()))
def test_shortened(value: object) -> None:
    """What stands in a reason is short and printable, whatever it was."""
    text = fields.shortened(value)
    assert len(text) <= 41
    assert text.isprintable()
