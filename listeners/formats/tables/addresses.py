"""Whose post an address leads to, and its id there: one post from two tools has one key."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from listeners.formats.weibo import table
from listeners.parsing import weibo_ids

# No address is longer; what is was made to keep the search busy.
_GREATEST: Final = 1_000
_HOSTS: Final[Mapping[str, str]] = {
    "weibo.com": table.SOURCE, "weibo.cn": table.SOURCE, "zhihu.com": "zhihu",
    "tieba.baidu.com": "tieba", "douyin.com": "douyin", "iesdouyin.com": "douyin",
    "bilibili.com": "bilibili", "b23.tv": "bilibili", "xiaohongshu.com": "xiaohongshu",
    "xhslink.com": "xiaohongshu", "toutiao.com": "toutiao", "mp.weixin.qq.com": "wechat",
    "kuaishou.com": "kuaishou", "tousu.sina.com.cn": "heimao", "tousu.sina.cn": "heimao",
    "twitter.com": "x", "x.com": "x", "facebook.com": "facebook", "instagram.com": "instagram",
    "reddit.com": "reddit", "youtube.com": "youtube", "tiktok.com": "tiktok",
}  # fmt: skip
# What tools call the medium, where no address says it.
_MEDIA: Final[Mapping[str, str]] = {
    "微博": table.SOURCE, "知乎": "zhihu", "贴吧": "tieba", "抖音": "douyin", "哔哩": "bilibili",
    "b站": "bilibili", "bilibili": "bilibili", "小红书": "xiaohongshu", "头条": "toutiao",
    "微信": "wechat", "公众号": "wechat", "快手": "kuaishou", "黑猫": "heimao",
    "twitter": "x", "facebook": "facebook", "instagram": "instagram", "reddit": "reddit",
    "youtube": "youtube", "tiktok": "tiktok",
}  # fmt: skip
# The ids that the exporters of these platforms write as well.
_IDS: Final[Mapping[str, re.Pattern[str]]] = {
    table.SOURCE: re.compile(r"/(?:status|detail|\d{1,20})/(\w{6,20})"),
    "zhihu": re.compile(r"/(?:answer|p|zvideo)/(\d{1,20})"),
    "tieba": re.compile(r"/p/(\d{1,20})"),
    "douyin": re.compile(r"/(?:video|note)/(\d{1,20})"),
    "bilibili": re.compile(r"/video/av(\d{1,20})"),
    "xiaohongshu": re.compile(r"/(?:explore|discovery/item)/([0-9a-f]{24})"),
    "kuaishou": re.compile(r"/short-video/(\w{1,40})"),
    "heimao": re.compile(r"/complaint/(?:view/)?(\d{6,20})"),
}  # fmt: skip
_ADDRESS: Final = re.compile(r"(?:https?:)?//[^/\s]{3,200}(?:/\S*)?", re.IGNORECASE)


def is_address(cell: str) -> bool:
    """Return whether `cell` is an address of the web and nothing else."""
    return len(cell) <= _GREATEST and _ADDRESS.fullmatch(cell.strip()) is not None


def source_at(address: str) -> str:
    """Return the source whose site `address` lies on, empty where it is none that is known."""
    host = (_host(address) or "").lower()
    while host:
        if host in _HOSTS:
            return _HOSTS[host]
        host = host.partition(".")[2]
    return ""


def source_of_medium(name: str) -> str:
    """Return the source that a tool calls `name`, empty where it is none that is known."""
    low = name[:_GREATEST].lower()
    return next((source for word, source in _MEDIA.items() if word in low), "")


def id_at(address: str, source: str) -> str:
    """Return the id that a post of `source` at `address` has there, empty where it shows none.

    Raises:
        ValueError: it stands where Weibo has an id, and is none.
    """
    pattern = _IDS.get(source)
    match = pattern.search(address[:_GREATEST]) if pattern else None
    if match is None:
        return ""
    if source == table.SOURCE and not weibo_ids.is_mid(match[1]):
        return weibo_ids.mid_of(match[1])
    return match[1]


def _host(address: str) -> str | None:
    try:
        return urlsplit(address[:_GREATEST]).hostname
    except ValueError:
        return None
