"""One small file of each kind that people have, as its exporter writes it, in words of our own."""

# ruff: noqa: E501  columns of an exporter stand together

import csv
import io
import json
import sqlite3
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from tests.listeners.formats.tables import monitors
from tests.listeners.formats.test_mediacrawler import COMMENTS, CONTENTS, WRITERS, item
from tests.listeners.formats.test_orders import ALL, CELLS
from tests.listeners.formats.test_weibo import SNAPSHOT_HEADER, SPIDER_HEADER, spider_row
from tests.listeners.samples import MID, SEARCH_HEADER, json_lines, search_row, table

BID = "R5bs43KQ1"
TIME = "2026-06-21 21:19:45"


class Fixture(NamedTuple):
    """A file of an exporter: what it is, how it is made, and what is in it."""

    exporter: str
    version: str
    file: str
    make: Callable[[], bytes]
    sources: tuple[str, ...]


def sheet(*rows: Any) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return stream.getvalue()


def sqlite(name: str, row: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.db")
        made = sqlite3.connect(path)
        columns = ", ".join(f'"{column}"' for column in row)
        made.execute(f"CREATE TABLE {name} ({columns})")
        made.execute(f"INSERT INTO {name} VALUES ({', '.join('?' for _ in row)})", [*row.values()])
        made.commit()
        made.close()
        return path.read_bytes()


def delimited(delimiter: str, encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([SEARCH_HEADER, search_row()])
    return text.getvalue().encode(encoding)


def document(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


CRAWLED = {"id": int(MID), "bid": BID, "user_id": "1001", "screen_name": "小满", "text": "喝出虫子",
           "created_at": "2026-06-21T21:19:45", "full_created_at": TIME, "attitudes_count": 5,
           "comments_count": 4, "reposts_count": 3}  # fmt: skip
SPIDERED = {"id": BID, "content": "喝出虫子", "publish_time": "2026-06-21 21:19", "up_num": 5,
            "retweet_num": 3, "comment_num": 4, "original": True}  # fmt: skip
LINE = {"_id": MID, "mblogid": BID, "created_at": TIME, "content": "喝出虫子", "reposts_count": 3,
        "comments_count": 4, "attitudes_count": 5, "ip_location": "发布于 浙江", "crawl_time": 1782049985,
        "user": {"_id": "1001", "nick_name": "小满"}}  # fmt: skip
COMMENT = ["5312356640895034", MID, "Sun Jun 21 21:19:45 +0800 2026", "小满", "我也是", "", "2"]
COMMENT_HEADER = [
    "id",
    "weibo_id",
    "created_at",
    "user_screen_name",
    "text",
    "pic_url",
    "like_count",
]
ROW = {"id": MID, "bid": BID, "user_id": "1001", "screen_name": "小满", "text": "喝出虫子",
       "created_at": "2026-06-21 21:19", "reposts_count": 3, "attitudes_count": 5}  # fmt: skip
ZHIHU = {"content_id": "3000000000", "content_type": "answer", "content_text": "续航虚标",
         "content_url": "https://www.zhihu.com/question/1/answer/3000000000", "title": "如何评价",
         "created_time": 1782047985, "voteup_count": 5, "comment_count": 4, "user_nickname": "知**",
         "question_id": "1", "creator_hash": "h0", "last_modify_ts": 1782049985000}  # fmt: skip
ZHIHU_COMMENT = {"comment_id": "77", "parent_comment_id": "0", "content": "同感", "like_count": 1,
                 "publish_time": 1782047985, "content_id": "3000000000", "content_type": "answer",
                 "sub_comment_count": 0, "user_nickname": "知**"}  # fmt: skip
TIEBA = {"note_id": "9000000000", "title": "车机黑屏", "desc": "高速上", "publish_time": "2026-06-21 21:19",
         "note_url": "https://tieba.baidu.com/p/9000000000", "tieba_name": "某吧", "user_nickname": "贴**",
         "tieba_link": "https://tieba.baidu.com/f?kw=x", "total_replay_num": 4}  # fmt: skip
TIEBA_COMMENT = {"comment_id": "88", "parent_comment_id": "", "content": "同感", "note_id": "9000000000",
                 "publish_time": "2026-06-21 21:19", "tieba_name": "某吧", "tieba_id": "1",
                 "sub_comment_count": 0, "user_nickname": "贴**"}  # fmt: skip
TREND = "微博\n1. 喝出虫子 (排名:1) [URL:https://s.weibo.com/weibo?q=a]\n\n知乎\n1. 门店被查 (排名:1-3)\n"
FEED = {"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [
    {"id": "1", "url": f"https://weibo.com/1001/{BID}", "title": "喝出虫子",
     "content_html": "喝出虫子<br>真的", "date_published": "2026-06-21T13:19:45.000Z",
     "authors": [{"name": "小满"}]},
    {"id": "n7", "url": "https://news.example/7", "title": "门店被查", "content_html": "昨天",
     "date_published": "2026-06-21T13:19:45.000Z"}]}  # fmt: skip
NEWSNOW = {"status": "success", "id": "zhihu", "updatedTime": 1782047985000,
           "items": [{"id": "1", "title": "门店被查", "url": "https://www.zhihu.com/question/1"}]}  # fmt: skip
CRAWL_HEADER = ["date", "title", "summary", "object", "demands", "href"]
CRAWL = ["2026-06-21", "虫子", "瓶口发霉", "某店", "退款",
         "https://tousu.sina.com.cn/complaint/view/17390000001/?sld=0"]  # fmt: skip
PLATFORM_NAMES = {"weibo": "Weibo", "xiaohongshu": "Xiaohongshu", "douyin": "Douyin",
                  "bilibili": "Bilibili", "kuaishou": "Kuaishou"}  # fmt: skip
WEIBO = ("weibo",)


def monitored(name: str, kind: str) -> bytes:
    if kind == "CSV":
        return monitors.exported(name)
    row = monitors.ROWS[name]
    return sheet(*monitors.ABOVE.get(name, []), list(row), list(row.values()))


FIXTURES: list[Fixture] = [
    Fixture("weibo-search", "2026, 21 columns", "CSV", lambda: table(search_row()), WEIBO),
    Fixture("weibo-search", "17 columns", "CSV",
            lambda: table(search_row()[:17], header=SEARCH_HEADER[:17]), WEIBO),
    Fixture("weibo-search", "2026, through Excel", "XLSX",
            lambda: sheet(SEARCH_HEADER, search_row()), WEIBO),
    Fixture("weibo-search", "2026, through Excel", "Unicode text (UTF-16, TAB)",
            lambda: delimited("\t", "utf-16"), WEIBO),
    Fixture("weibo-search", "2026, through Excel", "CSV in GB18030",
            lambda: delimited(",", "gb18030"), WEIBO),
    Fixture("weibo-search, weibo-crawler", "2026", "SQLite", lambda: sqlite("weibo", ROW), WEIBO),
    *(Fixture("weibo-crawler", f"{len(columns)} columns", "CSV",
              lambda columns=columns: table([CELLS.get(name, "") for name in columns],  # type: ignore[misc]
                                            header=columns), WEIBO) for columns in ALL),
    Fixture("weibo-crawler", "2026", "JSON",
            lambda: document({"user": {"id": "1001"}, "weibo": [CRAWLED]}), WEIBO),
    Fixture("weibo-crawler", "2026", "comments CSV",
            lambda: table(COMMENT, header=COMMENT_HEADER), WEIBO),
    Fixture("weiboSpider", "2024", "JSON",
            lambda: document({"user": {"id": "1001", "nickname": "小满"}, "weibo": [SPIDERED]}), WEIBO),
    Fixture("weiboSpider", "2024", "CSV", lambda: table(spider_row(), header=SPIDER_HEADER), WEIBO),
    Fixture("topic snapshots", "2023", "CSV",
            lambda: table(["2026-06-21 21-30", "奶茶", MID, "ab", TIME, "好喝", "1", "0", "0", "广东"],
                          header=SNAPSHOT_HEADER), WEIBO),
    Fixture("WeiboSpider (nghuyong)", "2025", "JSON Lines", lambda: json_lines(LINE), WEIBO),
    *(Fixture(f"MediaCrawler {PLATFORM_NAMES[name]}", "2026", f"contents {form}",
              lambda fields=fields, form=form: WRITERS[form](item(fields)), (name,))  # type: ignore[misc]
      for name, fields in CONTENTS.items() for form in WRITERS),
    *(Fixture(f"MediaCrawler {PLATFORM_NAMES[name]}", "2026", f"comments {form}",
              lambda fields=fields, form=form: WRITERS[form](item(fields, content="同感")),  # type: ignore[misc]
              (name,)) for name, fields in COMMENTS.items() for form in WRITERS),
    *(Fixture(f"MediaCrawler {name.title()}", "2026", f"{what} {form}",
              lambda fields=fields, form=form: WRITERS[form](fields), (name,))  # type: ignore[misc]
      for name, what, fields in (("zhihu", "contents", ZHIHU), ("zhihu", "comments", ZHIHU_COMMENT),
                                 ("tieba", "contents", TIEBA), ("tieba", "comments", TIEBA_COMMENT))
      for form in WRITERS),
    Fixture("MediaCrawler", "2026", "XLSX", lambda: sheet([*TIEBA], [*TIEBA.values()]), ("tieba",)),
    Fixture("MediaCrawler", "2026", "SQLite", lambda: sqlite("zhihu_content", ZHIHU), ("zhihu",)),
    Fixture("TrendRadar", "3", "text", TREND.encode, ("hot.weibo", "hot.zhihu")),
    Fixture("TrendRadar", "4", "SQLite",
            lambda: sqlite("news_items", {"id": 1, "title": "喝出虫子", "platform_id": "weibo", "rank": 1,
                                          "url": "", "first_crawl_time": "12-30"}), ("hot.weibo",)),
    Fixture("newsnow", "2026", "JSON", lambda: document(NEWSNOW), ("hot.zhihu",)),
    Fixture("hot-search archives", "2026", "CSV",
            lambda: table([TIME, "1", "喝出虫子", "4526303"],
                          header=["获取时间", "排名", "热搜内容", "搜索量"]), ("hot.weibo",)),
    Fixture("RSSHub", "2026", "JSON Feed", lambda: document(FEED), ("weibo", "rss")),
    Fixture("黑猫 merchant export", "names from memory", "CSV",
            lambda: table(["17380001234", "2026-06-21 21:19", "异物", "喝到虫子", "某店", "退款"],
                          header=["投诉编号", "投诉时间", "投诉标题", "投诉内容", "投诉对象", "投诉要求"]),
            ("heimao",)),
    Fixture("黑猫 public crawls", "2026", "CSV", lambda: table(CRAWL, header=CRAWL_HEADER), ("heimao",)),
    *(Fixture(name.partition(", ")[0], name.partition(", ")[2] or "columns read about", kind,
              partial(monitored, name, kind), (source,))
      for name, source in monitors.SOURCES.items() for kind in ("CSV", "XLSX")),
]  # fmt: skip


def rows() -> list[str]:
    """Return the rows of the table in `docs/formats.md`."""
    files: dict[tuple[str, str], list[str]] = {}
    for one in FIXTURES:
        files.setdefault((one.exporter, one.version), []).append(one.file)
    return [
        f"| {name} | {version} | {', '.join(kinds)} |" for (name, version), kinds in files.items()
    ]
