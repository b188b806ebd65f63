"""What is not the author's judgement: quoted words, headlines, second-hand reports."""

import re
from typing import Final

from nlp.sentiment.model import Score
from nlp.stance.clauses import Clause, lean
from nlp.stance.cues import Kind, scan
from nlp.stance.reading import BRAND, Reading
from nlp.stance.verdict import Verdict

_JUDGING: Final = Kind.GOOD | Kind.BAD
_BRACKETS: Final = re.compile(
    r"【[^】]{4,200}】|\[[^\]]{1,12}\]|#[^#]{1,60}#|[（(][^）)]{2,20}[）)]|@\S+"
)
_NEWS: Final = re.compile(
    r"\A(?:分享一?[条篇个则]?(?:新闻|文章|资讯|快讯)|快讯|突发|转载|转自|新闻|头条)[：: ]"
    r"|[|｜_-]\s?\S{2,8}(?:早报|日报|晚报|财经|网|新闻|周刊|快讯)\Z"
    r"|\A[^，。！？]{2,16}：[^，。！？]{4,40}\Z"
)
_AGENCY: Final = re.compile(
    "记者|公告|通报|同比|环比|占地|据悉|日前|开盘|收盘|详情|全文|点击|链接|亿元|万元"
)
_SAYS: Final = re.compile(
    r"[都也就还又总跟和对给我一直老是常经常向]{0,5}(?:[说讲称夸骂](?!得)|推荐|安利|吐槽|反映|抱怨|投诉|[超最很也]?爱|喜欢|觉得|迷上)"
)
_FEELS: Final = re.compile(
    "[!！]|无语|气死|恶心|呕|吐了|失望|期待|支持|心疼|活该|服了|绝了|离谱|呵呵|难怪|怪不得|怒|好评|差评"
)
_URGED: Final = re.compile("(?:推荐|让|叫|劝|安利|建议)\\Z")
_STAFF: Final = re.compile("电话|客服|经理|店员|前台|司机|师傅|医生|店家|商家|卖家|官方|他们")
_FIRST_PERSON: Final = re.compile("我[的们家这那也在用买去住吃喝被等交上昨今]|本人|俺|这块我")
_SURE: Final = 0.85


def quoted(reading: Reading) -> Verdict | None:
    """Speak where only the quoted words name the brand.

    Without judgement of their own the author only passes it on; who agrees or disagrees takes a
    side on what is quoted.
    """
    if not reading.only_quoted:
        return None
    own = sum(clause.lean for clause in reading.clauses)
    if reading.has(Kind.DISAGREE):
        return Verdict(_side(own or -_words(reading.quoted)), _SURE, "quoted")
    if own and "你" not in reading.own and "您" not in reading.own:
        return Verdict(_side(own), 0.6, "quoted")
    if reading.has(Kind.AGREE):
        passed_on = _words(reading.quoted)
        return Verdict(_side(passed_on), 0.7, "quoted") if passed_on else None
    if reading.has(Kind.IRONIC | Kind.LOADED) or _FIRST_PERSON.search(reading.own):
        return None
    return Verdict("neutral", _SURE, "quoted")


def headline(reading: Reading, base: Score) -> Verdict | None:
    """Speak where the brand stands in a headline: news is neutral until the author judges."""
    if not reading.has(Kind.HEADLINE):
        loud = re.search("[!！]|我", reading.own)
        news = _NEWS.search(reading.own) and not loud
        return Verdict("neutral", 0.7, "headline") if news else None
    if BRAND not in "".join(re.findall("【[^】]*】?", reading.masked)):
        return None
    bare = _BRACKETS.sub(" ", reading.own).strip()
    judged, _ = lean(scan(bare))
    if judged and not _AGENCY.search(bare):
        return Verdict(_side(judged), 0.55, "headline")
    if not bare or _AGENCY.search(bare):
        return Verdict("neutral", _SURE, "headline")
    return Verdict(base.label, 0.0, "headline")


def second_hand(reading: Reading) -> Verdict | None:
    """Speak where the author reports what others think: neutral, unless they judge themselves."""
    for number, clause in enumerate(reading.clauses):
        at = _reported(clause, reading.own)
        if at < 0:
            continue
        if any(c.lean for c in reading.clauses[:number]):
            return None
        later = reading.clauses[number + 1 :]
        inside = any(
            c.kind & Kind.AUTHOR and c.start > at and not _URGED.search(reading.own, at, c.start)
            for c in clause.cues
        )
        judging = inside or any(c.has(Kind.AUTHOR) for c in later)
        judging = judging or _FEELS.search(reading.own, clause.end) is not None
        if not judging:
            return Verdict("neutral", 0.8, "second_hand")
        weight = sum(c.lean for c in later) or (clause.lean if inside else 0)
        return Verdict(_side(weight), 0.7, "second_hand") if weight else None
    return None


def _reported(clause: Clause, own: str) -> int:
    """Return where a report begins in a clause, -1 where none does."""
    for cue in clause.cues:
        if cue.kind & Kind.REPORT and not _STAFF.search(own, clause.start, cue.start):
            return cue.start
        if cue.kind & Kind.SPEAKER and _SAYS.match(own, cue.end):
            return cue.start
    return -1


def _words(text: str) -> float:
    return lean(scan(text))[0]


def _side(weight: float) -> str:
    return "positive" if weight > 0 else "negative" if weight < 0 else "neutral"
