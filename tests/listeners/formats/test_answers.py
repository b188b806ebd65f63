"""Answers of the interfaces, recorded and bare."""

import json
from pathlib import Path
from typing import Any

import pytest

from records import Account, Post, PostKind, Rejected
from tests.listeners.samples import (
    MID,
    MID_TIME,
    complaint,
    desk_answer,
    json_lines,
    mblog,
    posts,
    read,
    reasons,
    record,
    search_answer,
)

DESK = "https://tousu.sina.com.cn/api/index/s?keywords=x"


def answered(folder: Path, body: Any, **fields: Any) -> list[Post | Rejected]:
    return read(folder, json_lines(record(body, **fields)), fetched_at=None)


def test_search(tmp_path: Path) -> None:
    """A post keeps its words as they came, its counts and its author, fetched as recorded."""
    (post,) = posts(answered(tmp_path, search_answer(mblog())))
    assert (post.key, post.kind, post.published_at) == (f"weibo:{MID}", PostKind.POST, MID_TIME)
    assert "<img alt=[怒] />" in post.text
    assert (post.reposts, post.comments, post.likes) == (1, 12_000, 1_000_000)
    assert (post.author, post.author_name, post.followers) == ("1001", "小满", 13_000)
    assert (post.region, post.notes) == ("广东", ())
    assert post.fetched_at.isoformat() == "2026-06-21T13:30:00+00:00"


@pytest.mark.parametrize(
    ("number", "account"),
    [
        (-1, Account.ORDINARY),
        (0, Account.NOTABLE),
        (1, Account.GOVERNMENT),
        ("2", Account.COMPANY),
        (3, Account.MEDIA),
        (7, Account.ORGANISATION),
        (220, Account.ORDINARY),
        (None, Account.UNKNOWN),
        ("?", Account.UNKNOWN),
        (True, Account.UNKNOWN),
        ([3], Account.UNKNOWN),
        (10**30, Account.UNKNOWN),
    ],
)
def test_accounts(tmp_path: Path, number: object, account: Account) -> None:
    """Weibo's number says who speaks; what is no such number says nothing, without a note."""
    user = {"id": 1001, "screen_name": "小满", "verified_type": number}
    (post,) = posts(answered(tmp_path, search_answer(mblog(user=user))))
    assert (post.account, post.notes) == (account, ())


def test_cards(tmp_path: Path) -> None:
    """Posts stand in cards and in their groups, whatever the type is written like."""
    group = [{"card_type": "9", "mblog": mblog(mid="11")}, {"card_type": 42, "desc": "热门"}]
    cards = [{"card_type": 11, "card_group": group}, {"card_type": "9", "mblog": mblog(mid="12")}]
    found = answered(tmp_path, {"ok": 1, "data": {"cards": cards}})
    assert [post.id for post in posts(found)] == ["11", "12"]


def test_repost(tmp_path: Path) -> None:
    """The original of a repost is a post of its own, and the repost quotes it."""
    original = mblog(mid="4673732523857438", text="原文")
    own, source = posts(answered(tmp_path, search_answer(mblog(retweeted_status=original))))
    assert (own.kind, own.parent, own.quoted) == (PostKind.REPOST, source.key, "原文")
    assert (source.kind, source.text) == (PostKind.POST, "原文")


def test_deleted_original(tmp_path: Path) -> None:
    """A deleted original is a notice, not a post: the repost notes it and knows its id."""
    original = {"id": "99", "text": "抱歉，此微博已被删除", "user": None}
    (own,) = posts(answered(tmp_path, search_answer(mblog(retweeted_status=original))))
    assert (own.kind, own.parent, own.quoted) == (PostKind.REPOST, "weibo:99", "")
    assert own.notes == ("original: deleted",)


def test_unreadable_original(tmp_path: Path) -> None:
    """An original that cannot be read is rejected; its repost stays."""
    original = {"id": "99", "user": {"id": 1}, "text": "x"}
    found = answered(tmp_path, search_answer(mblog(retweeted_status=original)))
    assert isinstance(found[0], Post)
    assert reasons(found) == ["original: no time"]


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"user": None}, "author: missing"),
        ({"user": [1]}, "author: not an object"),
        ({"likes": 1, "attitudes_count": {}}, "likes: unreadable count {}"),
        ({"text": None}, "text: empty"),
        ({"region_name": []}, "region: not a text"),
        ({"isLongText": True}, "text: only the beginning of a long post"),
        ({"retweeted_status": "x"}, "original: not an object"),
        ({"created_at": "06-09x"}, "published_at: repaired from the id"),
    ],
)
def test_wrong_types(tmp_path: Path, fields: dict[str, Any], note: str) -> None:
    """A field that is missing or of another type leaves the post and gives a note."""
    (post,) = posts(answered(tmp_path, search_answer(mblog(**fields))))
    assert note in post.notes


def test_long_text(tmp_path: Path) -> None:
    """The whole text is taken where the answer holds it."""
    whole = {"longTextContent": "很长的话"}
    (post,) = posts(answered(tmp_path, search_answer(mblog(isLongText=True, longText=whole))))
    assert (post.text, post.notes) == ("很长的话", ())


@pytest.mark.parametrize(
    ("post", "reason"),
    [
        (None, "no post in the card"),
        ("x", "no post in the card"),
        (mblog(id=None, mid=None), "no id"),
        (mblog(id={}, mid=None), "no id"),
        (mblog(mid="7", created_at="昨天25:99"), "unreadable time: 昨天25:99"),
    ],
)
def test_rejected_items(tmp_path: Path, post: Any, reason: str) -> None:
    """One bad item is rejected alone; its neighbours are posts."""
    found = answered(tmp_path, search_answer(mblog(), post, mblog(mid="12")))
    assert [type(item) for item in found] == [Post, Rejected, Post]
    assert reasons(found) == [reason]


@pytest.mark.parametrize("data", [[], "", None, {"cards": {}}, {"cards": None}, 5])
def test_no_cards(tmp_path: Path, data: Any) -> None:
    """An answer that holds no list and does not say why is rejected."""
    assert reasons(answered(tmp_path, {"ok": 1, "data": data})) == ["no posts and no refusal"]


REFUSALS = [
    ({"ok": -100, "url": "https://passport.weibo.com/"}, "login wall (ok:-100)"),
    ({"ok": "-100"}, "login wall (ok:-100)"),
    ({"ok": 0, "msg": "请求过于频繁，请求频次超限"}, "rate limit (频次)"),
    ({"url": "https://captcha.example/"}, "captcha"),
    ({"ok": 0, "msg": "出错了"}, "refused (ok:0 出错了)"),
    ({"request": "/2/x", "error_code": 10023, "error": "x"}, "rate limit (error 10023)"),
    ({"request": "/2/x", "error_code": 1, "error": "user limit"}, "rate limit (error 1)"),
    ({"request": "/2/x", "error_code": "21327", "error": "x"}, "login needed (error 21327)"),
    ({"request": "/2/x", "error_code": [], "error": {}}, "refused (error [])"),
]


@pytest.mark.parametrize(("body", "reason"), REFUSALS)
def test_refusals(tmp_path: Path, body: dict[str, Any], reason: str) -> None:
    """A refusal is rejected with its own reason and never taken for an empty answer."""
    assert reasons(answered(tmp_path, body)) == [reason]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (432, "blocked (HTTP 432)"), (418, "blocked (HTTP 418)"), ("418", "blocked (HTTP 418)"),
        (429, "rate limit (HTTP 429)"), (502, "the source is unwell (HTTP 502)"),
        (404, "refused (HTTP 404)"), ([], "unreadable status: []"),
    ],
)  # fmt: skip
def test_statuses(tmp_path: Path, status: Any, reason: str) -> None:
    """A recorded status other than success is a refusal, whatever the body holds."""
    assert reasons(answered(tmp_path, search_answer(mblog()), status=status)) == [reason]


def test_forbidden(tmp_path: Path) -> None:
    """A 403 that asks for a login differs from one that does not."""
    assert reasons(answered(tmp_path, "请登录", status=403)) == ["login needed (HTTP 403)"]
    assert reasons(answered(tmp_path, "no", status=403)) == ["refused (HTTP 403)"]


def test_nothing_found(tmp_path: Path) -> None:
    """An answer that says it found nothing is empty and no refusal, though it is `ok:0`."""
    body = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}
    assert answered(tmp_path, body) == []
    assert answered(tmp_path, {"ok": 0, "msg": "这里还没有内容"}) == []


def test_markers_on_good_pages(tmp_path: Path) -> None:
    """The word captcha in a good answer is no refusal."""
    body = {**search_answer(mblog(text="captcha geetest")), "extra": "captcha"}
    assert len(posts(answered(tmp_path, body))) == 1


@pytest.mark.parametrize("body", ["<html>", [1], 5, None])
def test_no_object(tmp_path: Path, body: Any) -> None:
    """A recorded body that is no object is rejected."""
    assert reasons(answered(tmp_path, body)) == ["the body is no JSON object"]


def test_unreadable_fetch_time(tmp_path: Path) -> None:
    """A record that does not say when is read as of then; one that says it badly is rejected."""
    found = answered(tmp_path, search_answer(mblog()), fetched_at="?")
    assert reasons(found) == ["unreadable fetch time: ?"]
    (post,) = posts(answered(tmp_path, search_answer(mblog()), fetched_at=None))
    assert post.fetched_at == post.published_at


def test_relative_times(tmp_path: Path) -> None:
    """Relative times count back from the record's time; the id gives the second where it agrees."""
    for written, at in {
        "10分钟前": "2026-06-21T13:19:45+00:00",
        "刚刚": "2026-06-21T13:30:00+00:00",
        "7分钟前": "2026-06-21T13:23:00+00:00",
        "2小时前": "2026-06-21T11:30:00+00:00",
        "1小时前": "2026-06-21T13:19:45+00:00",
    }.items():
        (post,) = posts(answered(tmp_path, search_answer(mblog(created_at=written))))
        assert post.published_at.isoformat() == at, written


def test_just_now_by_another_clock(tmp_path: Path) -> None:
    """A clock that is a minute behind the one that gave the id out takes no second away."""
    written = search_answer(mblog(created_at="刚刚"))
    (post,) = posts(answered(tmp_path, written, fetched_at="2026-06-21T21:18:30+08:00"))
    assert post.published_at.isoformat() == "2026-06-21T13:19:45+00:00"


def test_comments(tmp_path: Path) -> None:
    """Comments belong to the post that was asked for, or to the comment they answer."""
    items = [
        {"id": "501", "text": "同意", "created_at": "Sun Jun 21 21:19:45 +0800 2026",
         "like_count": 3, "source": "来自广东", "user": {"id": 5}, "rootid": "501"},
        {"id": "502", "text": "不", "created_at": "刚刚", "rootid": 501, "user": {"id": 6}},
    ]  # fmt: skip
    url = f"https://m.weibo.cn/comments/hotflow?id={MID}&mid={MID}&max_id_type=0"
    first, second = posts(answered(tmp_path, {"ok": 1, "data": {"data": items}}, url=url))
    assert (first.kind, first.parent, first.region) == (PostKind.COMMENT, f"weibo:{MID}", "广东")
    assert (first.likes, second.parent) == (3, "weibo:501")


def test_licensed_search(tmp_path: Path) -> None:
    """The licensed search holds its posts under another name."""
    (post,) = posts(answered(tmp_path, {"statuses": [mblog()], "total_number": 1}))
    assert post.id == MID


def test_complaint(tmp_path: Path) -> None:
    """A complaint says whom it is about, what went wrong and what is asked for."""
    (post,) = posts(answered(tmp_path, desk_answer(complaint()), url=DESK))
    assert (post.key, post.kind) == ("heimao:17380001234", PostKind.COMPLAINT)
    assert post.url == "https://tousu.sina.com.cn/complaint/1/"
    assert (post.author, post.author_name) == ("1001000", "小满")
    assert (post.likes, post.comments, post.reposts) == (2, 3, 0)
    assert post.published_at == MID_TIME
    for fact in ("喝到一半发现虫子", "投诉对象：云朵茶饮", "投诉要求：退款,赔偿"):
        assert fact in post.text


def test_company_page(tmp_path: Path) -> None:
    """A company's page holds its complaints under another name."""
    body = {"result": {"status": {"code": "0"}, "data": {"complaints": [complaint()]}}}
    assert len(posts(answered(tmp_path, body, url=DESK))) == 1


@pytest.mark.parametrize("data", [None, [], {}, {"lists": []}, {"lists": None}])
def test_empty_desk(tmp_path: Path, data: Any) -> None:
    """A desk without complaints is empty, however it says so."""
    body = {"result": {"status": {"code": 0}, "data": data}}
    assert answered(tmp_path, body, url=DESK) == []


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"status": {"code": 11, "msg": "请先登录"}}, "login needed (请先登录)"),
        ({"status": {"code": 12, "msg": "操作过于频繁"}}, "rate limit (操作过于频繁)"),
        ({"status": {"code": 13, "msg": "参数错误"}}, "refused (code 13 参数错误)"),
        ({"status": 5}, "no complaints and no refusal"),
        ([], "no complaints and no refusal"),
        ({"status": {"code": 0}, "data": {"lists": 5}}, "the list of complaints is no list"),
        ({"status": {"code": 0}, "data": "x"}, "the list of complaints is no list"),
    ],
)
def test_desk_refusals(tmp_path: Path, result: Any, reason: str) -> None:
    """A refusal of the desk is rejected with its reason, unlike an empty page."""
    assert reasons(answered(tmp_path, {"result": result}, url=DESK)) == [reason]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (5, "no complaint in the item"), ({"main": []}, "no complaint in the item"),
        (complaint(sn=None), "no id"), (complaint(timestamp=None), "no time"),
        (complaint(timestamp="?"), "unreadable time: ?"),
    ],
)  # fmt: skip
def test_rejected_complaints(tmp_path: Path, item: Any, reason: str) -> None:
    """One bad complaint is rejected alone."""
    found = answered(tmp_path, desk_answer(complaint(), item), url=DESK)
    assert [type(each) for each in found] == [Post, Rejected]
    assert reasons(found) == [reason]


def test_nameless(tmp_path: Path) -> None:
    """Those who complain without a name are not one person."""
    item = {**complaint(), "author": {"title": "匿名用户", "wb_profile": ""}}
    (post,) = posts(answered(tmp_path, desk_answer(item), url=DESK))
    assert (post.author, post.author_name) == ("", "匿名用户")


def test_mixed_recording(tmp_path: Path) -> None:
    """One recording can hold the answers of several sources."""
    lines = json_lines(record(search_answer(mblog())), record(desk_answer(complaint()), url=DESK))
    assert [post.source for post in posts(read(tmp_path, lines))] == ["weibo", "heimao"]


def test_recording_of_a_feed(tmp_path: Path) -> None:
    """Under an address of neither source the shape of the answer says whose it is."""
    for body in (search_answer(mblog()), desk_answer(complaint())):
        assert len(posts(answered(tmp_path, body, url="https://feed.example/x"))) == 1


@pytest.mark.parametrize("indent", [None, 2])
def test_bare_answers(tmp_path: Path, indent: int | None) -> None:
    """An answer that somebody saved as it came is read too, on one line or on many."""
    for body in (search_answer(mblog()), desk_answer(complaint())):
        assert len(posts(read(tmp_path, json.dumps(body, indent=indent).encode()))) == 1
