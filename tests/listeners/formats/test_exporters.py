"""Everything that the supported exporters write, read from files of our own."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.formats import FORMATS
from listeners.formats.items import Items
from listeners.formats.read import UnknownFormat, layout_of_file, read_file
from listeners.formats.tables.mapping import Profile, guess
from listeners.parsing.bytes import opened
from records import Post, PostKind, Rejected
from tests.listeners.formats import exporters
from tests.listeners.formats.exporters import COMMENT, COMMENT_HEADER, FIXTURES, Fixture
from tests.listeners.formats.tables import monitors
from tests.listeners.samples import FETCHED_AT, MID, MID_TIME, posts, read, reasons, table

DOCS = Path(__file__).parents[3] / "docs"
NAMES = [f"{one.exporter} {one.version} {one.file}" for one in FIXTURES]
# A name in quotes or notes above the header make no plain lines.
TABLES = [
    one for one in FIXTURES if one.file in {"CSV", "comments CSV"} and one.exporter != "Brandwatch"
]


@pytest.mark.parametrize("fixture", FIXTURES, ids=NAMES)
def test_what_an_exporter_writes(tmp_path: Path, fixture: Fixture) -> None:
    """Each file of each exporter is read whole, under its platform's name and at its time."""
    found = posts(read(tmp_path, fixture.make()))
    assert tuple(post.source for post in found) == fixture.sources
    for post in found:
        assert post.text
        assert not [note for note in post.notes if "unreadable" in note]
        if not post.source.startswith("hot.") and post.source != "heimao":
            assert abs(post.published_at - MID_TIME) <= timedelta(seconds=60)


def test_every_format_stands_in_the_table(tmp_path: Path) -> None:
    """The table leaves no format out that an exporter writes."""
    found = {"fengsui JSON Lines", *(known.name for known in FORMATS if "answer" in known.name)}
    path = tmp_path / "file"
    for fixture in FIXTURES:
        path.write_bytes(fixture.make())
        with opened(path) as stream:
            items = Items(stream, layout_of_file(path))
            for _ in items:
                found.add(items.layout.format.name)
    assert {known.name for known in FORMATS} - found == set()


@pytest.mark.parametrize("page", ["formats.md", "formats.zh-CN.md"])
def test_the_table_in_the_docs(page: str) -> None:
    """The table of exporters in the docs is that of the fixtures."""
    text = (DOCS / page).read_text("utf-8")
    assert "\n".join(exporters.rows()) in text


def test_comments_of_a_crawl(tmp_path: Path) -> None:
    """A comment belongs to its post; one without a post is rejected."""
    lost = ["5312356640895099", "", *COMMENT[2:]]
    found = read(tmp_path, table(COMMENT, lost, header=COMMENT_HEADER))
    assert isinstance(found[0], Post)
    assert (found[0].kind, found[0].parent) == (PostKind.COMMENT, f"weibo:{MID}")
    assert reasons(found) == ["no id of the post that is commented on"]


def test_a_repost_in_a_document(tmp_path: Path) -> None:
    """A repost is followed by its original; a broken entry costs itself."""
    original = {**exporters.CRAWLED, "id": 4673732523857438, "bid": "KuW7qgbuK", "text": "原文",
                "full_created_at": "2021-08-24 14:55:30"}  # fmt: skip
    entry = {**exporters.CRAWLED, "retweet": original}
    document = {"user": {}, "weibo": [entry, 5, {"id": None}]}
    found = read(tmp_path, exporters.document(document))
    own, source = (item for item in found if isinstance(item, Post))
    assert (own.kind, own.parent, own.quoted) == (PostKind.REPOST, source.key, "原文")
    assert reasons(found) == ["not an object", "no id"]


def test_the_time_of_a_list(tmp_path: Path) -> None:
    """A list without a time was read when its folder and its name say."""
    for folder, name in (("2026-06-21", "21-19.txt"), ("2026年06月21日", "21时19分.txt")):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / name
        path.write_text(exporters.TREND, "utf-8")
        found = posts(read_file(path, fetched_at=FETCHED_AT))
        assert {post.published_at for post in found} == {MID_TIME.replace(second=0)}


@pytest.mark.parametrize("fixture", TABLES, ids=lambda one: f"{one.exporter} {one.version}")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_columns_in_disorder(tmp_path: Path, fixture: Fixture, data: st.DataObject) -> None:
    """With columns reordered, dropped, renamed or doubled a file is read, or its lack is named."""
    lines = fixture.make().decode("utf-8-sig").splitlines()
    header, row = (line.split(",") for line in lines[:2])
    order = data.draw(st.permutations(range(len(header))))
    gone = data.draw(st.sets(st.sampled_from(order), max_size=2))
    renamed = data.draw(st.sets(st.sampled_from(order), max_size=1))
    doubled = data.draw(st.lists(st.sampled_from(order), max_size=1))
    places = [place for place in order if place not in gone] + doubled
    names = [f"{header[place]}2" if place in renamed else header[place] for place in places]
    path = tmp_path / "a.csv"
    path.write_bytes(table([row[place] for place in places], header=names))
    try:
        (found,) = read_file(path, fetched_at=FETCHED_AT)
    except UnknownFormat as error:
        assert gone or renamed, error  # noqa: PT017  what is whole is always read
        return
    if isinstance(found, Post):
        # Without its address a row of a service only says whose post it is by its medium.
        is_service = fixture.exporter in monitors.SERVICES and (gone or renamed)
        assert found.source in fixture.sources or is_service
    else:
        assert isinstance(found, Rejected)
        assert found.reason


HEADER = ["序号", "标题", "正文", "媒体类型", "作者", "发布时间", "转发数", "原文链接"]


def paid(number: int, **cells: str) -> list[str]:
    row = {"序号": str(number), "标题": f"门店被查{number}", "正文": "后厨不洗手",
           "媒体类型": "微博",
           "作者": "某人", "发布时间": "2026/06/21 21:19", "转发数": "1",
           "原文链接": f"https://weibo.com/1001/{exporters.BID}"}  # fmt: skip
    return [{**row, **cells}[name] for name in HEADER]


def test_any_table_by_a_mapping(tmp_path: Path) -> None:
    """A table of another tool is read by its columns; an address gives the post its own key."""
    columns = {field: (name,) for field, name in guess(HEADER).items()}
    profile = Profile("tool", columns).format()
    path = tmp_path / "a.csv"
    others = [
        paid(2, 媒体类型="知乎", 原文链接="https://www.zhihu.com/question/1/answer/2"),
        paid(3, 媒体类型="新闻", 原文链接=""), paid(4, 媒体类型="新闻", 原文链接=""),
        paid(5, 发布时间="?", 媒体类型="新闻", 原文链接="https://news.example/5"),
    ]  # fmt: skip
    path.write_bytes(table(paid(1), *others, header=HEADER))
    found = list(read_file(path, fetched_at=FETCHED_AT, profiles=(profile,)))
    kept = [item for item in found if isinstance(item, Post)]
    assert kept[0].key == f"weibo:{MID}"
    assert kept[0].text == "门店被查1\n后厨不洗手"
    assert [post.source for post in kept] == ["weibo", "zhihu", "table", "table"]
    assert len({post.key for post in kept}) == 4
    assert reasons(found) == ["unreadable time: ?"]


def test_the_guess() -> None:
    """Columns are guessed from their names, each for one field only."""
    assert guess(HEADER).items() >= {"text": "正文", "time": "发布时间", "url": "原文链接"}.items()
    assert guess(["Title", "Date", "URL"]) == {"text": "Title", "time": "Date", "url": "URL"}
    assert guess(["a", "b"]) == {}
