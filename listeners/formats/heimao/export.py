"""The table of complaints that a merchant exports from 黑猫投诉's back office.

Columns are named in Chinese; several names stand for one field, for the desk has renamed them.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from listeners.formats.format import Format, Reading, Unreadable
from listeners.formats.heimao.answers import LABELS, NAMELESS, SOURCE
from listeners.formats.marks import Marks
from listeners.parsing import fields
from records import Post, PostKind

ID: Final = ("投诉编号", "投诉单号", "编号")
TIME: Final = ("投诉时间", "发起时间", "提交时间")
TITLE: Final = ("投诉标题", "标题")
SUMMARY: Final = ("投诉内容", "投诉详情", "内容")
AUTHOR: Final = ("投诉人", "用户昵称", "昵称")
URL: Final = ("投诉链接", "链接")
FACTS: Final = {
    "cotitle": ("投诉对象", "投诉商家", "商家名称"),
    "issue": ("投诉问题", "投诉类型"),
    "appeal": ("投诉要求", "投诉诉求", "诉求"),
    "cost": ("涉诉金额", "投诉金额"),
}


def parse(row: Mapping[str, str], reading: Reading) -> Iterator[Post]:
    """Yield the complaint of a row.

    Raises:
        Unreadable: it has no number or no time.
    """
    notes: list[str] = []
    identity = fields.read_id(_first(row, ID))
    if not identity:
        raise Unreadable("no id")
    written = _first(row, TIME)
    try:
        at = reading.time(written)
    except ValueError:
        reason = f"unreadable time: {fields.shortened(written)}" if written else "no time"
        raise Unreadable(reason) from None
    name = _first(row, AUTHOR)
    yield Post(
        source=SOURCE,
        id=identity,
        url=_first(row, URL) or f"https://tousu.sina.com.cn/complaint/view/{identity}/",
        kind=PostKind.COMPLAINT,
        author="" if name.startswith(NAMELESS) else name,
        text=_text(row, notes),
        published_at=at,
        fetched_at=reading.fetched(at),
        author_name=name,
        notes=tuple(notes),
    )


def _text(row: Mapping[str, str], notes: list[str]) -> str:
    """Return title and contents, then the facts that stand apart, as an answer's are read."""
    parts = [_first(row, TITLE), _first(row, SUMMARY)]
    if not any(parts):
        notes.append("text: empty")
    parts += [f"{label}：{fact}" for label, name in LABELS if (fact := _first(row, FACTS[name]))]
    return fields.text_or_note("\n".join(part for part in parts if part), "text", notes)


def _first(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((row[name].strip() for name in names if (row.get(name) or "").strip()), "")


MARKS: Final = Marks(
    tuple(map(frozenset, (ID, TIME, (*TITLE, *SUMMARY)))),
    usual=frozenset(chain.from_iterable(FACTS.values())),
)
FORMAT: Final = Format("黑猫 export CSV", SOURCE, MARKS.match, parse)
