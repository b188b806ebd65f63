"""Comparisons: on which side the brand stands.

The patterns are those of Chinese comparative sentences (Jindal and Liu 2006 for English; 比, 不如,
没有…好, 被…甩, 还是…好, 换成…之后 in Chinese). They are asked of the text with the brand's name
masked, clause by clause.
"""

import re
from typing import Final

from nlp.stance import words
from nlp.stance.cues import Kind
from nlp.stance.reading import BRAND, RIVAL, Reading
from nlp.stance.verdict import Verdict

_ANY: Final = Kind.THAN | Kind.WINS | Kind.LOSES | Kind.ALIKE_BAD | Kind.SWITCH | Kind.LEFT
_MAYBE: Final = re.compile("没有?|被|与其|还是|哪有|从|由|多了|得多|太多")
_SIDE: Final = 0.75
_BETTER: Final = (
    r"(?:好|强|香|棒|快|便宜|划算|实惠|靠谱|舒服|干净|稳|顺|优秀|良心|高级|耐|省|懂|厉害|新鲜|浓|"
    r"贴心|方便|值|大气|清楚|清晰|安静|流畅|细|宽敞|可靠|用心|放心|对味|扎实)"
)
_WORSE: Final = (
    r"(?:差|烂|贵|慢|难|坑|垃圾|脏|吵|卡|糟|恶心|离谱|次|弱|拉胯|小气|黑|坏|低|逊|惨|敷衍)"
)
_GAP: Final = r"[^，。！？；,!?;\n]"


def _words(group: str) -> str:
    return "|".join(map(re.escape, sorted(group.split(), key=len, reverse=True)))


# What stands before the brand, in its clause, or behind it, and what that says of the brand.
_GOOD_FOR: Final = re.compile(
    rf"(?:没有?{_GAP}{{0,6}}(?:比得上|能比|赶得上|能打过|打得过)|被){_GAP}{{0,8}}{BRAND}{_GAP}{{0,6}}"
    rf"|(?:{_words(words.LOSES)}){_GAP}{{0,6}}{BRAND}"
    rf"|没有?(?!{_GAP}{{0,2}}[比让]){_GAP}{{0,6}}{BRAND}{_GAP}{{0,8}}{_BETTER}"
    rf"|(?<!以为)(?<!说)(?:还是|还得是|要数|首推|只认|就认){_GAP}{{0,3}}{BRAND}(?!{_GAP}{{0,8}}{_WORSE})"
    rf"|{BRAND}{_GAP}{{0,10}}(?<!被)(?:{_words(words.WINS)})"
    rf"|{BRAND}{_GAP}{{0,8}}{_BETTER}(?:多了|得多|太多|不少|十倍|百倍|一百倍)"
    rf"|{BRAND}{_GAP}{{0,8}}把{_GAP}{{0,8}}(?:甩|比下去|按在地上|打)"
    rf"|{BRAND}{_GAP}{{0,8}}(?:不比{_GAP}{{1,8}}{_WORSE}|不输)"
    rf"|(?:{_words(words.SWITCH)}){_GAP}{{0,3}}{BRAND}(?!{_GAP}{{0,8}}{_WORSE})"
)
_WON: Final = re.compile(
    rf"被{_GAP}{{0,8}}{BRAND}{_GAP}{{0,6}}(?:甩|{_words(words.WINS)}|比下去|按在地上)"
)
_BAD_FOR: Final = re.compile(
    rf"{BRAND}{_GAP}{{0,10}}(?:{_words(words.LOSES)})(?!预期)"
    rf"|{BRAND}{_GAP}{{0,10}}被{_GAP}{{1,10}}(?:甩|{_words(words.WINS)}|比下去|按在地上)"
    rf"|(?:{_words(words.WINS)}|甩){_GAP}{{0,6}}{BRAND}"
    rf"|把{_GAP}{{0,4}}{BRAND}{_GAP}{{0,4}}(?:甩|比下去|按在地上)"
    rf"|{BRAND}{_GAP}{{0,6}}(?:没有?|哪有|哪里有)(?!没)(?:[^，。！？；,!?;\n什任问]){{1,10}}"
    rf"(?:这么|那么|来得)?{_BETTER}"
    rf"|与其{_GAP}{{0,6}}{BRAND}"
    rf"|{BRAND}{_GAP}{{0,8}}{_WORSE}(?:多了|得多|太多|远了|一截|十倍|百倍)"
    rf"|(?:从|由){_GAP}{{0,2}}{BRAND}{_GAP}{{0,4}}(?:换|转|跳)"
    rf"|(?:{_words(words.LEFT)}){_GAP}{{0,3}}{BRAND}"
)
_THAN: Final = re.compile(r"(?<![对性无])比(?!起|如|较|赛|例|方|一比|了比|价|心|特)")
_WITH: Final = re.compile(rf"[跟和与拿]{_GAP}{{1,10}}?(?:相)?\Z")
_BESIDE: Final = re.compile(rf"(?:比起|相比|相较于?|对比){_GAP}{{0,4}}{BRAND}")


def comparison(reading: Reading) -> Verdict | None:
    """Return the side of the brand in a comparison, if the text makes one with it."""
    if not (reading.has(_ANY) or _MAYBE.search(reading.masked)):
        return None
    if reading.has(Kind.ALIKE_BAD):
        return Verdict("negative", _SIDE, "comparison")
    side = _sides(reading.masked)
    if side is None and RIVAL in reading.masked and sum(c.lean for c in reading.decisive) <= 0:
        # A clause of its own says that another one wins: 还是乙香，甲的全是油.
        swapped = reading.masked.translate({ord(BRAND): RIVAL, ord(RIVAL): BRAND})
        side = -1 if _sides(swapped) == 1 else None
    if side is None:
        return None
    return Verdict("positive" if side > 0 else "negative", _SIDE, "comparison")


def _sides(masked: str) -> int | None:
    for clause in re.split(r"[，。！？；,!?;\n]", masked):
        if BRAND not in clause:
            continue
        if (side := _than(clause)) is not None:
            return side
        if _WON.search(clause):
            return 1
        if _BAD_FOR.search(clause):
            return -1
        if "被" not in clause and _GOOD_FOR.search(clause):
            return 1
    return None


def _than(clause: str) -> int | None:
    """Return the brand's side in 甲比乙好; None where the clause compares nothing so."""
    if (than := _THAN.search(clause)) is None:
        return (
            -_outcome(clause[beside.end() :]) or None
            if (beside := _BESIDE.search(clause))
            else None
        )
    before, behind = clause[: than.start()], clause[than.end() :]
    way = _outcome(behind)
    if not way:
        return None
    if with_it := _WITH.search(before):  # 甲跟乙比差一截
        return -way if BRAND in with_it[0] else way if BRAND in before else None
    if before.endswith(("不", "没", "没有")):
        return 1 if BRAND in before and way < 0 else None
    return way if BRAND in before else -way


def _outcome(behind: str) -> int:
    better, worse = re.search(_BETTER, behind), re.search(_WORSE, behind)
    if better and worse:
        return 1 if better.start() < worse.start() else -1
    return 1 if better else -1 if worse else 0
