"""Two different posts never become one."""

from pathlib import Path
from typing import Any

import pytest

from records import Post
from tests.listeners.formats.test_mediacrawler import WRITERS, item
from tests.listeners.samples import json_lines, own, posts, read, reasons, search_row, table

VIDEO = 7512345678901234567


def video(number: int, **fields: Any) -> dict[str, Any]:
    aweme = VIDEO + 7919 * number
    return item(
        {"aweme_id": f"{float(aweme):.5E}", "title": f"喝出异物第{number}天", "desc": "",
         "create_time": 1780718480 + 60 * number, "aweme_url": f"https://www.douyin.com/video/{aweme}"},
        **fields,
    )  # fmt: skip


@pytest.mark.parametrize("form", WRITERS)
def test_the_id_comes_from_the_address(tmp_path: Path, form: str) -> None:
    """Six videos under one rounded id are six posts, by the ids in their addresses."""
    found = posts(read(tmp_path, WRITERS[form](*map(video, range(6)))))
    assert [post.id for post in found] == [str(VIDEO + 7919 * n) for n in range(6)]
    assert {post.notes for post in found} == {("id: repaired from the address",)}


def test_rounded_without_an_address(tmp_path: Path) -> None:
    """A rounded id that nothing repairs is rejected with that reason, whatever the format."""
    found = read(tmp_path, json_lines(*(video(n, aweme_url="") for n in range(6))))
    assert reasons(found) == ["rounded id: 7.51235E+18"] * 6
    found = read(tmp_path, json_lines(own(id="5.31E+15"), own(id="5306780296538000000")))
    assert len(reasons(found)) == 2


def test_rounded_without_a_bid(tmp_path: Path) -> None:
    """A rounded mid without a bid is rejected for what it is."""
    assert reasons(read(tmp_path, table(search_row(id="5.31E+15")))) == ["rounded id: 5.31E+15"]


def test_a_file_whose_ids_all_end_in_zeros(tmp_path: Path) -> None:
    """Where all ids of a file end in a zero, a spreadsheet wrote them; one alone is chance."""
    rows = [search_row(id=f"531235664089{n:03d}0", 微博正文=f"第{n}条") for n in range(8)]
    found = read(tmp_path, table(*rows))
    assert len(reasons(found)) == 8
    assert "as all in the file" in reasons(found)[0]
    rows[3] = search_row(id="5312356640895033")
    assert not reasons(read(tmp_path, table(*rows)))


@pytest.mark.parametrize(
    "other",
    [
        {"text": "另一句话"},
        {"author": "b", "published_at": "2026-06-22 09:00"},
        {"text": "另一句话", "published_at": "2026-06-22 09:00"},
    ],
)
def test_one_id_and_two_posts(tmp_path: Path, other: dict[str, str]) -> None:
    """What comes under the id of another post is rejected, not taken for its copy."""
    lines = json_lines(own(author="a" if "author" in other else ""), own(**other))
    found = read(tmp_path, lines)
    assert isinstance(found[0], Post)
    assert reasons(found) == ["another post has the same id: 7"]


@pytest.mark.parametrize(
    ("one", "other"),
    [({}, {"likes": 9}), ({"text": "门店态度很差，再也不来了"}, {"text": "门店态度很差...全文"}),
     ({"author": "a"}, {"author": "a", "text": "改过的话"})],
)  # fmt: skip
def test_one_post_read_twice(tmp_path: Path, one: dict[str, Any], other: dict[str, Any]) -> None:
    """One post with other counts, cut, or edited by its author stays one post."""
    assert len(posts(read(tmp_path, json_lines(own(**one), own(**other))))) == 2


def test_links_with_rounded_ids(tmp_path: Path) -> None:
    """A parent or an author whose id is rounded is left out with a note."""
    (post,) = posts(read(tmp_path, json_lines(own(parent="weibo:5.31E+15", author="1.23457E+15"))))
    assert (post.parent, post.author) == (None, "")
    assert post.notes == ("parent: rounded id", "author: rounded id")
