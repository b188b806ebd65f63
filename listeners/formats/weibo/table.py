"""What all forms of Weibo share: identity, time, address, and the columns of its tables."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any, Final, NamedTuple

from listeners.formats.format import Reading, Unreadable
from listeners.parsing import fields, weibo_ids
from listeners.parsing.ids import is_rounded
from listeners.parsing.times import ROUNDING, has_clock, is_site_time, precision_of
from records import Account, Post, PostKind
from records.time import HOUR

SOURCE: Final = "weibo"
# Spreadsheets keep 15 digits of a number and write zeros behind them; a mid has 16.
LOST_DIGIT: Final = "0"
# The second in a mid and the one that the site writes are at most so far apart.
CLOCKS_AGREE: Final = timedelta(seconds=5)
# No two time zones are further apart, in hours.
GREATEST_ZONE: Final = 26
_HALF_HOUR: Final = HOUR / 2


# Weibo's `verified_type`; from 200 on they are grades of people whom nobody verified (达人).
_TYPES: Final = {
    -1: Account.ORDINARY,
    0: Account.NOTABLE,
    1: Account.GOVERNMENT,
    2: Account.COMPANY,
    3: Account.MEDIA,
} | dict.fromkeys(range(4, 9), Account.ORGANISATION)
_UNVERIFIED: Final = 200
# What weibo-search writes: a blue V says that it is no person, and no more.
_BADGES: Final = {
    "普通用户": Account.ORDINARY,
    "黄V": Account.NOTABLE,
    "红V": Account.NOTABLE,
    "金V": Account.NOTABLE,
    "蓝V": Account.ORGANISATION,
}


class Columns(NamedTuple):
    """The names that a table gives to the fields of a post; empty where it has none."""

    id: str
    text: str
    time: str
    reposts: str
    comments: str
    likes: str
    bid: str = ""
    author: str = ""
    author_name: str = ""
    region: str = ""
    badge: str = ""


def kind_of_account(verified_type: object) -> Account:
    """Return who speaks by Weibo's number for it, UNKNOWN where that is none."""
    number = None
    if isinstance(verified_type, int | str) and not isinstance(verified_type, bool):
        with suppress(ValueError):
            number = int(verified_type)
    if number is not None and _UNVERIFIED <= number < 2 * _UNVERIFIED:
        return Account.ORDINARY
    return Account.UNKNOWN if number is None else _TYPES.get(number, Account.UNKNOWN)


def is_badge(cell: str) -> bool:
    """Return whether a cell holds one of the badges that weibo-search writes."""
    return cell.strip() in _BADGES


def key_of(mid: str) -> str:
    """Return the natural key of the post `mid`."""
    return f"{SOURCE}:{mid}"


def url_of(mid: str) -> str:
    """Return the address at which a person can read the post `mid`."""
    return f"https://m.weibo.cn/detail/{mid}"


def identify(raw_id: object, raw_bid: object, notes: list[str]) -> str:
    """Return the mid of a post from its id or, where that is lost or damaged, from its bid.

    Raises:
        Unreadable: neither can be read.
    """
    mid, bid = fields.read_id(raw_id), fields.read_id(raw_bid)
    if is_rounded(mid) and not bid:
        raise Unreadable(f"rounded id: {fields.shortened(mid)}")
    if weibo_ids.is_mid(mid) and not (bid and mid.endswith(LOST_DIGIT)):
        return mid
    try:
        repaired = weibo_ids.mid_of(bid or mid)
    except ValueError:
        if weibo_ids.is_mid(mid):
            return mid
        raise Unreadable(
            "no id" if not mid else f"unreadable id: {fields.shortened(mid)}"
        ) from None
    if bid and repaired != mid:
        notes.append("id: repaired from the bid")
    return repaired


def published_at(value: object, mid: str, reading: Reading, notes: list[str]) -> datetime:
    """Return the time of the post `mid`; a broken or coarse one is repaired from the mid.

    A time that is written to the minute or the hour gives way to the second in the mid where the
    two agree: so a post has one time, whichever file or answer it is read from. One that is whole
    hours off was written by a machine in another time zone, and the mid is right.

    Raises:
        Unreadable: neither `value` nor the mid holds a time.
    """
    written = or_none(value, reading)
    exact = written is not None and has_clock(value)
    precision = precision_of(value)
    given_out = _given_out(mid)
    if written is not None and exact:
        if given_out is None:
            return written
        hours = 0 if is_site_time(value) else _hours_off(written, given_out, precision)
        if hours:
            notes.append(f"published_at: {hours:+d} h against the id, corrected from it")
            return given_out
        return given_out if abs(given_out - written) <= precision else written
    if given_out and (written is None or abs(given_out - written) <= timedelta(days=1)):
        notes.append("published_at: repaired from the id")
        return given_out
    if written is None:
        raise Unreadable(f"unreadable time: {fields.shortened(value)}" if value else "no time")
    notes.append("published_at: the time of day is unknown")
    return written


def _hours_off(written: datetime, given_out: datetime, precision: timedelta) -> int:
    """Return by how many whole hours the two times contradict each other, 0 where they do not."""
    off = written - given_out
    if -_HALF_HOUR <= off <= _HALF_HOUR:
        return 0
    hours = round(off / HOUR)
    is_whole = abs(off - hours * HOUR) <= max(precision, CLOCKS_AGREE) <= ROUNDING
    return hours if is_whole and abs(hours) <= GREATEST_ZONE else 0


def _given_out(mid: str) -> datetime | None:
    try:
        return weibo_ids.time_of(mid)
    except ValueError:
        return None


def or_none(value: object, reading: Reading) -> datetime | None:
    """Return the time that `value` writes, None where it writes none."""
    try:
        return reading.time(value)
    except ValueError:
        return None


def post_of_row(
    row: Mapping[str, Any], columns: Columns, reading: Reading, parent: str = ""
) -> Post:
    """Return the post in a row of a table or an object of JSON.

    `parent` is the mid of the post that it reposts.

    Raises:
        Unreadable: it has no id or no time.
    """
    notes: list[str] = []
    mid = identify(row.get(columns.id), row.get(columns.bid), notes)
    at = published_at(row.get(columns.time), mid, reading, notes)
    return Post(
        source=SOURCE,
        id=mid,
        url=url_of(mid),
        kind=PostKind.REPOST if parent else PostKind.POST,
        author=fields.read_id(row.get(columns.author)),
        text=fields.words_or_note(row.get(columns.text), notes),
        published_at=at,
        fetched_at=reading.fetched(at),
        author_name=fields.text_or_note(row.get(columns.author_name), "author_name", notes),
        reposts=fields.count_or_note(row.get(columns.reposts), "reposts", notes),
        comments=fields.count_or_note(row.get(columns.comments), "comments", notes),
        likes=fields.count_or_note(row.get(columns.likes), "likes", notes),
        parent=key_of(parent) if parent else None,
        region=fields.read_region(fields.text_or_note(row.get(columns.region), "region", notes)),
        account=_BADGES.get(str(row.get(columns.badge, "")).strip(), Account.UNKNOWN),
        notes=tuple(notes),
    )


def reposting(own: Post, mid: str | None, note: str = "", quoted: str = "") -> Post:
    """Return `own` as a repost of the post `mid`, None where unknown, whose text is `quoted`."""
    return replace(
        own,
        kind=PostKind.REPOST,
        parent=key_of(mid) if mid else None,
        quoted=quoted or own.quoted,
        notes=(*own.notes, note) if note else own.notes,
    )


def account_of(origin: str) -> str:
    """Return the account that names the file `origin`, as crawlers do; empty where none does."""
    stem = PurePath(origin).name.partition(".")[0]
    return stem if weibo_ids.is_mid(stem) else ""
