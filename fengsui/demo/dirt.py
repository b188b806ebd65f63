"""What goes wrong at the sources: items without an id, a text or a time, and refusals."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fengsui.demo.polls import Answer
from fengsui.demo.post import EPOCH

REFUSALS: tuple[tuple[int, dict[str, Any]], ...] = (
    (200, {"ok": 0, "msg": "请求频次过高，请稍后再试"}),
    (432, {}),
)
BROKEN_TIME = "2026-昨天-0: 5"


def spoil_searches(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers of searches with unreadable posts among them, and two refusals."""
    spoiled = list(answers)
    good = [place for place, answer in enumerate(answers) if answer.body["ok"] == 1]
    number = len(_broken_blogs(answers[0].fetched_at))
    for item, place in enumerate(_spread(good, number)):
        card = {"card_type": 9, "mblog": _broken_blogs(answers[place].fetched_at)[item]}
        data = answers[place].body["data"]
        body = {"ok": 1, "data": {**data, "cards": [*data["cards"], card]}}
        spoiled[place] = replace(answers[place], body=body)
    for refusal, place in zip(REFUSALS, _spread(good, len(REFUSALS)), strict=True):
        status, body = refusal
        at = answers[place].fetched_at + timedelta(seconds=3)
        spoiled.append(replace(answers[place], fetched_at=at, status=status, body=body))
    return sorted(spoiled, key=lambda answer: answer.fetched_at)


def spoil_lists(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers of complaint lists with unreadable complaints among them."""
    spoiled = list(answers)
    broken = _broken_complaints()
    for item, place in zip(broken, _spread(range(len(answers)), len(broken)), strict=True):
        result = answers[place].body["result"]
        data = {**result["data"], "complaints": [*result["data"]["complaints"], item]}
        spoiled[place] = replace(answers[place], body={"result": {**result, "data": data}})
    return spoiled


def _spread(places: Sequence[int], number: int) -> Iterator[int]:
    """Yield `number` of the places, evenly apart and off both ends."""
    return (places[len(places) * (turn + 1) // (number + 1)] for turn in range(number))


def _broken_blogs(at: datetime) -> list[Any]:
    """Return posts as no parser can read them, but for the last: its id still tells its time."""
    mid = str((int(at.timestamp()) - 60 - EPOCH) << 22 | 0x155555)
    user = {"id": 1_100_000_000, "screen_name": "路人甲", "followers_count": 3}
    return [
        None,
        "该微博因被多人投诉已无法查看",
        {"created_at": "刚刚", "text": "云朵茶饮打卡", "user": user},
        {"created_at": "刚刚", "id": mid, "mid": mid, "user": user},
        {"created_at": BROKEN_TIME, "id": "无", "text": "鹿屿小电求链接", "user": user},
        {"created_at": BROKEN_TIME, "id": mid, "mid": mid, "text": "云朵奶茶好喝", "user": user},
    ]


def _broken_complaints() -> list[Any]:
    return [
        None,
        {"main": None, "author": {"title": "匿名用户", "wb_profile": ""}},
        {"main": {"title": "云朵茶饮不退款", "summary": "没有编号", "timestamp": 1_773_100_000}},
        {"main": ["17311112222"], "author": []},
    ]
