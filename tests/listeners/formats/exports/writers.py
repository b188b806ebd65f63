"""Files as the exporters' own sources write them, from posts of any words, times and counts."""

# ruff: noqa: E501  columns of an exporter stand together

import json
import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from listeners.parsing.times import BEIJING
from listeners.parsing.weibo_ids import MID_EPOCH, bid_of
from tests.listeners.formats.test_mediacrawler import WRITERS
from tests.listeners.formats.test_orders import version
from tests.listeners.formats.test_workbooks import workbook
from tests.listeners.samples import SEARCH_HEADER, json_lines, table


class Written(NamedTuple):
    """What a post says before an exporter writes it."""

    number: int
    text: str
    at: datetime
    likes: int
    comments: int
    reposts: int

    @property
    def mid(self) -> str:
        """The id at Weibo, which holds the time; it does not end in zeros."""
        return str(((int(self.at.timestamp()) - MID_EPOCH) << 22) + 7919 * (self.number + 1))

    @property
    def video(self) -> str:
        """An id of nineteen digits."""
        return str(7_512_345_678_901_234_567 + 7919 * self.number)

    def clock(self, form: str = "%Y-%m-%d %H:%M:%S") -> str:
        """The time as a program in Beijing writes it."""
        return f"{self.at.astimezone(BEIJING):{form}}"


Cells = Mapping[str, Any]


class Writer(NamedTuple):
    """One exporter: the fields of a post in its order, its file, and the key that a post has."""

    fields: Callable[[Written], Cells]
    file: Callable[[Sequence[Cells]], bytes]
    key: Callable[[Written], str]


def csv_file(rows: Sequence[Cells]) -> bytes:
    return table(*([*row.values()] for row in rows), header=[*rows[0]])


def xlsx_file(rows: Sequence[Cells]) -> bytes:
    return workbook(a=[[*rows[0]], *([*map(str, row.values())] for row in rows)])


def sqlite_file(name: str) -> Callable[[Sequence[Cells]], bytes]:
    def made(rows: Sequence[Cells]) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            database = sqlite3.connect(Path(folder, "made.db"))
            columns = ", ".join(f'"{column}"' for column in rows[0])
            database.execute(f"CREATE TABLE {name} ({columns})")
            marks = ", ".join("?" for _ in rows[0])
            database.executemany(
                f"INSERT INTO {name} VALUES ({marks})", [[*row.values()] for row in rows]
            )
            database.commit()
            database.close()
            return Path(folder, "made.db").read_bytes()

    return made


def document(rows: Sequence[Cells]) -> bytes:
    return json.dumps(
        {"user": {"id": "1001"}, "weibo": rows}, ensure_ascii=False, indent=4
    ).encode()


def written_as(form: str, rows: Sequence[Cells]) -> bytes:
    return WRITERS[form](*map(dict, rows))


def search(post: Written) -> Cells:
    cells = {"id": post.mid, "bid": bid_of(post.mid), "user_id": "1001", "用户昵称": "小满",
             "微博正文": post.text, "转发数": post.reposts, "评论数": post.comments,
             "点赞数": post.likes, "发布时间": post.clock("%Y-%m-%d %H:%M"),
             "user_authentication": "普通用户"}  # fmt: skip
    return {name: cells.get(name, "") for name in SEARCH_HEADER}


def crawler(post: Written) -> Cells:
    cells = {"id": f"{post.mid}\t", "bid": bid_of(post.mid), "正文": post.text,
             "日期": post.clock("%Y-%m-%dT%H:%M:%S"), "点赞数": post.likes,
             "评论数": post.comments, "转发数": post.reposts, "完整日期": post.clock(),
             "是否编辑过": "False", "编辑次数": "0"}  # fmt: skip
    return {name: cells.get(name, "") for name in version(live=True, edits=True)}


def crawled(post: Written) -> Cells:
    return {"user_id": "1001", "screen_name": "小满", "id": int(post.mid), "bid": bid_of(post.mid),
            "text": post.text, "created_at": post.clock("%Y-%m-%dT%H:%M:%S"),
            "attitudes_count": post.likes, "comments_count": post.comments,
            "reposts_count": post.reposts, "full_created_at": post.clock()}  # fmt: skip


def spidered(post: Written) -> Cells:
    return {"_id": post.mid, "mblogid": bid_of(post.mid), "created_at": post.clock(),
            "ip_location": "发布于 浙江", "reposts_count": post.reposts,
            "comments_count": post.comments, "attitudes_count": post.likes, "content": post.text,
            "user": {"_id": "1001", "nick_name": "小满"}, "crawl_time": 1782049985}  # fmt: skip


def weibo(post: Written) -> Cells:
    return {"note_id": post.mid, "content": post.text, "create_time": int(post.at.timestamp()),
            "create_date_time": post.clock(), "liked_count": str(post.likes),
            "comments_count": str(post.comments), "shared_count": str(post.reposts),
            "last_modify_ts": 1782049985000, "note_url": f"https://m.weibo.cn/detail/{post.mid}",
            "creator_hash": "h0", "nickname": "小**", "source_keyword": "奶茶"}  # fmt: skip


def xiaohongshu(post: Written) -> Cells:
    identity = f"66aabbccddeeff00{post.number:08x}"
    return {"note_id": identity, "type": "normal", "title": "", "desc": post.text,
            "time": int(post.at.timestamp() * 1000), "liked_count": str(post.likes),
            "collected_count": "0", "comment_count": str(post.comments),
            "share_count": str(post.reposts), "last_modify_ts": 1782049985000,
            "note_url": f"https://www.xiaohongshu.com/explore/{identity}"}  # fmt: skip


def douyin(post: Written) -> Cells:
    return {"aweme_id": post.video, "aweme_type": "0", "title": "", "desc": post.text,
            "create_time": int(post.at.timestamp()), "liked_count": str(post.likes),
            "comment_count": str(post.comments), "share_count": str(post.reposts),
            "last_modify_ts": 1782049985000,
            "aweme_url": f"https://www.douyin.com/video/{post.video}"}  # fmt: skip


def zhihu(post: Written) -> Cells:
    identity = str(3_000_000_000 + post.number)
    return {"content_id": identity, "content_type": "answer", "content_text": post.text,
            "content_url": f"https://www.zhihu.com/question/1/answer/{identity}",
            "question_id": "1", "title": "", "desc": "", "created_time": int(post.at.timestamp()),
            "updated_time": int(post.at.timestamp()), "voteup_count": post.likes,
            "comment_count": post.comments, "creator_hash": "h0", "user_nickname": "知**",
            "last_modify_ts": 1782049985000}  # fmt: skip


def tieba(post: Written) -> Cells:
    identity = str(9_000_000_000 + post.number)
    return {"note_id": identity, "title": "", "desc": post.text,
            "note_url": f"https://tieba.baidu.com/p/{identity}",
            "publish_time": post.clock("%Y-%m-%d %H:%M"), "tieba_name": "某吧",
            "tieba_link": "https://tieba.baidu.com/f?kw=x", "total_replay_num": post.comments,
            "user_nickname": "贴**", "last_modify_ts": 1782049985000}  # fmt: skip


def yuqingtong(post: Written) -> Cells:
    return {"序号": post.number, "标题／微博内容": post.text, "信息属性": "敏感", "原创/转发": "原创",
            "原文/评论链接": f"https://weibo.com/1001/{bid_of(post.mid)}", "来源网站": "新浪微博",
            "原文作者": "小满", "日期": post.clock(), "全文内容": post.text, "转发数": post.reposts,
            "评论数": post.comments, "点赞数": post.likes, "微博情绪": "愤怒"}  # fmt: skip


def of_weibo(post: Written) -> str:
    return f"weibo:{post.mid}"


def of(source: str, name: str, fields: Callable[[Written], Cells]) -> Callable[[Written], str]:
    return lambda post: f"{source}:{fields(post)[name]}"


_PLATFORMS: Final = {
    "Weibo": (weibo, of_weibo),
    "Xiaohongshu": (xiaohongshu, of("xiaohongshu", "note_id", xiaohongshu)),
    "Douyin": (douyin, of("douyin", "aweme_id", douyin)),
    "Zhihu": (zhihu, of("zhihu", "content_id", zhihu)),
    "Tieba": (tieba, of("tieba", "note_id", tieba)),
}
ALL: Final[dict[str, Writer]] = {
    "weibo-search CSV": Writer(search, csv_file, of_weibo),
    "weibo-search XLSX": Writer(search, xlsx_file, of_weibo),
    "weibo-crawler CSV": Writer(crawler, csv_file, of_weibo),
    "weibo-crawler JSON": Writer(crawled, document, of_weibo),
    "weibo-crawler SQLite": Writer(crawled, sqlite_file("weibo"), of_weibo),
    "WeiboSpider": Writer(spidered, lambda rows: json_lines(*map(dict, rows)), of_weibo),
    "新浪舆情通 CSV": Writer(yuqingtong, csv_file, of_weibo),
    "新浪舆情通 XLSX": Writer(yuqingtong, xlsx_file, of_weibo),
    **{
        f"MediaCrawler {name} {form}": Writer(
            fields,
            partial(written_as, form),
            key,
        )
        for name, (fields, key) in _PLATFORMS.items()
        for form in WRITERS
    },
    **{
        f"MediaCrawler {name} xlsx": Writer(fields, xlsx_file, key)
        for name, (fields, key) in _PLATFORMS.items()
    },
}
FIRST: Final = datetime(2026, 5, 1, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
