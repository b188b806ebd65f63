"""Payloads in the shapes of the sources, with words of our own."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from listeners.formats.read import read_file
from records import Post, Rejected


def names(header: str) -> list[str]:
    """Return the names in a header, which are parted by commas."""
    return header.split(",")


FETCHED_AT = datetime(2026, 6, 21, 14, 0, tzinfo=UTC)
# 2026-06-21 21:19:45 in Beijing, as a mid and as its bid.
MID = "5312356640895033"
MID_TIME = datetime(2026, 6, 21, 13, 19, 45, tzinfo=UTC)
SEARCH_HEADER = names(
    "id,bid,user_id,用户昵称,微博正文,头条文章url,发布位置,艾特用户,话题,转发数,评论数,点赞数,"
    "发布时间,发布工具,微博图片url,微博视频url,retweet_id,ip,user_authentication,会员类型,会员等级"
)


def search_row(**cells: str) -> list[str]:
    """Return a row of a weibo-search export."""
    row = {"id": MID, "user_id": "1001", "用户昵称": "小满", "微博正文": "奶茶里喝出一只虫子",
           "转发数": "3", "评论数": "4", "点赞数": "5", "发布时间": "2026-06-21 21:19"}  # fmt: skip
    return [{**row, **cells}.get(name, "") for name in SEARCH_HEADER]


def table(*rows: Sequence[str], header: Sequence[str] = SEARCH_HEADER) -> bytes:
    """Return a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode("utf-8-sig")


def mblog(**fields: Any) -> dict[str, Any]:
    """Return a post as the mobile interface sends it."""
    return {
        "id": MID, "mid": MID, "text": "排队两小时 <span><img alt=[怒] /></span>",
        "created_at": "Sun Jun 21 21:19:45 +0800 2026", "reposts_count": 1,
        "comments_count": "1.2万", "attitudes_count": "100万+", "region_name": "发布于 广东",
        "isLongText": False, "number_display_strategy": {"display_text": "100万+"},
        "user": {"id": 1001, "screen_name": "小满", "followers_count": "1.3万"},
        **fields,
    }  # fmt: skip


def search_answer(*mblogs: Any) -> dict[str, Any]:
    """Return an answer of the mobile search."""
    cards = [{"card_type": 9, "mblog": post} for post in mblogs]
    return {"ok": 1, "data": {"cards": cards, "cardlistInfo": {"page": None}}}


def complaint(**fields: Any) -> dict[str, Any]:
    """Return an item of the complaint desk."""
    main = {
        "sn": "17380001234", "title": "云朵茶饮<span class=\"code-red\">异物</span>",
        "summary": "喝到一半发现虫子", "appeal": "退款,赔偿", "issue": "食品安全", "cost": "18.00",
        "cotitle": "云朵茶饮", "timestamp": 1782047985, "url": "//tousu.sina.com.cn/complaint/1/",
        "upvote_amount": 2, "comment_amount": "3", "share_amount": 0,
    }  # fmt: skip
    author = {"title": "小满", "wb_profile": "//weibo.com/u/1001000"}
    return {"main": {**main, **fields}, "author": author}


def desk_answer(*items: Any) -> dict[str, Any]:
    """Return an answer of the complaint desk."""
    return {"result": {"status": {"code": 0, "msg": ""}, "data": {"lists": list(items)}}}


def record(body: Any, **fields: Any) -> dict[str, Any]:
    """Return a recorded answer."""
    url = "https://m.weibo.cn/api/container/getIndex?containerid=100103"
    return {"fetched_at": "2026-06-21T21:30:00+08:00", "url": url, "status": 200, "body": body,
            **fields}  # fmt: skip


def own(**fields: Any) -> dict[str, Any]:
    """Return a line of fengsui's own form."""
    return {"source": "forum", "id": "7", "text": "门店态度很差",
            "published_at": "2026-06-21T21:19:45", **fields}  # fmt: skip


def json_lines(*objects: Mapping[str, Any]) -> bytes:
    """Return a JSON Lines file."""
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects).encode()


def read(
    folder: Path, content: bytes, name: str = "file", fetched_at: datetime | None = FETCHED_AT
) -> list[Post | Rejected]:
    """Return what a file with `content` holds."""
    path = folder / name
    path.write_bytes(content)
    return list(read_file(path, fetched_at=fetched_at))


def posts(found: Iterable[object]) -> list[Post]:
    """Return the posts alone, and fail where anything was rejected."""
    items = list(found)
    rejected = [item.reason for item in items if isinstance(item, Rejected)]
    assert not rejected
    return [item for item in items if isinstance(item, Post)]


def reasons(found: Iterable[object]) -> list[str]:
    """Return why items were rejected."""
    return [item.reason for item in found if isinstance(item, Rejected)]
