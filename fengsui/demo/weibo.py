"""Posts as the mobile search of Weibo sends them."""

import html
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zlib import crc32

from fengsui.demo.people import Person
from fengsui.demo.post import SamplePost
from records.time import BEIJING

LONG = 140
DELETED = "抱歉，此微博已被作者删除。查看帮助：http://t.cn/A6deleted"
MARKUP = re.compile(r"\[(\w{1,4})\]|#([^#\s]+)#|@([\w-]+)|(http://t\.cn/\w+)")
EMOTICON = (
    '<span class="url-icon"><img alt=[{0}] '
    'src="https://h5.sinaimg.cn/m/emoticon/icon/default/d_{1:x}.png" '
    'style="width:1em; height:1em;" /></span>'
)
TOPIC = (
    '<a  href="https://m.weibo.cn/search?containerid=231522type%3D1%26t%3D10%26q%3D{1}" '
    'data-hide=""><span class="surl-text">#{0}#</span></a>'
)
LINK = (
    '<a data-url="{0}" href="https://weibo.cn/sinaurl?u={1}" data-hide="">'
    '<span class="surl-text">网页链接</span></a>'
)


def mblog(post: SamplePost, fetched_at: datetime, *, relative: bool) -> dict[str, Any]:
    """Return `post` as an answer at `fetched_at` holds it; `relative` writes 5分钟前 for times."""
    answer = _body(post, fetched_at, relative=relative)
    if post.root is not None:
        answer["retweeted_status"] = _original(post.root, fetched_at, relative=relative)
    return answer


def _original(root: SamplePost, fetched_at: datetime, *, relative: bool) -> dict[str, Any]:
    answer = _body(root, fetched_at, relative=relative)
    if root.deleted_at is not None and root.deleted_at <= fetched_at:
        return {**answer, "text": markup(DELETED), "user": None, "deleted": "1"}
    return answer


def _body(post: SamplePost, fetched_at: datetime, *, relative: bool) -> dict[str, Any]:
    """Return the fields that every post has."""
    tally = post.final.after(fetched_at - post.at)
    long = len(post.text) > LONG
    return {
        "created_at": created_at(post.at, fetched_at, relative=relative),
        "id": str(post.mid),
        "idstr": str(post.mid),
        "mid": str(post.mid),
        "bid": post.bid,
        "text": _cut(post) if long else markup(post.text),
        "source": post.author.device,
        "user": _user(post.author),
        "reposts_count": count(tally.reposts),
        "comments_count": count(tally.comments),
        "attitudes_count": count(tally.likes),
        "isLongText": long,
        "mblogtype": 0,
        "region_name": f"发布于 {post.author.region}",
        "edit_config": {"edited": False},
        "number_display_strategy": {
            "apply_scenario_flag": 3,
            "display_text_min_number": 1_000_000,
            "display_text": "100万+",
        },
        **_pictures(post),
    }


def _user(author: Person) -> dict[str, Any]:
    return {
        "id": author.id,
        "screen_name": author.name,
        "followers_count": count(author.followers),
        "followers_count_str": str(count(author.followers)),
        "verified": author.badge >= 0,
        "verified_type": author.badge,
    }


def _pictures(post: SamplePost) -> dict[str, Any]:
    """Return the pictures: about every fourth post has some, a few as an object, a few a video."""
    draw = post.mid % 40
    if post.root is not None or draw >= 10:
        return {"pic_num": 0}
    if draw == 0:
        media = {"stream_url": f"https://f.video.weibocdn.com/{post.bid}.mp4", "duration": 15.2}
        return {"pic_num": 0, "page_info": {"type": "video", "media_info": media}}
    pictures = [_picture(post, place) for place in range(1 + draw % 3)]
    pics = {str(place): pic for place, pic in enumerate(pictures)} if draw == 1 else pictures
    return {"pic_num": len(pictures), "pics": pics}


def _picture(post: SamplePost, place: int) -> dict[str, Any]:
    pid = f"{post.mid:016x}{place:02d}"
    return {
        "pid": pid,
        "url": f"https://wx1.sinaimg.cn/orj360/{pid}.jpg",
        "large": {"url": f"https://wx1.sinaimg.cn/large/{pid}.jpg"},
    }


def markup(text: str) -> str:
    """Return `text` with its emoticons, topics, accounts and links as the site's HTML."""
    return MARKUP.sub(_tag, html.escape(text, quote=False))


def _tag(match: re.Match[str]) -> str:
    emoticon, topic, account, link = match.groups()
    if emoticon:
        return EMOTICON.format(emoticon, crc32(emoticon.encode()))
    if topic:
        return TOPIC.format(topic, quote(f"#{topic}#"))
    if account:
        return f"<a href='/n/{account}'>@{account}</a>"
    return LINK.format(link, quote(f"https://example.com/{link[-6:]}", safe=""))


def _cut(post: SamplePost) -> str:
    """Return the beginning of a long text, up to a comma, and the link to the rest of it."""
    end = post.text.rfind("，", 0, LONG)
    return f'{markup(post.text[:end])}...<a href="/status/{post.mid}">全文</a>'


def count(number: int) -> int | str:
    """Return a number as Weibo writes it: 9999, "1.2万", "100万+"."""
    if number < 10_000:
        return number
    if number == 1_000_000 or (number > 1_000_000 and number % 10_000 == 0):
        return f"{number // 10_000}万+"
    return f"{number / 10_000:.1f}".removesuffix(".0") + "万"


def created_at(at: datetime, fetched_at: datetime, *, relative: bool) -> str:
    """Return a time as Weibo writes it, in full or as seen from `fetched_at`."""
    local, now = at.astimezone(BEIJING), fetched_at.astimezone(BEIJING)
    age = now - local
    if not relative:
        return f"{local:%a %b %d %H:%M:%S +0800 %Y}"
    if age < timedelta(minutes=1):
        return "刚刚"
    if age < timedelta(hours=1):
        return f"{age // timedelta(minutes=1)}分钟前"
    if local.date() == now.date():
        return f"{age // timedelta(hours=1)}小时前"
    if local.date() == now.date() - timedelta(days=1):
        return f"昨天 {local:%H:%M}"
    return f"{local:%m-%d}"
