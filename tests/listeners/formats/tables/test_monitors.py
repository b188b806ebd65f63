"""Exports of monitoring services, and any table by its columns."""

# ruff: noqa: E501  columns of an exporter stand together

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from listeners.formats.read import UnknownFormat, layout_of_file, read_file
from listeners.formats.tables.mapping import Profile, guess, when
from records import Post, PostKind
from tests.listeners.formats.tables.monitors import ABOVE, BID, ROWS, SOURCES, TIME, exported
from tests.listeners.formats.test_workbooks import workbook
from tests.listeners.samples import FETCHED_AT, MID, MID_TIME, posts, read, reasons, table


@pytest.mark.parametrize("name", ROWS)
def test_a_service(tmp_path: Path, name: str) -> None:
    """The export of a service is read by its own columns: whose post, when, with its counts."""
    (post,) = posts(read(tmp_path, exported(name)))
    assert layout_of_file(tmp_path / "file").format.name == name.partition(",")[0]
    assert post.source == SOURCES[name]
    assert post.text in {"奶茶里喝出一只虫子", "a fly in my tea"}
    assert abs(post.published_at - MID_TIME) < timedelta(minutes=1)
    assert post.author_name or name == "新浪舆情通, 2020"
    assert post.url.startswith("http")
    if post.source == "weibo":
        assert post.key == f"weibo:{MID}"
    if name.startswith("Meltwater"):
        assert post.followers is None


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize(("encoding", "delimiter"), [("gb18030", ","), ("utf-16", "\t")])
def test_a_service_through_a_spreadsheet(
    tmp_path: Path, name: str, encoding: str, delimiter: str
) -> None:
    """What a spreadsheet saves of an export, in whatever encoding, gives the same post."""
    plain = posts(read(tmp_path, exported(name), "plain"))
    assert posts(read(tmp_path, exported(name, encoding, delimiter))) == plain
    rows = [*ABOVE.get(name, []), list(ROWS[name]), list(ROWS[name].values())]
    assert posts(read(tmp_path, workbook(a=rows))) == plain


@pytest.mark.parametrize("name", ROWS)
def test_a_service_with_other_columns(tmp_path: Path, name: str) -> None:
    """Columns in another order, and ones of which nobody knows, change nothing."""
    (plain,) = posts(read(tmp_path, exported(name), "plain"))
    row = {"x1": "a", **dict(reversed(ROWS[name].items())), "x2": "b"}
    (post,) = posts(read(tmp_path, table([*row.values()], header=[*row])))
    assert post == plain


def test_a_repost_of_a_service(tmp_path: Path) -> None:
    """A repost of a service is a repost here, with the words of its original."""
    row = {**ROWS["新浪舆情通, 2024"], "原创/转发": "转发", "原微博内容": "原文的话"}
    (post,) = posts(read(tmp_path, table([*row.values()], header=[*row])))
    assert (post.kind, post.quoted) == (PostKind.REPOST, "原文的话")


def test_comments_of_a_service(tmp_path: Path) -> None:
    """Comments under one address are posts of their own, and have their post."""
    row = {**ROWS["新浪舆情通, 2024"], "原创/转发": "评论"}
    rows = [
        [*{**row, "全文内容": words, "标题／微博内容": words}.values()]
        for words in ("同感", "我也是", "难喝")
    ]
    found = posts(read(tmp_path, table(*rows, header=[*row])))
    assert len({post.key for post in found}) == 3
    assert {(post.kind, post.parent) for post in found} == {(PostKind.COMMENT, f"weibo:{MID}")}


def test_rows_of_one_page(tmp_path: Path) -> None:
    """Rows that stood on one page are posts of their own, though they share its address."""
    row = {name: cell for name, cell in ROWS["八爪鱼"].items() if name != "微博链接"}
    rows = [[*{**row, "微博内容": words}.values()] for words in ("喝出虫子", "排队两小时")]
    found = posts(read(tmp_path, table(*rows, header=[*row])))
    assert len({post.key for post in found}) == 2


def test_numbers_of_rows_are_no_ids(tmp_path: Path) -> None:
    """The number of a row is another post's in the next file: it is no id."""
    profile = Profile("tool", {"text": ("words",), "time": ("at",), "id": ("no",)}).format()
    path, keys = tmp_path / "a.csv", set()
    for words in ("喝出虫子", "排队两小时"):
        path.write_bytes(table(["1", words, TIME], header=["no", "words", "at"]))
        keys |= {post.key for post in posts(read_file(path, fetched_at=None, profiles=(profile,)))}
    assert len(keys) == 2


def test_the_same_post_from_two_tools(tmp_path: Path) -> None:
    """A post that two tools export has one key, on every platform whose address shows its id."""
    addresses = {
        f"https://weibo.com/1001/{BID}?type=comment": f"weibo:{MID}",
        f"https://m.weibo.cn/status/{MID}": f"weibo:{MID}",
        "https://www.zhihu.com/question/1/answer/3000000000": "zhihu:3000000000",
        "https://zhuanlan.zhihu.com/p/77": "zhihu:77",
        "https://tieba.baidu.com/p/9000000000?pid=1": "tieba:9000000000",
        "https://www.douyin.com/video/7512345678901234567": "douyin:7512345678901234567",
        "//www.xiaohongshu.com/explore/66aabbccddeeff0011223344?xsec_token=a":
            "xiaohongshu:66aabbccddeeff0011223344",
    }  # fmt: skip
    rows = [["喝出虫子", TIME, address] for address in addresses]
    profile = Profile("tool", {"text": ("words",), "time": ("at",), "url": ("where",)}).format()
    path = tmp_path / "a.csv"
    path.write_bytes(table(*rows, header=["words", "at", "where"]))
    found = posts(read_file(path, fetched_at=FETCHED_AT, profiles=(profile,)))
    assert [post.key for post in found] == [*addresses.values()]


def test_an_address_that_only_names_a_platform(tmp_path: Path) -> None:
    """Whose post it is says the host, not what stands behind it."""
    profile = Profile("tool", {"text": ("words",), "time": ("at",), "url": ("where",)}).format()
    path = tmp_path / "a.csv"
    hosts = ["https://netflix.com/a", "https://news.example/?to=weibo.com/1/KuW7qgbuK", "见附件"]
    path.write_bytes(
        table(*(["虫子", TIME, one] for one in hosts), header=["words", "at", "where"])
    )
    found = posts(read_file(path, fetched_at=FETCHED_AT, profiles=(profile,)))
    assert [post.source for post in found] == ["table"] * 3
    assert found[2].url == ""


@pytest.mark.parametrize(
    ("date", "clock", "whole"),
    [
        ("2026-06-21", "9:19 PM", "2026-06-21 9:19 PM"), ("2026-06-21 00:00:00", "21:19", "2026-06-21 21:19"),
        ("46194", "0.5", "46194.5"), ("2026/6/21", "0.5", "2026/6/21 12:00"),
        ("2026-06-21 21:19", "08:00", "2026-06-21 21:19"), ("2026-06-21", "", "2026-06-21"),
        ("2026-06-21", None, "2026-06-21"), (None, "21:19", None),
    ],
)  # fmt: skip
def test_a_time_of_day_in_its_own_column(date: Any, clock: Any, whole: Any) -> None:
    """A day and a time of day in two columns are one time; a whole time needs no other."""
    assert when(date, clock) == whole


def test_counts_of_services(tmp_path: Path) -> None:
    """Of an estimated span the lower bound is taken, with a note; a dash is nothing."""
    row = {**ROWS["蝉妈妈"], "点赞数": "-", "评论数": "N/A"}
    (post,) = posts(read(tmp_path, table([*row.values()], header=[*row])))
    assert (post.followers, post.likes, post.comments) == (75_000, None, None)
    assert post.notes == ("followers: a span, its lower bound taken",)


def test_notes_above_a_header(tmp_path: Path) -> None:
    """A title, filters and empty rows above the header are no rows, in any file."""
    plain = posts(read(tmp_path, exported("新浪舆情通, 2024"), "plain"))
    rows = [["导出结果：共 1 条"], [], ["筛选", "敏感"], list(ROWS["新浪舆情通, 2024"]),
            list(ROWS["新浪舆情通, 2024"].values())]  # fmt: skip
    assert read(tmp_path, table(*rows[1:], header=rows[0])) == plain
    assert read(tmp_path, workbook(a=rows)) == plain


MERGED = [
    ["序号", "文章", "", "", "互动数据", "", "", "原文链接", "情感属性"],
    ["", "标题", "正文", "发布时间", "转发数", "评论数", "点赞数", "", ""],
    ["1", "虫子", "喝出虫子", TIME, "3", "4", "5", f"https://weibo.com/1001/{BID}", "负面"],
]


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    """Where cells of a header are merged, each column has the lowest name above it."""
    for payload in (workbook(a=MERGED), table(*MERGED[1:], header=MERGED[0]),
                    workbook(a=[["导出"], [], *MERGED])):  # fmt: skip
        (post,) = posts(read(tmp_path, payload))
        assert (post.reposts, post.comments, post.likes) == (3, 4, 5)
        assert post.key == f"weibo:{MID}"
        assert post.text == "虫子\n喝出虫子"


def test_a_column_twice(tmp_path: Path) -> None:
    """A column that comes again, empty, takes nothing away from the first."""
    row = ROWS["新浪舆情通, 2024"]
    header, cells = [*row, "全文内容", "日期"], [*row.values(), "", ""]
    assert posts(read(tmp_path, table(cells, header=header))) == posts(
        read(tmp_path, exported("新浪舆情通, 2024"), "plain")
    )


def test_the_guess_by_cells() -> None:
    """Where names say nothing, cells do: times, addresses, and the longest texts."""
    header = ["c1", "c2", "c3", "c4"]
    rows = [["7", "奶茶里喝出一只虫子，没人理", "2026/6/21 21:19", "https://n.example/1"]] * 2
    assert guess(header, rows) == {"text": "c2", "time": "c3", "url": "c4"}
    assert guess(["数量", "门店"], [["7", "一店"]]) == {}


def test_the_guess_of_a_day_and_a_time() -> None:
    """A day and a time of day are found as two columns of one time."""
    header = ["内容", "日期", "时间"]
    assert guess(header, [["虫子", "2026-06-21", "21:19"]])["clock"] == "时间"
    assert "clock" not in guess(header, [["虫子", "2026-06-21 21:19", "晚上"]])


@pytest.mark.parametrize("needed", ["日期", "标题／微博内容"])
def test_what_a_service_lacks(tmp_path: Path, needed: str) -> None:
    """An export without a column that it needs is refused, and the column named."""
    row = {name: cell for name, cell in ROWS["新浪舆情通, 2024"].items() if name != needed}
    path = tmp_path / "a.csv"
    path.write_bytes(table([*row.values()], header=[*row]))
    with pytest.raises(UnknownFormat, match="It looks like 新浪舆情通, but lacks"):
        read_file(path, fetched_at=FETCHED_AT)


def test_a_row_of_a_service_that_is_none(tmp_path: Path) -> None:
    """A row without words or time is refused alone, with its reason."""
    row = ROWS["新浪舆情通, 2024"]
    no_time = {**row, "日期": "-", "原文/评论链接": "https://news.example/1"}
    no_text = {**row, "标题／微博内容": "", "全文内容": "-"}
    payload = exported("新浪舆情通, 2024", rows=[[*no_time.values()], [*no_text.values()]])
    found = read(tmp_path, payload)
    assert isinstance(found[0], Post)
    assert reasons(found) == ["no time", "no text"]


def linked(address_in: str, **cells: str) -> bytes:
    """Return a workbook in which the cell of one column shows words and leads to the post."""
    row = {**ROWS["新浪舆情通, 2024"], **cells}
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, row)
        page.write_row(1, 0, row.values())
        page.write_url(
            1, [*row].index(address_in), f"https://weibo.com/1001/{BID}", string=row[address_in]
        )
    return stream.getvalue()


@pytest.mark.parametrize("column", ["原文/评论链接", "标题／微博内容"])
def test_an_address_behind_a_cell(tmp_path: Path, column: str) -> None:
    """Where a cell only shows words, the address behind it says whose post it is."""
    (post,) = posts(read(tmp_path, linked(column, **{"原文/评论链接": "查看原文"})))
    assert post.key == f"weibo:{MID}"
    assert post.url == f"https://weibo.com/1001/{BID}"
