"""Other guises of a post that say the same: what people do to a text to be funny or to evade."""

import random
import re
from collections.abc import Callable
from typing import Final

from nlp.opinion.marking import BRAND
from nlp.text.normalise import EMOTICON
from nlp.training.opinion.posts import Example

_LAUGHING: Final = ("[笑哭]", "[doge]", "😂", "🤣", "[吃瓜]", "[允悲]", "[二哈]", "[笑cry]", "🙃")
_GLAD: Final = ("[笑哭]", "😂", "🤣", "[哈哈]", "😄")
_SAD: Final = ("[泪]", "😭", "[苦涩]", "[裂开]", "🤡", "[微笑]", "[摊手]", "🙂", "[捂脸]")
_MARKER_MATTERS: Final = frozenset({"emoji_tone", "irony_marked", "evasion", "delight_like_harm"})
_SIGNS_BETWEEN: Final = (" ", ".", "·", "*", "_")
_LIKE: Final = {
    "垃圾": ("辣鸡", "拉圾", "lj", "🗑"),
    "退": ("tui", "t"),
    "钱": ("米", "qian", "💰"),
    "骗": ("pian", "p"),
    "赔": ("pei", "培"),
    "投诉": ("tousu", "投su", "头素"),
    "客服": ("kf", "客f", "克服"),
    "好吃": ("好次", "hao吃"),
    "喜欢": ("稀饭", "喜翻"),
    "没有": ("木有", "米有"),
    "什么": ("神马", "啥"),
    "死": ("si", "4"),
    "鸡": ("🐔", "j"),
    "水": ("氵", "💧"),
    "医院": ("yi院", "🏥"),
    "拉肚子": ("la肚子", "喷射"),
    "老板": ("老班", "lb"),
    "质量": ("zl", "质亮"),
    "假": ("贾", "jia"),
    "坑": ("keng", "🕳"),
    "牛": ("🐮", "6"),
    "爱": ("❤", "ai"),
    "的": ("滴", "d", "嘚"),
    "了": ("惹", "啦", "鸟"),
    "真": ("蒸", "zhen"),
    "就": ("就就", "9"),
    "吧": ("8", "叭"),
}
# What people add that has nothing to do with it.
_BESIDES: Final = (
    "天气不错",
    "外面在下雨",
    "今天有点冷",
    "刚下地铁",
    "在等公交",
    "周末真快",
    "明天还要早起",
    "先去洗个澡",
    "回去补个觉",
    "发个朋友圈",
    "随手记一下",
    "记录一下",
    "顺便遛了个弯",
    "写完作业了",
    "开完会了",
    "加班到现在",
    "孩子睡了",
    "在家躺着",
    "和闺蜜一起",
    "跟同事说起这事",
    "陪老妈逛街",
    "路上堵车",
    "晚饭还没吃",
    "电影快开场了",
    "正在追剧",
    "耳机没电了",
    "风好大",
    "太阳好晒",
    "月亮很圆",
    "楼下猫又来了",
    "一会儿去接孩子",
    "准备睡了",
    "打车回家",
    "刚健完身",
    "顺路取了快递",
    "图书馆人不多",
    "今天周三",
    "明天放假",
    "手机快没电了",
)
_WORDS: Final = re.compile("|".join(_LIKE))
_PAUSES: Final = re.compile("[，。,！!；;]")

Change = Callable[[str, random.Random], str]


def guise(example: Example, chance: random.Random) -> tuple[str, str]:
    """Return own words and title as somebody else would have typed them."""
    own = example.own
    if example.kind not in _MARKER_MATTERS:
        own = _laugh(own, example, chance)
    for share, change in _CHANGES:
        if chance.random() < share:
            own = change(own, chance)
    return own, example.title


def _laugh(own: str, example: Example, chance: random.Random) -> str:
    """Add an emoticon, or drop those that are there: neither changes the opinion."""
    drawn = chance.random()
    if drawn < 0.12 and EMOTICON.search(own):
        return EMOTICON.sub("", own) or own
    stance = example.choices.get("stance")
    if drawn < 0.3 and stance == "negative":
        return own + chance.choice(_LAUGHING + _SAD) * chance.choice((1, 1, 2, 3))
    if drawn < 0.22 and stance in {"positive", "neutral"}:
        return own + chance.choice(_GLAD) * chance.choice((1, 1, 2, 3))
    return own


def _pauses(own: str, chance: random.Random) -> str:
    return _PAUSES.sub(chance.choice((" ", "，", " ", "")), own)


def _apart(own: str, chance: random.Random) -> str:
    """Put a sign between the characters of a stretch."""
    begin = chance.randrange(max(1, len(own)))
    stretch = own[begin : begin + chance.randint(2, 30)]
    return own[:begin] + chance.choice(_SIGNS_BETWEEN).join(stretch) + own[begin + len(stretch) :]


def _slip(own: str, chance: random.Random) -> str:
    """Forget, double or swap single characters."""
    kept = list(own)
    for _ in range(max(1, len(own) // 20)):
        at = chance.randrange(max(1, len(kept)))
        if at >= len(kept) or kept[at] >= BRAND:
            continue
        match chance.randrange(3):
            case 0 if len(kept) > 6:
                del kept[at]
            case 1:
                kept.insert(at, kept[at])
            case _ if at + 1 < len(kept) and kept[at + 1] < BRAND:
                kept[at], kept[at + 1] = kept[at + 1], kept[at]
    return "".join(kept)


def _sound_alike(own: str, chance: random.Random) -> str:
    return _WORDS.sub(lambda word: chance.choice((word[0], *_LIKE[word[0]])), own)


def _tagged(own: str, chance: random.Random) -> str:
    return f"#{BRAND}#{own}" if chance.random() < 0.5 else f"{own}#{BRAND}#"


def _shouted(own: str, chance: random.Random) -> str:
    return own.rstrip("。.") + chance.choice(("！", "！！！", "。。。", "...", "~", "？"))


def _besides(own: str, chance: random.Random) -> str:
    """Add a clause that has nothing to do with the post, before or behind."""
    added, pause = chance.choice(_BESIDES), chance.choice(("，", "，", " ", "。"))
    return f"{added}{pause}{own}" if chance.random() < 0.4 else f"{own.rstrip('。')}{pause}{added}"


_CHANGES: Final[tuple[tuple[float, Change], ...]] = (
    (0.12, _pauses),
    (0.06, _apart),
    (0.08, _slip),
    (0.12, _sound_alike),
    (0.05, _tagged),
    (0.05, _shouted),
    (0.2, _besides),
)
