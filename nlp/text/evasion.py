"""What people write to evade a filter or to be funny, as the words that are meant.

Signs between the characters of a word (刹.车, 退 款 啊), pinyin for a character (tui钱), homophones
(辣鸡), characters taken apart (马扁子). For models alone: what is shown stays as it was written.
"""

import re
from typing import Final

_HAN: Final = "\u3400-\u9fff"
# A sign between two ideographs that no writer of prose puts there.
_SIGN: Final = re.compile(rf"(?<=[{_HAN}])[.·•*_^`]{{1,2}}(?=[{_HAN}])")
# Three and more ideographs on their own, with a blank behind each.
_SPACED: Final = re.compile(rf"(?<![{_HAN}])[{_HAN}](?: [{_HAN}](?![{_HAN}])){{2,}}")
_PINYIN: Final = {
    "tui": "退",
    "qian": "钱",
    "kuan": "款",
    "pian": "骗",
    "pei": "赔",
    "keng": "坑",
    "lj": "垃圾",
    "laji": "垃圾",
    "tousu": "投诉",
    "kefu": "客服",
    "kf": "客服",
    "hei": "黑",
    "chaping": "差评",
    "jiahuo": "假货",
    "youdu": "有毒",
    "si": "死",
    "duzi": "肚子",
    "yiyuan": "医院",
    "weiquan": "维权",
    "zhiliang": "质量",
}
# Between an ideograph and an ideograph, a sign or an end: in an English sentence it is a word.
_LETTERS: Final = re.compile(
    rf"(?<=[{_HAN}])(?:{'|'.join(sorted(_PINYIN, key=len, reverse=True))})(?![a-z0-9])"
    rf"|(?<![a-z0-9])(?:{'|'.join(sorted(_PINYIN, key=len, reverse=True))})(?=[{_HAN}])",
    re.IGNORECASE,
)
_MEANT: Final = {
    "辣鸡": "垃圾",
    "拉圾": "垃圾",
    "垃极": "垃圾",
    "乐色": "垃圾",
    "木有": "没有",
    "米有": "没有",
    "马扁": "骗",
    "言皇": "谎",
    "氵去": "法",
    "亻尔": "你",
    "贝兼": "赚",
    "头素": "投诉",
    "退米": "退钱",
    "还米": "还钱",
    "🐔": "鸡",
    "🐂": "牛",
    "💰": "钱",
    "🚗": "车",
    "💊": "药",
    "🐎": "妈",
    "🐴": "妈",
    "🐶": "狗",
    "🔪": "宰",
    "🕳": "坑",
}
_WORDS: Final = re.compile("|".join(map(re.escape, _MEANT)))
_LAUGHING: Final = re.compile(
    r"\[(?:笑哭|笑cry|doge|吃瓜|允悲|二哈|费解|摊手|哈哈|哈欠|偷笑|坏笑|捂脸|破涕为笑|嘻嘻|狗头|旺柴)\]"
    "|[😂🤣🙃😅😆😹🍉]"
)


def meant(text: str) -> str:
    """Return what models read of `text`: evasion undone, emoticons that laugh or mock left out."""
    return without_laughter(undone(text))


def undone(text: str) -> str:
    """Return `text` as it would have been written without evasion; most texts as they are."""
    text = _SIGN.sub("", text)
    text = _SPACED.sub(lambda run: run[0].replace(" ", ""), text)
    text = _LETTERS.sub(lambda found: _PINYIN[found[0].lower()], text)
    return _WORDS.sub(lambda found: _MEANT[found[0]], text)


def without_laughter(text: str) -> str:
    """Return `text` without emoticons that laugh or mock: they praise nothing.

    A text of nothing else keeps them.
    """
    left = _LAUGHING.sub("", text)
    return left if left.strip() else text
