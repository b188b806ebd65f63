"""The kinds of files that people met, each in forms of our own: other columns, names, encodings."""

# ruff: noqa: E501  a row of a table stands on one line

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from listeners.formats.read import UnknownFormat, read_file
from records import Post, PostKind
from tests.listeners.formats import exporters
from tests.listeners.formats.exports.writers import ALL, FIRST, MINUTE, Written
from tests.listeners.formats.test_mediacrawler import WRITERS, as_csv, item
from tests.listeners.formats.test_orders import ALL as VERSIONS
from tests.listeners.formats.test_orders import CELLS
from tests.listeners.formats.test_workbooks import workbook
from tests.listeners.samples import (
    FETCHED_AT,
    MID,
    MID_TIME,
    SEARCH_HEADER,
    json_lines,
    posts,
    read,
    reasons,
    search_row,
    table,
)

POSTS = [
    Written(n, f"第{n}次在门店喝出虫子，没人理", FIRST + n * MINUTE, n, n + 1, n + 2)
    for n in range(7)
]
ENCODINGS = [
    ("utf-8", ","),
    ("utf-8-sig", ";"),
    ("gb18030", ","),
    ("utf-16", "\t"),
    ("gb18030", "|"),
]
BIDLESS = {"id": f"{float(MID):.2E}", "bid": ""}


def delimited(content: bytes, encoding: str, delimiter: str) -> bytes:
    """Return a table of ours in another encoding, parted otherwise."""
    text = io.StringIO()
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.mark.parametrize(("encoding", "delimiter"), ENCODINGS)
@pytest.mark.parametrize("name", [name for name in ALL if name.endswith(("CSV", "csv"))])
def test_tables_in_every_encoding(tmp_path: Path, name: str, encoding: str, delimiter: str) -> None:
    """(1, 12, 17, 18) A table is read in whatever encoding and with whatever delimiter it was saved."""
    writer = ALL[name]
    content = writer.file([writer.fields(post) for post in POSTS])
    found = posts(read(tmp_path, delimited(content, encoding, delimiter)))
    assert [post.key for post in found] == [writer.key(post) for post in POSTS]
    assert [post.text for post in found] == [post.text for post in POSTS]


@pytest.mark.parametrize(
    "spoiled",
    [
        "5.31236E+15",
        "5.3123566408950E+15",
        "5312356640895030",
        "5312356640895000",
        "5.31235664089503E+15",
    ],
)
def test_ids_from_the_bid(tmp_path: Path, spoiled: str) -> None:
    """(2) Whatever a spreadsheet left of an id, the bid in the row has the right one."""
    (post,) = posts(read(tmp_path, table(search_row(id=spoiled, bid="R5bs43KQ1"))))
    assert post.id == MID


@pytest.mark.parametrize("column", ["微博链接", "note"])
def test_ids_without_a_bid(tmp_path: Path, column: str) -> None:
    """(2b) Ids that nothing repairs are refused with their reason, and none passes as another."""
    rows = [[*search_row(**BIDLESS, 微博正文=f"第{n}条"), "x"] for n in range(4)]
    found = read(tmp_path, table(*rows, header=[*SEARCH_HEADER, column]))
    assert reasons(found) == [f"rounded id: {BIDLESS['id']}"] * 4


@pytest.mark.parametrize("name", ["Douyin", "Weibo", "Xiaohongshu", "Zhihu", "Tieba"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_ids_from_the_address(tmp_path: Path, name: str, form: str) -> None:
    """(3) The address has the id that a spreadsheet rounded, on every platform."""
    writer = ALL[f"MediaCrawler {name} {form}"]
    rows = [dict(writer.fields(post)) for post in POSTS]
    identity = next(iter(rows[0]))
    for row in rows:
        if str(row[identity]).isdecimal():
            row[identity] = f"{float(row[identity]):.5E}"
    found = posts(read(tmp_path, writer.file(rows)))
    assert [post.key for post in found] == [writer.key(post) for post in POSTS]


def test_versions_of_one_exporter_in_one_file(tmp_path: Path) -> None:
    """(4, 5) Rows of four versions under one header are read, each by its own version's order."""
    rows = [[{**CELLS, "点赞数": str(700 + n)}.get(name, "") for name in columns]
            for n, columns in enumerate(VERSIONS)]  # fmt: skip
    for header in VERSIONS:
        found = read(tmp_path, table(*rows, header=header))
        assert [post.likes for post in found if isinstance(post, Post)] == [700, 701, 702, 703]


@pytest.mark.parametrize(
    "wrap",
    [lambda rows: {"user": {"id": "1"}, "weibo": rows}, lambda rows: {"weibo": rows, "user": {}}],
)
def test_documents_of_crawlers(tmp_path: Path, wrap: Any) -> None:
    """(6) The JSON of a crawler is read whichever of its parts comes first."""
    rows = [dict(ALL["weibo-crawler JSON"].fields(post)) for post in POSTS]
    found = posts(read(tmp_path, exporters.document(wrap(rows))))
    assert [post.key for post in found] == [f"weibo:{post.mid}" for post in POSTS]


def test_comments_belong_to_their_posts(tmp_path: Path) -> None:
    """(7) Comments of a crawl have their post, with their columns in any order."""
    header, cells = exporters.COMMENT_HEADER[::-1], exporters.COMMENT[::-1]
    (post,) = posts(read(tmp_path, table(cells, header=header)))
    assert (post.kind, post.parent, post.likes) == (PostKind.COMMENT, f"weibo:{MID}", 2)


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize(
    ("name", "sample"), [("zhihu", exporters.ZHIHU), ("tieba", exporters.TIEBA)]
)
def test_platforms_that_look_alike(
    tmp_path: Path, name: str, sample: dict[str, Any], form: str
) -> None:
    """(8, 9) A platform is known by its own names, in any order, and with a column more or less."""
    changed = {**dict(reversed(sample.items())), "ip_location": "浙江"}
    for gone in ("last_modify_ts", "user_nickname", "source_keyword"):
        changed.pop(gone, None)
        (post,) = posts(read(tmp_path, WRITERS[form](changed)))
        assert post.source == name


def test_a_platform_that_lacks_its_marks(tmp_path: Path) -> None:
    """(9) What is only close to a platform is named with what it lacks, never read as another."""
    bare = {
        name: cell
        for name, cell in exporters.TIEBA.items()
        if "tieba" not in name and name != "total_replay_num"
    }
    path = tmp_path / "file"
    path.write_bytes(json_lines(bare))
    with pytest.raises(UnknownFormat, match="looks like"):
        read_file(path, fetched_at=FETCHED_AT)


@pytest.mark.parametrize("hours", [-8, -9, -5, 3])
def test_servers_in_other_zones(tmp_path: Path, hours: int) -> None:
    """(10) Times that contradict the ids by whole hours come from the ids, all with the same note."""
    rows = []
    for post in POSTS:
        cells = dict(ALL["weibo-search CSV"].fields(post))
        cells["发布时间"] = post._replace(at=post.at + timedelta(hours=hours)).clock(
            "%Y-%m-%d %H:%M"
        )
        rows.append(cells)
    found = posts(read(tmp_path, ALL["weibo-search CSV"].file(rows)))
    assert [post.published_at.replace(second=0) for post in found] == [post.at for post in POSTS]
    assert {post.notes for post in found} == {
        (f"published_at: {hours:+d} h against the id, corrected from it",)
    }


def test_a_database_among_others(tmp_path: Path) -> None:
    """(11) A database is read as it is; one of another program is refused and its tables named."""
    found = posts(read(tmp_path, exporters.sqlite("weibo", exporters.ROW)))
    assert [post.id for post in found] == [MID]
    other = read(tmp_path, exporters.sqlite("moz_places", {"url": "x", "title": "y"}))
    assert "moz_places" in reasons(other)[0]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lists_of_headlines(tmp_path: Path, end: str, mark: str) -> None:
    """(13) A list of headlines is read with any line end, whatever site stands in it."""
    text = f"{mark}抖音{end}1. 喝出虫子 (排名:1)  [URL:https://www.douyin.com/hot/1]{end}2. 门店道歉{end}"
    found = posts(read(tmp_path, text.encode()))
    assert [post.text for post in found] == ["喝出虫子", "门店道歉"]
    assert {post.kind for post in found} == {PostKind.HEADLINE}


def test_public_complaints(tmp_path: Path) -> None:
    """(14b) Complaints are read with their columns in any order, and with more of them."""
    header = [*exporters.CRAWL_HEADER[::-1], "status"]
    cells = [*exporters.CRAWL[::-1], "已回复"]
    (post,) = posts(read(tmp_path, table(cells, header=header)))
    assert (post.source, post.kind, post.id) == ("heimao", PostKind.COMPLAINT, "17390000001")


def test_a_file_saved_in_a_wrong_set(tmp_path: Path) -> None:
    """(15) A table that was read in a wrong character set and saved is put right, or said."""
    rows = [search_row(id=str(int(MID) + n * 7), 微博正文="门店里喝出一只虫子") for n in range(9)]
    spoiled = table(*rows)[3:].decode("gb18030", "replace").encode("utf-8-sig")
    found = read(tmp_path, spoiled)
    assert len(found) == 9
    assert all(isinstance(one, Post) and one.notes for one in found)


def test_lines_of_another_crawler(tmp_path: Path) -> None:
    """(16) The lines of nghuyong's crawler are read, with fields that it has and has not."""
    lines = [{**exporters.LINE, "geo": None, "pic_urls": [], "isLongText": True},
             {name: value for name, value in exporters.LINE.items() if name != "crawl_time"}]  # fmt: skip
    found = posts(read(tmp_path, json_lines(*lines)))
    assert {(post.id, post.region, post.author_name) for post in found} == {(MID, "浙江", "小满")}


@pytest.mark.parametrize(
    "written",
    [
        "2026/6/21 21:19",
        "2026-06-21 21:19:45",
        "2026年6月21日 21:19",
        "2026/6/21 下午9:19",
        "6/21/2026 9:19 PM",
        "46194.8884838",
    ],
)
def test_dates_of_spreadsheets(tmp_path: Path, written: str) -> None:
    """(18) A time is read in each form in which spreadsheets of any country show it."""
    (post,) = posts(read(tmp_path, table(search_row(发布时间=written))))
    assert post.published_at == MID_TIME


def test_the_same_posts_of_two_exporters(tmp_path: Path) -> None:
    """(18) A post that two exporters wrote has one key, and one time."""
    for name in ("weibo-crawler CSV", "MediaCrawler Weibo csv", "新浪舆情通 XLSX", "WeiboSpider"):
        writer, search = ALL[name], ALL["weibo-search CSV"]
        one = posts(read(tmp_path, writer.file([writer.fields(post) for post in POSTS])))
        other = posts(read(tmp_path, search.file([search.fields(post) for post in POSTS])))
        assert [post.key for post in one] == [post.key for post in other]


def test_sheets_of_a_crawl(tmp_path: Path) -> None:
    """(19) Each sheet of a crawl is read by its own columns; charts and notes cost nothing."""
    content = dict(ALL["MediaCrawler Xiaohongshu csv"].fields(POSTS[0]))
    comment = item({"comment_id": "66bb", "note_id": content["note_id"], "content": "同感",
                    "create_time": 1782047985000, "like_count": 4, "parent_comment_id": 0})  # fmt: skip
    payload = workbook(
        Contents=[[*content], [*content.values()]], 评论=[["导出"], [*comment], [*comment.values()]]
    )
    assert [post.kind for post in posts(read(tmp_path, payload))] == ["post", "comment"]


def test_masked_creators(tmp_path: Path) -> None:
    """(20) Masked names are names and no ids: two people with one mask stay two people."""
    fields = ALL["MediaCrawler Weibo csv"].fields
    rows = [
        {**fields(post), "creator_hash": f"h{post.number}", "nickname": "张**"} for post in POSTS
    ]
    found = posts(read(tmp_path, as_csv(*rows)))
    assert len({post.author for post in found}) == len(POSTS)
    assert {post.author_name for post in found} == {"张**"}
