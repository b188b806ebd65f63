"""Letters to authorities, read as weak labels: what complains is negative, what asks is neutral.

Nobody labelled them. A letter complains where its words name a wrong or demand redress, and asks
where its title is put as a question and names none. Between the two, nothing is taken. So the
model sees complaints stated flatly, as a matter of fact, which reviews and posts hardly hold.
"""

import re
from collections.abc import Iterator
from typing import Final

import pandas as pd

FILES: Final = ("gov_complaints_附件3.csv.xz", "gov_complaints_e2_labelled.csv.xz")
_TITLE, _BODY = "留言主题", "留言详情"

_ASKS: Final = re.compile(
    "咨询|请问|询问|请教|想问|问一下|吗|呢|何时|什么时候|多久|是否|能否|怎么|如何|为何|为什么"
    "|哪|几|建议|[？?]"
)
_COMPLAINS: Final = re.compile(
    "投诉|举报|维权|要求|赔偿|退款|退费|退还|不退|不给|不予|拒绝|拒不|迟迟|拖欠|拖延|不作为|不解决"
    "|不处理|无人管|没人管|推诿|敷衍|恶劣|扰民|噪音|噪声|污染|臭|隐患|严重|泛滥|乱收|乱停|违规"
    "|违法|违章|违建|强制|强行|擅自|无故|侵占|侵害|霸占|欺诈|欺骗|诈骗|骗|虚假|不合理|不达标"
    "|质量|漏水|渗水|开裂|破损|破烂"
)
_QUESTION: Final = re.compile("[？?]$|^请问|^咨询")
_END: Final = re.compile(r"(?<=[。！？!?；;\n])")
_LENGTHS: Final = range(6, 80)  # characters of a sentence that can stand alone


def complaining_titles(letters: pd.DataFrame) -> pd.DataFrame:
    """Return the titles that complain and ask nothing, as negative; columns text and label."""
    return _table((t for t, _ in _letters(letters) if complains(t) and not asks(t)), "negative")


def complaining_bodies(letters: pd.DataFrame) -> pd.DataFrame:
    """Return the letters that complain, as negative; mere questions are left out."""
    return _table(
        (b for t, b in _letters(letters) if complains(t + b) and not _asks_only(t)), "negative"
    )


def complaining_sentences(letters: pd.DataFrame) -> pd.DataFrame:
    """Return the sentences of those letters that complain by themselves, as negative."""
    return _table(
        (
            sentence
            for title, body in _letters(letters)
            if not _asks_only(title)
            for sentence in _sentences(body)
            if complains(sentence) and not _QUESTION.search(sentence)
        ),
        "negative",
    )


def questions(letters: pd.DataFrame) -> pd.DataFrame:
    """Return the titles that only ask, and the questions of their letters, as neutral."""
    return _table(
        (
            text
            for title, body in _letters(letters)
            if _asks_only(title)
            for text in (title, *filter(_QUESTION.search, _sentences(body)))
            if _asks_only(text)
        ),
        "neutral",
    )


def complains(text: str) -> bool:
    """Whether `text` names a wrong or demands redress."""
    return _COMPLAINS.search(text) is not None


def asks(text: str) -> bool:
    """Whether `text` holds a question or a suggestion."""
    return _ASKS.search(text) is not None


def _asks_only(text: str) -> bool:
    return asks(text) and not complains(text)


def _letters(table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    return zip(table[_TITLE].str.strip(), table[_BODY].str.strip(), strict=True)


def _sentences(body: str) -> Iterator[str]:
    sentences = (part.strip() for part in _END.split(body))
    return (sentence for sentence in sentences if len(sentence) in _LENGTHS)


def _table(texts: Iterator[str], label: str) -> pd.DataFrame:
    return pd.DataFrame({"text": list(texts)}).assign(label=label)
