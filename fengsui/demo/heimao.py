"""Complaints as 黑猫 lists a company's: those in hand, those answered, those closed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any

from fengsui.demo.complaints import APPLIANCE, TEA, Company, Complaint
from fengsui.demo.polls import Answer, poll_after

# How the platform numbers the lists, and the time from which a complaint stands in one.
IN_HAND, ANSWERED, CLOSED = 1, 2, 3


def lists(complaints: Sequence[Complaint], until: datetime, random: Random) -> list[Answer]:
    """Return the answers of all lists up to `until`, in the order in which they came."""
    answers: list[Answer] = []
    for company in (TEA, APPLIANCE):
        of_company = [one for one in complaints if one.company is company]
        for kind in (IN_HAND, ANSWERED, CLOSED):
            answers.extend(_list(of_company, company, kind, until, random))
    return sorted(answers, key=lambda answer: answer.fetched_at)


def _entered(complaint: Complaint, kind: int) -> datetime:
    return {
        IN_HAND: complaint.visible_at,
        ANSWERED: complaint.replied_at,
        CLOSED: complaint.completed_at,
    }[kind]


def _list(
    complaints: Iterable[Complaint], company: Company, kind: int, until: datetime, random: Random
) -> Iterator[Answer]:
    """Yield an answer each time the list has grown; it holds the one before, too."""
    entered = sorted(
        (one for one in complaints if _entered(one, kind) < until),
        key=lambda one: _entered(one, kind),
    )
    before: list[Complaint] = []
    for poll, group in groupby(entered, key=lambda one: poll_after(_entered(one, kind))):
        fresh = list(group)
        at = poll + timedelta(seconds=random.uniform(20, 45))
        yield _answer(company, kind, at, [*reversed(fresh), *before])
        before = fresh[-1:]


def _answer(company: Company, kind: int, at: datetime, listed: list[Complaint]) -> Answer:
    data = {
        "complaints": [_item(one, kind, at) for one in listed],
        "pager": {"current": 1, "next": 0, "page_amount": 1, "item_count": len(listed)},
    }
    return Answer(
        at,
        "https://tousu.sina.com.cn/api/company/received_complaints"
        f"?couid={company.id}&type={kind}&page_size=10&page=1",
        200,
        {"result": {"status": {"code": 0, "msg": "success"}, "data": data}},
    )


def _item(complaint: Complaint, kind: int, at: datetime) -> dict[str, Any]:
    votes = int(complaint.upvotes * min(1.0, (at - complaint.at) / timedelta(hours=12)))
    main: dict[str, Any] = {
        "sn": complaint.sn,
        "title": complaint.title,
        "summary": complaint.summary,
        "appeal": complaint.appeal,
        "issue": complaint.issue,
        "cost": complaint.cost,
        "cotitle": complaint.company.name,
        "timestamp": int(complaint.at.timestamp()),
        "url": f"//tousu.sina.com.cn/complaint/view/{complaint.sn}/",
        "upvote_amount": votes,
        "comment_amount": votes // 3,
        "share_amount": votes // 5,
        "status": kind,
    }
    if kind >= ANSWERED:
        main["reply"] = complaint.reply
    if kind == CLOSED:
        stars = 2 + len(complaint.verdict) % 3
        main["evaluate_u"] = {
            "attitude": stars,
            "process": stars,
            "satisfaction": stars,
            "evalContent": complaint.verdict,
        }
    author = complaint.author
    profile = f"//weibo.com/u/{author.id}"
    return {"main": main, "author": {"title": author.name, "wb_profile": profile}}
