"""Ids that a spreadsheet has rounded, and the right one in the address that stands in the row."""

import re
from typing import Final

# `7.51235E+18`, as spreadsheets show a long number and as Python writes it.
_SCIENTIFIC: Final = re.compile(r"(\d(?:\.\d{1,17})?)[eE](\+?)(\d{2})")
# A spreadsheet keeps so many digits of a number, and writes zeros behind them.
KEPT_DIGITS: Final = 15
# From so many digits on, what chance puts behind the kept ones is hardly ever all zeros.
_CERTAIN: Final = KEPT_DIGITS + 2


def is_rounded(identity: str) -> bool:
    """Return whether digits of `identity` are certainly lost."""
    # Nearly all are plain numbers or words: the pattern is the slow way to see it.
    if not identity.isdecimal():
        match = _SCIENTIFIC.fullmatch(identity) if identity[:1].isdecimal() else None
        return match is not None and ("." in match[1] or bool(match[2]))
    return len(identity) >= _CERTAIN and may_be_rounded(identity)


def may_be_rounded(identity: str) -> bool:
    """Return whether zeros stand where a spreadsheet writes them; one id in ten has one."""
    if len(identity) <= KEPT_DIGITS or not _is_number(identity):
        return False
    return not identity[KEPT_DIGITS:].strip("0")


def is_rounding_of(rounded: str, exact: str) -> bool:
    """Return whether `rounded` is what a spreadsheet or floating point leaves of `exact`."""
    if rounded == exact or not _is_number(exact):
        return False
    if match := _SCIENTIFIC.fullmatch(rounded):
        digits = len(match[1].replace(".", "")) - 1
        return f"{float(exact):.{digits}e}" == f"{match[1]}e+{match[3]}"
    if not _is_number(rounded) or len(exact) <= KEPT_DIGITS:
        return False
    lost = 10 ** (len(exact) - KEPT_DIGITS)
    cut = may_be_rounded(rounded) and abs(int(rounded) - int(exact)) < lost
    return cut or float(rounded) == float(exact)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 20


def exact_id(identity: str, exact: str, where: str, notes: list[str]) -> str:
    """Return `exact`, which stands in `where`, if it is what `identity` was; else `identity`."""
    if not exact or identity == exact:
        return identity
    if not identity or is_rounded(identity) or is_rounding_of(identity, exact):
        notes.append(f"id: repaired from the {where}")
        return exact
    return identity
