"""Headlines of hot lists, as TrendRadar and archives of hot searches keep them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from listeners.formats.format import Fault, Format, Head, Reading, Unreadable
from listeners.formats.marks import UNLIKE, marks, structural
from listeners.parsing import fields
from listeners.parsing.times import BEIJING
from records import Post, PostKind

SOURCE: Final = "hot.{}"
# The names under which lists are shown, and those that stand in the sources of posts.
SITES: Final[Mapping[str, str]] = {
    "微博": "weibo", "微博热搜": "weibo", "知乎": "zhihu", "知乎热榜": "zhihu",
    "今日头条": "toutiao", "百度热搜": "baidu", "抖音": "douyin", "抖音热榜": "douyin",
    "bilibili 热搜": "bilibili", "哔哩哔哩": "bilibili",
    "贴吧": "tieba", "百度贴吧": "tieba", "澎湃新闻": "thepaper",
    "凤凰网": "ifeng", "华尔街见闻": "wallstreetcn-hot", "财联社热门": "cls-hot",
    "小红书": "xiaohongshu", "快手": "kuaishou", "微信": "wechat", "微信公众号": "wechat",
}  # fmt: skip
TITLES: Final = ("热搜内容", "热搜词", "标题", "title", "热搜")
TIMES: Final = ("获取时间", "采集时间", "抓取时间", "时间")
HEATS: Final = ("搜索量", "热度", "热度值", "hot")
RANKS: Final = ("排名", "rank")
URLS: Final = ("链接", "url", "地址")
# A line of TrendRadar: a number, the headline, its places, its addresses.
LINE: Final = re.compile(
    r"\s*(\d{1,4})\.\s+(.{1,500}?)(?:\s+\(排名[:：]([^)]{1,40})\))?"
    r"((?:\s+\[(?:URL|MOBILE):[^\]\s]{0,2000}\])*)\s*"
)
_URL: Final = re.compile(r"\[URL:([^\]\s]{1,2000})\]")
# Where TrendRadar puts its files: a folder for the day, a name for the time.
_DAY: Final = re.compile(r"(20\d\d)[-年]?(\d\d)[-月]?(\d\d)日?")
_CLOCK: Final = re.compile(r"(\d\d)[-:时](\d\d)分?")


@dataclass(frozen=True, slots=True)
class Headline:
    """One entry of a list, as it stood there."""

    site: str
    title: str
    at: datetime
    url: str = ""
    rank: str = ""
    heat: object = None


def post_of(headline: Headline, reading: Reading) -> Post:
    """Return the post of a headline; one that stands in a list for days is one post a day."""
    # A spoiled cell is no text.
    title, place = (
        part.strip() if isinstance(part, str) else "" for part in (headline.title, headline.site)
    )
    if not title:
        raise Unreadable("no text")
    notes: list[str] = []
    likes = fields.count_or_note(headline.heat, "heat", notes)
    rank = (f"place: {fields.shortened(str(headline.rank))}",) if headline.rank else ()
    site = SITES.get(place, fields.shortened(place, 30))
    return Post(
        source=SOURCE.format(site.replace(":", "_") or "list"),
        id=f"{headline.at.astimezone(BEIJING):%Y%m%d}_{title[:200]}",
        url=headline.url if headline.url.startswith(("https://", "http://")) else "",
        kind=PostKind.HEADLINE,
        author="",
        text=fields.text_or_note(title, "text", notes),
        published_at=headline.at,
        fetched_at=reading.fetched(headline.at),
        likes=likes,
        notes=(*notes, *rank),
    )


def parse_row(row: Mapping[str, str], reading: Reading) -> Iterator[Post]:
    """Yield the headline of a row of an archive.

    Raises:
        Unreadable: it has no words or no time.
    """
    written = _first(row, TIMES)
    try:
        at = reading.time(written)
    except ValueError:
        reason = f"unreadable time: {fields.shortened(written)}" if written else "no time"
        raise Unreadable(reason) from None
    site = row.get("平台") or row.get("来源") or "weibo"
    yield post_of(
        Headline(site, _first(row, TITLES), at, _first(row, URLS), _first(row, RANKS),
                 _first(row, HEATS)), reading,
    )  # fmt: skip


def parse_line(item: Mapping[str, str], reading: Reading) -> Iterator[Post]:
    """Yield the headline of a line of TrendRadar's text, under the site that stands above it.

    Raises:
        Unreadable: it is no such line.
    """
    match = LINE.fullmatch(item.get("line", ""))
    if match is None:
        raise Unreadable(f"no headline: {fields.shortened(item.get('line', ''))}")
    address = _URL.search(match[4] or "")
    site = item.get("site", "").rpartition("|")[2]
    at = time_of_file(reading)
    url = address[1] if address else ""
    yield post_of(Headline(site, match[2], at, url, match[3] or match[1]), reading)


def parse_table_row(row: Mapping[str, str], reading: Reading) -> Iterator[Post]:
    """Yield the headline of a row of TrendRadar's database, when it first stood in the list.

    Raises:
        Unreadable: it has no words.
    """
    at = time_of_file(reading, row.get("first_crawl_time", ""))
    yield post_of(
        Headline(row.get("platform_id", ""), row.get("title", ""), at, row.get("url", ""),
                 row.get("rank", "")), reading,
    )  # fmt: skip


def parse_list(document: Mapping[str, Any], reading: Reading) -> Iterator[Post | Fault]:
    """Yield the headlines of a list in the shape of newsnow.

    Raises:
        Unreadable: it holds no list of entries.
    """
    entries = document.get("items")
    if not isinstance(entries, list):
        raise Unreadable("no list of headlines")
    try:
        at = reading.time(document.get("updatedTime"))
    except ValueError:
        at = time_of_file(reading)
    for place, entry in enumerate(entries, start=1):
        title = entry.get("title") if isinstance(entry, dict) else None
        if not isinstance(title, str) or not title.strip():
            yield Fault("no text", msgspec.json.encode(entry).decode(errors="replace"))
            continue
        url = entry.get("url")
        headline = Headline(
            str(document.get("id", "")), title, at, url if isinstance(url, str) else "", str(place)
        )
        yield post_of(headline, reading)


def time_of_file(reading: Reading, clock: str = "") -> datetime:
    """Return when a list was read, by the day and time in its path, else when its file came."""
    *folders, name = re.split(r"[/\\]", reading.origin)[-4:]
    day = next((found for part in (name, *reversed(folders)) if (found := _DAY.search(part))), None)
    time = _CLOCK.search(clock) or (_CLOCK.search(_DAY.sub("", name)) if not clock else None)
    if day is not None and time is not None:
        try:
            return reading.time(f"{day[1]}-{day[2]}-{day[3]} {time[1]}:{time[2]}")
        except ValueError:
            pass
    return reading.fetched_at or reading.seen_at


def _first(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _is_list(head: Head) -> bool:
    return (
        not head.is_table
        and {"items", "id"} <= head.columns
        and isinstance(head.sample["items"], list)
    )


ARCHIVE_MARKS: Final = marks("|".join(TIMES), "热搜内容|热搜词|热搜", usual="排名,搜索量,热度,链接")
TABLE_MARKS: Final = marks(
    "title", "platform_id", "first_crawl_time", usual="rank,url,mobile_url,last_crawl_time"
)
TEXT: Final = Format("TrendRadar text", SOURCE.format("list"), lambda _: UNLIKE, parse_line)
FORMATS: Final = (
    Format("hot-search archive CSV", SOURCE.format("weibo"), ARCHIVE_MARKS.match, parse_row),
    Format("TrendRadar SQLite", SOURCE.format("list"), TABLE_MARKS.match, parse_table_row),
    Format("newsnow / TrendRadar JSON", SOURCE.format("list"), structural(_is_list), parse_list),
)
