"""Compare parsing an interface's answers, from bytes to records, with json and pydantic."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from pydantic import BaseModel

from benchmarks.measure import Row, paired, show
from fengsui.demo.weibo import count, created_at, markup
from listeners.client.response import Answer
from listeners.parsing.weibo_ids import MID_EPOCH
from listeners.sources.heimao import read_page as read_desk
from listeners.sources.weibo_mobile import read_page as read_mobile
from listeners.sources.weibo_official import read_page as read_official
from records import Post

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)
PAGES, PAGE = 200, 50


class User(BaseModel):
    """An author, as pydantic reads it."""

    id: int
    screen_name: str
    followers_count: int | str


class Mblog(BaseModel):
    """A post, as pydantic reads it."""

    id: str
    text: str
    created_at: str
    reposts_count: int | str
    comments_count: int | str
    attitudes_count: int | str
    region_name: str
    user: User


def run() -> list[Row]:
    """Read the same answers with both; times are of the processor."""
    blogs = [[_mblog(page * PAGE + place) for place in range(PAGE)] for page in range(PAGES)]
    official = [_answer({"statuses": page, "total_number": PAGE}) for page in blogs]
    mobile = [
        _answer({"ok": 1, "data": {"cards": [{"card_type": 9, "mblog": b} for b in page],
                                   "cardlistInfo": {"page": 2}}})
        for page in blogs
    ]  # fmt: skip
    desk = [
        _answer({"result": {"status": {"code": 0}, "data": {"complaints": [
            _complaint(page * PAGE + place) for place in range(PAGE)]}}})
        for page in range(PAGES)
    ]  # fmt: skip
    rows = []
    readers = (
        ("licensed search", official, lambda one: read_official(one, PAGE)),
        ("mobile search", mobile, read_mobile),
        ("complaint desk", desk, read_desk),
    )
    for name, answers, reader in readers:
        pair = paired(
            lambda answers=answers, reader=reader: [reader(one) for one in answers],  # type: ignore[misc]
            lambda: [_by_pydantic(one) for one in official],
        )
        posts = sum(isinstance(e, Post) for one in answers for e in reader(one).entries)
        rows.append(
            Row(f"parsing, {name}", "msgspec", "json, pydantic (no times, no notes)", pair.ratio,
                f"{posts / pair.ours:,.0f} posts/s and core")
        )  # fmt: skip
    return rows


def _answer(body: dict[str, Any]) -> Answer:
    return Answer("https://x.example/", json.dumps(body, ensure_ascii=False).encode(), NOW)


def _mblog(number: int) -> dict[str, Any]:
    rng = Random(number)
    at = NOW - timedelta(seconds=number)
    return {
        "id": str(((int(at.timestamp()) - MID_EPOCH) << 22) + number),
        "text": markup(f"云朵茶饮排队两小时[怒] #新品# {rng.getrandbits(64):x} " + "很好喝" * 20),
        "created_at": created_at(at, NOW, relative=rng.random() < 0.25),
        "reposts_count": count(rng.randrange(30_000)), "comments_count": rng.randrange(99),
        "attitudes_count": 3, "region_name": "发布于 广东", "isLongText": False,
        "pics": [{"pid": "x", "url": "https://x.example/1.jpg"}], "source": "iPhone",
        "user": {"id": number, "screen_name": f"用户{number}", "followers_count": "1.2万",
                 "verified": False, "avatar_hd": "https://x.example/a.jpg"},
    }  # fmt: skip


def _complaint(number: int) -> dict[str, Any]:
    main = {
        "sn": str(17_380_000_000 + number), "title": "云朵茶饮异物", "summary": "喝到虫子" * 20,
        "appeal": "退款,赔偿", "issue": "食品安全", "cost": "18.00", "cotitle": "云朵茶饮",
        "timestamp": int(NOW.timestamp()) - number, "url": "//tousu.sina.com.cn/complaint/1/",
        "upvote_amount": 2, "comment_amount": "3", "share_amount": 0,
    }  # fmt: skip
    return {"main": main, "author": {"title": "小满", "wb_profile": "//weibo.com/u/1001000"}}


def _by_pydantic(answer: Answer) -> list[Mblog]:
    return [Mblog.model_validate(one) for one in json.loads(answer.body)["statuses"]]


if __name__ == "__main__":
    show(run())
