"""Whom the judgement is about: the brand, or something that only happens in its company."""

import re
from collections.abc import Sequence
from typing import Final

from nlp.stance.cues import Cue, Kind
from nlp.stance.reading import BRAND, Reading
from nlp.stance.verdict import Verdict

_SHORT: Final = 28  # characters of a bare mention
_OTHER: Final = Kind.PERSON | Kind.EVENT
_JUDGING: Final = Kind.GOOD | Kind.BAD
# The brand as place, means or occasion: 在…里, 坐…去, 戴着…, …门口, …的时候.
_BESIDE: Final = re.compile(
    rf"(?:在|去|到|从|坐着?|乘|打|玩着?|戴着?|用着?|拿着?|点了个?|点完|吃着|喝着|喝了|看着?|刷着?|路过|经过|住着?|住在|"
    rf"把|等着?|开着?|骑着?|逛着?|排队?买?|穿着?|拎着?|抱着|陪\S{{1,3}}|约在|约了\S{{0,3}})[^，。！？,!?]{{0,4}}{BRAND}"
    rf"|{BRAND}[^，。！？,!?]{{0,2}}(?:门口|楼上|楼下|隔壁|旁边|附近|对面|门前|外面|里面?|的?时候|看的|碰到|碰见|遇到|遇见|那条|那边|店里|排队|前面)"
)


def other_target(reading: Reading) -> Verdict | None:
    """Speak where somebody or something else is judged and the brand only stands by."""
    if not reading.spans or reading.has(Kind.ASPECT | Kind.REPORT) or _is_at_fault(reading):
        return None
    others = [c for c in reading.cues if c.kind & _OTHER and not _is_its_own(reading, c.start)]
    beside = _BESIDE.search(reading.masked) is not None
    if beside and (others or (_feels_only(reading) and not reading.has(Kind.COUNTER))):
        return Verdict("neutral", 0.75, "other_target")
    return Verdict("neutral", 0.7, "other_target") if _blames(reading, others) else None


def _is_at_fault(reading: Reading) -> bool:
    """Whether the very clause of the brand tells a fault, and of nobody else."""
    return any(
        c.lean < 0 and c.holds(reading.spans) and not c.has(_OTHER | Kind.FEELING)
        for c in reading.clauses
    )


def _blames(reading: Reading, others: Sequence[Cue]) -> bool:
    """Whether all that is judged is one of the others, and no main clause is on the brand."""
    if reading.main and any(c.holds(reading.spans) for c in reading.decisive):
        return False
    judged = [c for c in reading.clauses if c.lean or c.has(Kind.FEELING)]
    about = [c for c in judged if any(c.start <= other.start < c.end for other in others)]
    blamed = sum(c.lean for c in about) < 0 or any(c.has(Kind.EVENT) for c in about)
    return blamed and all(c in about or not c.holds(reading.spans) for c in judged)


def _is_its_own(reading: Reading, at: int) -> bool:
    """Whether what is named at `at` follows the brand as its own: 甲的剧情, 甲这剧情."""
    before = [end for _, end in reading.spans if at - 5 <= end <= at]
    return (
        bool(before)
        and re.fullmatch("(?:家|你家)?[的这那次款部]{0,3}", reading.own[before[-1] : at])
        is not None
    )


def mention(reading: Reading) -> Verdict | None:
    """Speak where nothing is judged: places, times, errands, and no word of praise or blame."""
    if not reading.spans or not reading.has(Kind.LOGISTIC):
        return None
    if reading.has(_JUDGING | Kind.COUNTER | Kind.LOADED | Kind.IRONIC | Kind.MOCKING):
        return None
    if (
        len(reading.own) > _SHORT
        or reading.has(Kind.WRY)
        or re.search("[!！帮]|还(?!有)", reading.own)
    ):
        return None
    return Verdict("neutral", 0.7, "mention")


def _feels_only(reading: Reading) -> bool:
    """Whether all that leans are the author's own feelings, not qualities of a thing."""
    judged = [cue for cue in reading.cues if cue.kind & _JUDGING]
    return all(cue.kind & Kind.FEELING for cue in judged)
