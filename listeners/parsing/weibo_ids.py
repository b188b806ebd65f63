"""Weibo's numbers: the mid of a post, the bid that stands for it in addresses, the time in it."""

from datetime import UTC, datetime
from typing import Final

DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
VALUES: Final = {digit: value for value, digit in enumerate(DIGITS)}
# Four base-62 characters hold seven decimal digits.
BID_GROUP: Final = 4
MID_GROUP: Final = 7
MID_EPOCH: Final = 515483463
# The years 2011 and 2100: mids of before that do not count time.
FIRST_TIMED_MID: Final = 1_293_840_000
LAST_TIMED_MID: Final = 4_102_444_800


def is_mid(text: str) -> bool:
    """Return whether `text` has the shape of a mid: decimal digits, as 64-bit numbers have."""
    return text.isascii() and text.isdecimal() and len(text) <= 19


def mid_of(bid: str) -> str:
    """Return the mid that `bid` stands for.

    Raises:
        ValueError: `bid` is empty, too long, or holds a character that is no base-62 digit.
    """
    if not 1 <= len(bid) <= 12 or not all(character in VALUES for character in bid):
        raise ValueError(f"not a bid: {bid[:40]!r}")
    mid = ""
    for end in range(len(bid), 0, -BID_GROUP):
        number = 0
        for character in bid[max(0, end - BID_GROUP) : end]:
            number = number * len(DIGITS) + VALUES[character]
        mid = f"{number:0{MID_GROUP}d}{mid}"
    return mid.lstrip("0") or "0"


def bid_of(mid: str) -> str:
    """Return the bid that stands for `mid`.

    Raises:
        ValueError: `mid` is not a decimal number.
    """
    if not is_mid(mid):
        raise ValueError(f"not a mid: {mid[:40]!r}")
    bid = ""
    for end in range(len(mid), 0, -MID_GROUP):
        number, group = int(mid[max(0, end - MID_GROUP) : end]), ""
        while number:
            number, digit = divmod(number, len(DIGITS))
            group = DIGITS[digit] + group
        bid = group.rjust(BID_GROUP, "0") + bid
    return bid.lstrip("0") or "0"


def time_of(mid: str) -> datetime:
    """Return the time that `mid` was given out, to the second.

    Raises:
        ValueError: `mid` is no number, or older than the numbers that hold a time.
    """
    if not is_mid(mid):
        raise ValueError(f"not a mid: {mid[:40]!r}")
    seconds = (int(mid) >> 22) + MID_EPOCH
    if not FIRST_TIMED_MID <= seconds < LAST_TIMED_MID:
        raise ValueError(f"no time in the mid {mid}")
    return datetime.fromtimestamp(seconds, UTC)
