"""What MediaCrawler writes."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from records import Post, PostKind
from tests.listeners.samples import MID, MID_TIME, json_lines, posts, read, reasons

SEEN = 1782049985000
CONTENTS: dict[str, dict[str, Any]] = {
    "weibo": {"note_id": MID, "content": "好喝", "create_time": 1782076785,
              "create_date_time": "2026-06-21 21:19:45+08:00", "liked_count": "1",
              "comments_count": "2", "shared_count": "3"},
    "xiaohongshu": {"note_id": "66aa", "title": "好喝", "desc": "好喝", "time": 1782047985000,
                    "liked_count": "1", "comment_count": "2", "share_count": "3"},
    "douyin": {"aweme_id": "73", "title": "好喝", "desc": "好喝", "create_time": 1782047985,
               "liked_count": "1", "comment_count": "2", "share_count": "3"},
    "bilibili": {"video_id": "42", "title": "好喝", "desc": "", "create_time": 1782047985,
                 "liked_count": "1", "video_comment": "2", "video_share_count": "3",
                 "video_danmaku": "9"},
    "kuaishou": {"video_id": "3xk", "title": "好喝", "desc": "好喝", "create_time": 1782047985000,
                 "liked_count": "1", "viewd_count": "7"},
}  # fmt: skip
COMMENTS: dict[str, dict[str, Any]] = {
    "weibo": {"comment_id": "501", "note_id": MID, "create_time": 1782076785,
              "create_date_time": "2026-06-21 21:19:45+08:00", "comment_like_count": "4"},
    "xiaohongshu": {"comment_id": "66bb", "note_id": "66aa", "create_time": 1782047985000,
                    "like_count": 4, "parent_comment_id": 0},
    "douyin": {"comment_id": "74", "aweme_id": "73", "create_time": 1782047985, "like_count": 4},
    "bilibili": {"comment_id": "43", "video_id": "42", "create_time": 1782047985, "like_count": 4,
                 "parent_comment_id": "0"},
    "kuaishou": {"comment_id": "75", "video_id": "3xk", "create_time": 1782047985000},
}  # fmt: skip


def item(fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    author = {"user_id": "1001", "nickname": "小满", "ip_location": "广东"}
    return {**fields, **author, "last_modify_ts": SEEN, **more}


def as_csv(*items: dict[str, Any]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(items[0]))
    writer.writeheader()
    writer.writerows(items)
    return text.getvalue().encode("utf-8-sig")


def as_json(*items: dict[str, Any]) -> bytes:
    return json.dumps(items, ensure_ascii=False, indent=4).encode()


WRITERS = {"csv": as_csv, "jsonl": json_lines, "json": as_json}


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("source", CONTENTS)
def test_contents(tmp_path: Path, source: str, form: str) -> None:
    """A content of every platform in every form: its own source, words, time and counts."""
    (post,) = posts(read(tmp_path, WRITERS[form](item(CONTENTS[source]))))
    assert (post.source, post.kind, post.text) == (source, PostKind.POST, "好喝")
    assert (post.author, post.author_name, post.region) == ("1001", "小满", "广东")
    assert post.published_at == MID_TIME
    assert int(post.fetched_at.timestamp()) * 1000 == SEEN
    counts = (1, None, None) if source == "kuaishou" else (1, 2, 3)
    assert (post.likes, post.comments, post.reposts) == counts
    assert post.id in post.url
    assert post.notes == ()


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("source", COMMENTS)
def test_comments(tmp_path: Path, source: str, form: str) -> None:
    """A comment belongs to its content, and its key is not that of a content."""
    content = posts(read(tmp_path, WRITERS[form](item(CONTENTS[source]))))[0]
    comment = item(COMMENTS[source], content="太甜", sub_comment_count="6")
    (post,) = posts(read(tmp_path, WRITERS[form](comment)))
    assert (post.source, post.kind, post.text) == (source, PostKind.COMMENT, "太甜")
    assert (post.parent, post.comments) == (content.key, 6)
    assert post.published_at == MID_TIME


def test_numbers_of_bilibili(tmp_path: Path) -> None:
    """Videos and comments of one number are two posts; an answer belongs to its comment."""
    comment = {**COMMENTS["bilibili"], "comment_id": "42", "parent_comment_id": "41"}
    (post,) = posts(read(tmp_path, json_lines(item(comment, content="x"))))
    assert (post.key, post.parent) == ("bilibili:comment-42", "bilibili:comment-41")


def test_late_create_time(tmp_path: Path) -> None:
    """The time that is eight hours late is not used, even where the right one is missing."""
    fields = {**CONTENTS["weibo"], "create_date_time": ""}
    (post,) = posts(read(tmp_path, json_lines(item(fields))))
    assert post.published_at == MID_TIME
    assert post.notes == ("published_at: repaired from the id",)


def test_masked_author(tmp_path: Path) -> None:
    """In newer files a hash stands for the author."""
    fields = {**CONTENTS["weibo"], "creator_hash": "ab12", "nickname": "小*"}
    (post,) = posts(read(tmp_path, json_lines(fields)))
    assert (post.author, post.author_name) == ("ab12", "小*")


def test_title_and_text(tmp_path: Path) -> None:
    """A title that says something of its own stands before the text."""
    fields = {**CONTENTS["xiaohongshu"], "title": "避雷", "desc": "有异物"}
    assert posts(read(tmp_path, json_lines(fields)))[0].text == "避雷\n有异物"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"note_id": None}, "no id"), ({"time": None}, "no time"), ({"note_id": []}, "no id"),
        ({"time": "?"}, "unreadable time: ?"), ({"time": []}, "unreadable time: []"),
    ],
)  # fmt: skip
def test_rejected(tmp_path: Path, more: dict[str, Any], reason: str) -> None:
    """An item without an id or a time is rejected alone."""
    good, bad = item(CONTENTS["xiaohongshu"]), item(CONTENTS["xiaohongshu"], **more)
    found = read(tmp_path, json_lines(good, bad))
    assert isinstance(found[0], Post)
    assert reasons(found) == [reason]


def test_wrong_types(tmp_path: Path) -> None:
    """Fields of other types leave the post and give notes."""
    odd = {"liked_count": [], "nickname": {}, "last_modify_ts": "?", "desc": 5, "title": None}
    (post,) = posts(read(tmp_path, json_lines(item(CONTENTS["xiaohongshu"], **odd))))
    assert post.text == "5"
    assert {note.partition(":")[0] for note in post.notes} == {"likes", "author_name", "fetched_at"}
