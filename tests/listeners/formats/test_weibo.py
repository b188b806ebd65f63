"""The tables that Weibo's crawlers write."""

from pathlib import Path

import pytest

from records import Account, Post, PostKind
from tests.listeners.samples import (
    FETCHED_AT,
    MID,
    MID_TIME,
    SEARCH_HEADER,
    names,
    posts,
    read,
    reasons,
    search_row,
    table,
)

CRAWLER_HEADER = names(
    "id,bid,正文,头条文章url,原始图片url,视频url,位置,日期,工具,点赞数,评论数,转发数,话题,@用户,完整日期,"
    "是否编辑过,编辑次数,是否原创,源用户id,源用户昵称,源微博id,源微博bid,源微博正文,源微博头条文章url,"
    "源微博原始图片url,源微博视频url,源微博位置,源微博日期,源微博工具,源微博点赞数,源微博评论数,源微博转发数,"
    "源微博话题,源微博@用户,源微博完整日期,源微博是否编辑过,源微博编辑次数"
)
SPIDER_HEADER = names(
    "微博id,微博正文,头条文章url,原始图片url,被转发微博原始图片url,是否为原创微博,微博视频url,发布位置,"
    "发布时间,发布工具,点赞数,转发数,评论数"
)
SNAPSHOT_HEADER = names(
    "snapshot,topic,微博id,微博作者,发布时间,微博内容,转发数,评论数,点赞数,发布于"
)


def one(folder: Path, content: bytes, name: str = "file") -> Post:
    (post,) = posts(read(folder, content, name))
    return post


def test_search(tmp_path: Path) -> None:
    """A row of weibo-search is a post with all that the row says."""
    post = one(tmp_path, table(search_row(转发数="1.2万", ip="发布于 广东")))
    assert post.key == f"weibo:{MID}"
    assert (post.kind, post.author, post.author_name) == (PostKind.POST, "1001", "小满")
    assert (post.reposts, post.comments, post.likes) == (12_000, 4, 5)
    assert post.published_at == MID_TIME  # the row has the minute, the id the second
    assert (post.fetched_at, post.region, post.notes) == (FETCHED_AT, "广东", ())


@pytest.mark.parametrize(
    ("badge", "account"),
    [
        ("普通用户", Account.ORDINARY),
        ("黄V", Account.NOTABLE),
        ("蓝V", Account.ORGANISATION),
        ("", Account.UNKNOWN),
        ("?", Account.UNKNOWN),
    ],
)
def test_search_badge(tmp_path: Path, badge: str, account: Account) -> None:
    """The column `user_authentication` says who speaks, as far as a badge can."""
    assert one(tmp_path, table(search_row(user_authentication=badge))).account is account


def test_search_repost(tmp_path: Path) -> None:
    """A row with `retweet_id` is a repost of the post with that id."""
    post = one(tmp_path, table(search_row(retweet_id="4673732523857438")))
    assert (post.kind, post.parent) == (PostKind.REPOST, "weibo:4673732523857438")


def test_search_columns_differ(tmp_path: Path) -> None:
    """Columns may be missing, added, or without a name: those that are there decide."""
    header = ["", "keyword", "id", "微博正文", "发布时间"]
    post = one(tmp_path, table(["0", "奶茶", MID, "好喝", "2026-06-21 21:19"], header=header))
    assert (post.text, post.author, post.likes, post.notes) == ("好喝", "", None, ())


@pytest.mark.parametrize("written", ["2026-昨天-0: 5", "昨天25:99", "", "06-21", "2026-06-21"])
def test_broken_time(tmp_path: Path, written: str) -> None:
    """A broken time, or one without its hour, is repaired from the id, and the notes say so."""
    post = one(tmp_path, table(search_row(发布时间=written)))
    assert post.published_at == MID_TIME
    assert post.notes == ("published_at: repaired from the id",)


def test_relative_time_as_of_then(tmp_path: Path) -> None:
    """Without a time of the fetch a relative time comes from the id too."""
    (post,) = posts(read(tmp_path, table(search_row(发布时间="3分钟前")), fetched_at=None))
    assert post.published_at == post.fetched_at == MID_TIME


def test_day_only_without_timed_id(tmp_path: Path) -> None:
    """A day stays a day where the id is of another day, and the notes say so."""
    post = one(tmp_path, table(search_row(发布时间="2026-06-01")))
    assert post.notes == ("published_at: the time of day is unknown",)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"id": "", "bid": ""}, "no id"),
        ({"id": "??", "bid": ""}, "unreadable id: ??"),
        ({"id": "7", "发布时间": "昨天25:99"}, "unreadable time: 昨天25:99"),
        ({"id": "7", "发布时间": ""}, "no time"),
    ],
)
def test_rejected(tmp_path: Path, cells: dict[str, str], reason: str) -> None:
    """A row without an id or a time is rejected with its reason, its place and its text."""
    (good, rejected) = read(tmp_path, table(search_row(), search_row(**cells)))
    assert isinstance(good, Post)
    assert reasons([rejected]) == [reason]
    assert getattr(rejected, "position", 0) == 2
    assert "虫子" in getattr(rejected, "raw", "")


@pytest.mark.parametrize("damaged", ["", "4.67373E+15", "4673732523857430"])
def test_damaged_id(tmp_path: Path, damaged: str) -> None:
    """An id that a spreadsheet has damaged is repaired from the bid."""
    post = one(tmp_path, table(search_row(id=damaged, bid="KuW7qgbuK")))
    assert post.id == "4673732523857438"
    assert post.notes == ("id: repaired from the bid",)


def test_unreadable_count(tmp_path: Path) -> None:
    """A count that cannot be read is left empty with a note; the post stays."""
    post = one(tmp_path, table(search_row(点赞数="很多")))
    assert post.likes is None
    assert post.notes == ("likes: unreadable count 很多",)


def crawler_row(**cells: str) -> list[str]:
    row = {"id": f"{MID}\t", "正文": "看看", "日期": "2026-06-21",
           "完整日期": "2026-06-21 21:19:45", "点赞数": "1", "评论数": "2", "转发数": "3",
           "是否原创": "True"}  # fmt: skip
    return [{**row, **cells}.get(name, "") for name in CRAWLER_HEADER]


def test_crawler(tmp_path: Path) -> None:
    """An id of weibo-crawler loses its TAB; the number that names the file is the author."""
    post = one(tmp_path, table(crawler_row(), header=CRAWLER_HEADER), "2656274875.csv")
    assert (post.id, post.author, post.published_at) == (MID, "2656274875", MID_TIME)
    assert (post.likes, post.comments, post.reposts) == (1, 2, 3)


def test_crawler_repost(tmp_path: Path) -> None:
    """A repost is followed by its original, though its row lacks the trailing columns."""
    original = {"源微博id": "4673732523857438\t", "源微博正文": "原文", "源用户id": "9",
                "源微博完整日期": "2021-08-24 14:55:30", "是否原创": "False"}  # fmt: skip
    row = crawler_row(**original)[:-2]
    own, source = posts(read(tmp_path, table(row, header=CRAWLER_HEADER)))
    assert (own.kind, own.parent, own.quoted) == (PostKind.REPOST, source.key, "原文")
    assert (source.id, source.author, source.text) == ("4673732523857438", "9", "原文")
    assert own.notes == ("row: lacks its last 2 cells",)


def test_crawler_day_only(tmp_path: Path) -> None:
    """Without the whole date the day counts, refined by the id."""
    post = one(tmp_path, table(crawler_row(完整日期=""), header=CRAWLER_HEADER))
    assert post.published_at == MID_TIME


def test_crawler_lost_original(tmp_path: Path) -> None:
    """A repost whose original cannot be read is kept and says so."""
    row = crawler_row(源微博id="??", 是否原创="False")
    post = one(tmp_path, table(row, header=CRAWLER_HEADER))
    assert (post.kind, post.parent) == (PostKind.REPOST, None)
    assert post.notes == ("original: unreadable id: ??",)


def spider_row(**cells: str) -> list[str]:
    row = {"微博id": "R5bs43KQ1", "微博正文": "看看", "是否为原创微博": "True",
           "发布时间": "2026-06-21 21:19", "点赞数": "1", "转发数": "2", "评论数": "3"}  # fmt: skip
    return [{**row, **cells}.get(name, "") for name in SPIDER_HEADER]


def test_spider(tmp_path: Path) -> None:
    """An id of weiboSpider is a bid; the key is the same as from every other form."""
    post = one(tmp_path, table(spider_row(), header=SPIDER_HEADER), "2656274875.csv")
    assert (post.key, post.author) == (f"weibo:{MID}", "2656274875")


def test_spider_repost(tmp_path: Path) -> None:
    """The cell of a repost holds the own words and the original; the parser separates them."""
    text = "转发理由\n原始用户: 小满\n转发内容: 原来的\n话"
    row = spider_row(是否为原创微博="False", 微博正文=text)
    post = one(tmp_path, table(row, header=SPIDER_HEADER))
    assert (post.kind, post.text, post.quoted) == (PostKind.REPOST, "转发理由", "原来的\n话")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_repeated_header(tmp_path: Path, mark: str) -> None:
    """A header that repeats is no row, and the columns that it names hold from there on."""
    shorter = [name for name in SPIDER_HEADER if "原" not in name]
    cells = dict(zip(SPIDER_HEADER, spider_row(微博id="KuW7qgbuK"), strict=True))
    second = table([cells[name] for name in shorter], header=[mark + shorter[0], *shorter[1:]])
    found = posts(read(tmp_path, table(spider_row(), header=SPIDER_HEADER) + second[3:]))
    assert [post.id for post in found] == [MID, "4673732523857438"]
    assert [post.likes for post in found] == [1, 1]


def test_snapshots(tmp_path: Path) -> None:
    """A polled post is fetched when it was polled, whatever the file's time is."""
    rows = [[f"2026-06-21 2{hour}-18", "奶茶", MID, "ab", "2026-06-21 21:19:45", "好喝", str(hour),
             "0", "0", "广东"] for hour in (1, 2)]  # fmt: skip
    first, second = posts(read(tmp_path, table(*rows, header=SNAPSHOT_HEADER), fetched_at=None))
    assert first.key == second.key
    assert [post.fetched_at.hour for post in (first, second)] == [13, 14]
    assert [post.reposts for post in (first, second)] == [1, 2]


def test_snapshot_without_time(tmp_path: Path) -> None:
    """A snapshot that does not say when it was taken is rejected."""
    row = ["?", "", MID, "ab", "2026-06-21 21:19:45", "好喝", "", "", "", ""]
    found = read(tmp_path, table(row, header=SNAPSHOT_HEADER))
    assert reasons(found) == ["unreadable snapshot time: ?"]


def test_too_many_cells(tmp_path: Path) -> None:
    """A row with more cells than columns has been torn at a comma: it is rejected."""
    found = read(tmp_path, table([*search_row(), "over"], [*search_row(), ""]))
    assert reasons(found) == ["more cells than columns"]
    assert len(found) == 2
    assert len(SEARCH_HEADER) == 21
