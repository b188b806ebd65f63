"""Any table, by a mapping of its columns: the user's own, or one guessed from their names."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from listeners.formats.format import Format, Reading, Unreadable
from listeners.formats.marks import Marks
from listeners.formats.weibo import table
from listeners.parsing import fields, weibo_ids
from listeners.parsing.ids import is_rounded
from records import Post, PostKind

NEEDED: Final = ("text", "time")
# What a column may be called, the surest name first.
SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("正文", "内容", "全文", "微博正文", "文章内容", "摘要", "內容", "content", "text",
             "full text", "hit sentence", "snippet", "message"),
    "title": ("标题", "題目", "标题/微博内容", "文章标题", "title", "headline"),
    "time": ("发布时间", "发布日期", "发表时间", "日期", "时间", "發布時間", "published", "date",
             "time", "publish time", "publish_time", "created_at"),
    "url": ("原文链接", "链接", "地址", "原文地址", "网址", "文章链接", "url", "link", "href"),
    "id": ("编号", "文章编号", "帖子id", "id", "resource id", "document id"),
    "author": ("作者id", "用户id", "账号id", "author id", "user_id"),
    "author_name": ("作者", "作者昵称", "昵称", "发布者", "账号", "用户昵称", "author",
                    "author name", "influencer"),
    "platform": ("媒体类型", "来源网站", "平台", "来源", "媒体名称", "渠道", "source", "platform"),
    "reposts": ("转发数", "转发量", "转发", "分享数", "shares", "reposts"),
    "comments": ("评论数", "评论量", "评论", "回复数", "comments", "replies"),
    "likes": ("点赞数", "点赞量", "点赞", "赞", "获赞", "likes"),
    "followers": ("粉丝数", "粉丝量", "followers", "reach"),
    "region": ("ip属地", "地域", "地区", "发布地", "省份", "region", "country"),
}  # fmt: skip
# Whose posts they are, by their address or by what a tool calls the medium.
_HOSTS: Final[Mapping[str, str]] = {
    "weibo.c": "weibo", "zhihu.com": "zhihu", "tieba.baidu.com": "tieba", "douyin.com": "douyin",
    "bilibili.com": "bilibili", "xiaohongshu.com": "xiaohongshu", "xhslink.com": "xiaohongshu",
    "toutiao.com": "toutiao", "mp.weixin.qq.com": "wechat", "kuaishou.com": "kuaishou",
    "tousu.sina": "heimao",
}  # fmt: skip
_MEDIA: Final[Mapping[str, str]] = {
    "微博": "weibo", "知乎": "zhihu", "贴吧": "tieba", "抖音": "douyin", "哔哩": "bilibili",
    "bilibili": "bilibili", "小红书": "xiaohongshu", "头条": "toutiao", "微信": "wechat",
    "公众号": "wechat", "快手": "kuaishou", "黑猫": "heimao",
}  # fmt: skip
_WEIBO: Final = re.compile(r"weibo\.c(?:n|om)/(?:status|detail|\d{1,20})/(\w{6,20})")
_COUNTS: Final = ("reposts", "comments", "likes", "followers")


@dataclass(frozen=True, slots=True)
class Profile:
    """Which column stands for which field, and whose posts they are where no address says it."""

    name: str
    columns: Mapping[str, str]
    source: str = "table"
    kind: PostKind = PostKind.POST

    def format(self) -> Format:
        """Return the format of the tables that have these columns."""
        needed = (self.columns[name] for name in NEEDED if name in self.columns)
        marks = Marks(
            tuple(frozenset({name}) for name in needed),
            usual=frozenset(self.columns.values()),
            table=None,
        )
        return Format(self.name, self.source, marks.match, self.parse)

    def parse(self, row: Mapping[str, Any], reading: Reading) -> Iterator[Post]:
        """Yield the post of a row.

        Raises:
            Unreadable: it has no words, no time, or an id that is rounded.
        """
        notes: list[str] = []
        cells = {field: row.get(column) for field, column in self.columns.items()}
        text = {
            name: fields.text_or_note(cells.get(name), name, notes).strip()
            for name in ("title", "text", "url", "platform", "author_name", "region")
        }
        words = _words(text["title"], text["text"])
        if not words:
            raise Unreadable("no text")
        source = _source(text["url"], text["platform"]) or self.source
        author = fields.read_id(cells.get("author")) or text["author_name"]
        identity = _identity(cells.get("id"), text["url"], source, notes)
        at = _time(cells.get("time"), identity, source, reading, notes)
        counts = {name: fields.count_or_note(cells.get(name), name, notes) for name in _COUNTS}
        yield Post(
            source=source,
            id=identity or _digest(text["url"], author, at.isoformat(), words),
            url=text["url"] if text["url"].startswith(("https://", "http://")) else "",
            kind=self.kind,
            author=author,
            text=words,
            published_at=at,
            fetched_at=reading.fetched(at),
            author_name=text["author_name"],
            region=fields.read_region(text["region"]),
            notes=tuple(notes),
            reposts=counts["reposts"],
            comments=counts["comments"],
            likes=counts["likes"],
            followers=counts["followers"],
        )


def _words(title: str, text: str) -> str:
    return text if text.startswith(title.rstrip("….")) else f"{title}\n{text}".strip()


def _source(url: str, medium: str) -> str:
    by_host = next((name for host, name in _HOSTS.items() if host in url[:200].lower()), "")
    return by_host or next((name for word, name in _MEDIA.items() if word in medium.lower()), "")


def _identity(written: object, url: str, source: str, notes: list[str]) -> str:
    """Return the id at the source, from the address before a column of a tool's own numbers."""
    match = _WEIBO.search(url[:500])
    if source == table.SOURCE and match:
        try:
            return match[1] if weibo_ids.is_mid(match[1]) else weibo_ids.mid_of(match[1])
        except ValueError:
            notes.append("url: unreadable")
    if url:
        return _digest(url)
    identity = fields.read_id(written)
    if is_rounded(identity):
        raise Unreadable(f"rounded id: {identity}")
    return identity


def _time(
    value: object, identity: str, source: str, reading: Reading, notes: list[str]
) -> datetime:
    if source == table.SOURCE:
        return table.published_at(value, identity, reading, notes)
    try:
        return reading.time(value)
    except ValueError:
        reason = f"unreadable time: {fields.shortened(value)}" if value else "no time"
        raise Unreadable(reason) from None


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=12).hexdigest()


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Return which column probably stands for which field, by its name.

    A column stands for one field; without a text of its own, a table's title is its text.
    """
    found: dict[str, str] = {}
    by_name = {name.strip().lower(): name for name in columns}
    for field, synonyms in SYNONYMS.items():
        name = next((by_name[one] for one in synonyms if one in by_name), None)
        if name is not None and name not in found.values():
            found[field] = name
    if "text" not in found and "title" in found:
        found["text"] = found.pop("title")
    return found
