"""fengsui's own JSON Lines."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from records import Account, Post, PostKind
from tests.listeners.samples import MID_TIME, json_lines, own, posts, read, reasons

DOCUMENT = Path(__file__).parents[3] / "docs" / "formats.md"


def test_whole_post(tmp_path: Path) -> None:
    """A post that is written as JSON comes back as it was."""
    post = Post(
        source="forum", id="7", url="https://forum.example/7", kind=PostKind.COMMENT,
        author="小 满", text="门店态度很差", published_at=MID_TIME,
        fetched_at=datetime(2026, 6, 22, tzinfo=UTC),
        author_name="小满", followers=1, reposts=2, comments=3, likes=4, parent="forum:6",
        quoted="原文", region="广东", account=Account.MEDIA,
    )  # fmt: skip
    assert posts(read(tmp_path, msgspec.json.encode(post) + b"\n")) == [post]


def test_shortest_post(tmp_path: Path) -> None:
    """Four fields are enough; a time without a zone is Beijing's."""
    (post,) = posts(read(tmp_path, json_lines(own()), fetched_at=None))
    assert (post.kind, post.published_at, post.fetched_at) == (PostKind.POST, MID_TIME, MID_TIME)


@pytest.mark.parametrize("kind", list(PostKind))
def test_kinds(tmp_path: Path, kind: PostKind) -> None:
    """Every kind of a post can be written."""
    assert posts(read(tmp_path, json_lines(own(kind=kind.value))))[0].kind is kind


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"source": ""}, "no source"), ({"source": "a:b"}, "unreadable source: a:b"),
        ({"id": None}, "no id"), ({"text": None}, "no text"), ({"text": 5}, "no text"),
        ({"published_at": None}, "no time"), ({"published_at": "昨天"}, "unreadable time: 昨天"),
        ({"kind": "rumour"}, "unknown kind: rumour"), ({"kind": []}, "unknown kind: []"),
    ],
)  # fmt: skip
def test_rejected(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    """A line that lacks what is required is rejected with its reason and its number."""
    found = read(tmp_path, json_lines(own(), own(**fields)))
    assert reasons(found) == [reason]
    assert [getattr(item, "position", None) for item in found] == [None, 2]


def test_notes(tmp_path: Path) -> None:
    """Optional fields that cannot be read are left empty with a note."""
    odd = own(likes="?", url=[], fetched_at="?", extra=1, account="vip")
    (post,) = posts(read(tmp_path, json_lines(odd)))
    assert post.account is Account.UNKNOWN
    assert "account: unknown vip" in post.notes
    assert (post.likes, post.url) == (None, "")
    assert len(post.notes) == 4


def test_documented() -> None:
    """Every field and every kind stands in docs/formats.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    names = {field.name for field in dataclasses.fields(Post)} - {"notes"}
    assert [name for name in sorted(names | set(PostKind)) if f"`{name}`" not in text] == []
