"""Why a mention is not one person's own voice: advertising, lotteries, floods, campaigns."""

import re
import unicodedata
from collections.abc import Hashable, Iterator
from datetime import datetime, timedelta
from itertools import dropwhile, islice
from typing import Final, NamedTuple

from nlp.complaints.rules import tells_grievance
from nlp.dedup.signature import BODY, HEAD, SIZE
from nlp.text.normalise import Text

_HOTLINE: Final = "repair hotline"
_LOTTERY: Final = "lottery"
_ROOM: Final = 4_000  # characters that are read: no advertisement hides behind more

# A customer who is wronged, and one who tells or asks: the first always counts, the second where
# the rest reads like a service line.
_GRIEVANCE: Final = re.compile(
    "投诉|举报|维权|曝光|骗|坑[人爹我]|太坑|垃圾|差劲|恶心|无语|没人|不接|打不通|不理|不管|不给|不修|不退|"
    "不发货|没收到|没兑现|不兑现|内定|黑幕|拒|推[诿脱卸]|踢皮球|敷衍|态度|套路|乱收|气[死人愤]|生气|失望|"
    "呵呵|差评|避雷|踩雷|别买|不买|再也不|退[款货]|赔[偿礼我]|道歉|虚假"
)
_TALE: Final = re.compile(
    "[我咱俺了吗呢]|本人|朋友|老公|老婆|打通|收费|要价|结果|为什么|为啥|什么时候|请问|求助|才[买用送]|"
    "刚买|买的|小心|当心|假"
)
_HEADLINE: Final = re.compile(r"\A我?发[表布]了头条文章[:：]?")

_SERVICE: Final = "(?:售后|维修|报修|服务|客服|安装|清洗|移机)"
_CALLED: Final = "(?:电话|热线|号码)"
_LINE: Final = re.compile(
    f"{_SERVICE}[^，。！？；\\s]{{0,6}}?{_CALLED}"
    f"|(?:服务|维修|客服|售后)(?:中心|网点|站|部)[^，。！？；]{{0,3}}?{_CALLED}"
    f"|(?:电话|热线)[^，。！？；\\s]{{0,4}}?(?:售后|维修|报修|服务|客服)"
)
_REACHABLE: Final = re.compile(
    "(?:全国|全市|全城|全区)[^，。！？；\\s]{0,4}?(?:统一|网点|客服|服务|联保|热线|24)"
    "|(?:全国|各市|各)[各区]{1,2}|24小时|二十四小时|(?:服务|维修|客服|受理|报修)(?:网点|中心|站)"
    "|网点|官方网站|400(?:电话|客服|热线|服务|全国)|人工(?:在线|客服|服务)|上门(?:维修|服务|安装|检测)"
    "|专业(?:师傅|维修|团队|技师)|(?:当天|快速|及时|预约)上门|均可(?:维修|上门|报修)"
)
# 400-666-8888 or a mobile number, whatever is put between or for its digits to hide them.
_DIGIT: Final = r"[\dOo〇零○幺一二三四五六七八九壹贰叁肆伍陆柒捌玖]"
_ZERO: Final = "[0Oo〇零○]"
_NUMBER: Final = re.compile(
    rf"(?<!\d)(?:[48四八肆捌][\W_]{{0,3}}{_ZERO}[\W_]{{0,3}}{_ZERO}(?:[\W_]{{0,3}}{_DIGIT}){{7}}"
    rf"|[1一幺壹][\W_]{{0,3}}[3-9三四五六七八九](?:[\W_]{{0,3}}{_DIGIT}){{9}})(?!\d)"
)

# No text without any of these is a hotline's or a lottery's: every pattern above and below needs
# one. The signs at the end are those that NFKC turns into characters such as these. Looking for
# them first spares nine posts of ten everything else: 3.4 times faster over real posts.
_SUSPECT: Final = re.compile(
    "电话|热线|号码|[奖抽揪送]|有机会|转发|关注|选我|分母|锦鲤|欧气|非酋|手气"
    "|[\u2e80-\u2fdf\u3038-\u303a\u3190-\u319f\u3200-\u33ff\uf900-\ufaff"
    "\U0001f200-\U0001f2ff\U0002f800-\U0002fa1f]"
)

_FILLING: Final = re.compile(r"[\W_]+")
_BOILERPLATE: Final = 0.3  # the share of an advertisement's characters that name line and reach

_DRAW: Final = re.compile(
    "抽奖|开奖|抽[取出选]?\\d{1,4}[位名个人台部份]|抽[取出选]?[一二两三四五六七八九十百几]{1,3}[位名个人台部份]"
    "|揪\\d{0,3}[位名个人]|送出?[^，。！？\\s]{1,20}[一1][台部份]|有机会(?:获得|赢取|抽)"
)
_CALL: Final = re.compile(
    "转发(?:[此本这该]|微博|原博|并|\\+|抽|关注|即可|就)|转评赞?|[关關]注(?:[@+并]|我|后|转发|本|官方)"
    "|[+＋]转发|带话题|艾特|@[^\\s]{0,4}好友|一键三连"
)
# What people write who take part in a draw.
_ENTRY: Final = re.compile(
    "我要抽|请抽我|抽我(?=抽我|吧?(?:[^\\w]|$))|抽中(?:我|就)|选我选我|求(?:抽中|抽我|中奖|中一次)|想中奖|希望(?:被抽|抽中|中奖)"
    "|(?:参与|参加)[^，。！？\\s]{0,4}抽奖|(?:转发|打卡|评论)[^，。！？\\s]{0,4}抽奖|转发抽|蹲[^，。！？\\s]{0,3}开奖|开奖见"
    "|已关注[，,、+＋和\\s]{0,2}已?转发|已转发[，,、+＋和\\s]{0,2}已?关注|关注[+＋]转发|分母(?:报到|打卡|来了|\\+1)"
    "|锦鲤附体|欧气满满|非酋逆袭|来?试试手气"
)
_UNHAPPY: Final = re.compile(
    "[不没别差烂坏坑骗假丑臭贵退修亏慢漏破裂碎断滚呸虫难惨怕懒毁赔罚酸苦腻吵疼痛痒晕]|问题|质量|售后|客服|翻车|避雷|抵制|取关|脱粉|怎么|什么"
    "|[?？]|\\[(?:怒|骂|吐|弱|鄙视|失望|悲伤|泪|黑线|白眼|哼|生病|伤心|抓狂|委屈|疑问|费解|拜拜|衰|阴险)\\w{0,2}\\]"
)
_NO_DOUBT: Final = re.compile(
    "没有?中过|中不了|就差|差[一1]个|(?:忍|等)不[住及了]|停不下来|谁不|不错|没想到"
)
_ASIDE: Final = re.compile(r"@\S{1,40}|#[^#\n]{1,60}#|\[[^\[\]]{1,12}\]|[\W_]+")
_FEW: Final = 30  # letters


def advert_reason(text: Text) -> str:
    """Return why `text` is advertising ("repair hotline", "lottery"), or "" for a voice.

    The author's own words decide; where there are none, the words they pass on. A few words that
    show no doubt, on the repost of a lottery, take part in it. A customer who complains about a
    repair, a hotline or a lottery speaks for themself and is never discounted.
    """
    if not may_advertise(text.own) and not may_advertise(text.quoted):
        return ""
    own, quoted = _readable(text.own), _readable(text.quoted)
    if _GRIEVANCE.search(own):
        return ""
    if reason := _reason(own):
        return reason
    if not quoted or _GRIEVANCE.search(quoted) or not _is_brief(own):
        return ""
    if _ASIDE.sub("", own):  # words added to a hotline's are a voice
        return _LOTTERY if _is_lottery(quoted) else ""
    return _reason(quoted)


def _reason(words: str) -> str:
    if _is_hotline(words):
        return _HOTLINE
    return _LOTTERY if _is_lottery(words) else ""


def may_advertise(words: str) -> bool:
    """Whether `words` hold anything that a hotline or a lottery cannot do without: a first look."""
    return _SUSPECT.search(words, 0, _ROOM) is not None


def _readable(words: str) -> str:
    return _HEADLINE.sub("", unicodedata.normalize("NFKC", words[:_ROOM]))


def _is_hotline(words: str) -> bool:
    """Whether `words` name a service line and how well one reaches it, and say little else."""
    if not _LINE.search(words) or _TALE.search(words):
        return False
    line, reachable, number = (
        sum(map(len, sign.findall(words))) for sign in (_LINE, _REACHABLE, _NUMBER)
    )
    if not reachable + number:
        return False
    return line + reachable + number >= _BOILERPLATE * len(_FILLING.sub("", words))


def _is_lottery(words: str) -> bool:
    """Whether `words` call people to pass them on for a prize, or enter such a draw."""
    if _DRAW.search(words) and _CALL.search(words):
        return True
    return bool(_ENTRY.search(words)) and _is_brief(words)


def _is_brief(words: str) -> bool:
    """Whether `words` are none or few and show no doubt: too little for a voice of its own."""
    if len(_ASIDE.sub("", words)) > _FEW or _UNHAPPY.search(_NO_DOUBT.sub("", words)):
        return False
    return not tells_grievance(words)


_MANY: Final = 18  # 3-grams of a text that hardly comes to two people: some twenty characters
_SEEN: Final = 64  # earlier copies that are looked at, newest first
_OF_ONE: Final = 1_000  # mentions of one author, or of one text, that are remembered
_PART: Final = 20  # one in so many is forgotten when the room is used up
KEPT: Final = 30_000
"""Mentions that a guard remembers at most, if nobody says otherwise: half a kilobyte each."""


class _Seen(NamedTuple):
    at: datetime
    author: str


class _Memory:
    """What was seen under a name within two windows of the newest, in the order it came.

    What is older is forgotten, and no answer depends on it. It takes two windows for what was seen
    in the last one to be counted against once more. What is added again keeps its place.

    No more than `kept` are remembered in all, nor _OF_ONE under one name; beyond that the names
    that nobody used for longest are forgotten sooner, and the oldest under a name.
    """

    def __init__(self, window: timedelta, kept: int) -> None:
        self._window = window
        self._kept = kept
        self._count = 0
        # By name, those used last at the end, the keys in the order in which they came first.
        self._named: dict[Hashable, dict[str, _Seen]] = {}
        self._newest: datetime | None = None
        self._swept: datetime | None = None

    def __len__(self) -> int:
        return len(self._named)

    def add(self, name: Hashable, key: str, at: datetime, author: str) -> list[str]:
        """Take in `key` under `name`; return the authors near it in time that came before.

        Newcomers come first, _SEEN of them at most.

        Raises:
            ValueError: `at` is naive.
        """
        if at.tzinfo is None:
            raise ValueError("a mention needs an aware time")
        self._newest = max(at, self._newest or at)
        oldest = self._newest - 2 * self._window
        self._sweep(oldest)
        named = self._named.pop(name, None)
        if named is None:  # the first of its name, as nearly all are
            if at > oldest:
                self._keep(name, {}, key, _Seen(at, author))
            return []
        self._named[name] = named
        if key in named and named[key].at <= oldest:
            self._drop(named, key)  # it was forgotten, though not swept yet
        near = (
            seen.author
            for seen in _before(key, named)
            if seen.at > oldest and abs(seen.at - at) < self._window
        )
        earlier = list(islice(near, _SEEN))
        if at > oldest:
            self._keep(name, named, key, _Seen(at, author))
        else:
            self._drop(named, key)
        return earlier

    def _keep(self, name: Hashable, named: dict[str, _Seen], key: str, seen: _Seen) -> None:
        self._count += key not in named
        named[key] = seen
        self._named[name] = named
        if len(named) > _OF_ONE:
            newest = list(named.items())[-_OF_ONE // 2 :]
            self._count -= len(named) - len(newest)
            self._named[name] = dict(newest)
        if self._count > self._kept:
            self._make_room()

    def _drop(self, named: dict[str, _Seen], key: str) -> None:
        if named.pop(key, None):
            self._count -= 1

    def _make_room(self) -> None:
        """Forget the names that nobody used for longest, a part of all at once: it takes long."""
        room = self._kept - self._kept // _PART
        kept: list[tuple[Hashable, dict[str, _Seen]]] = []
        count = 0
        for name in reversed(self._named):
            named = self._named[name]
            if count + len(named) > room:
                break
            kept.append((name, named))
            count += len(named)
        self._named, self._count = dict(reversed(kept)), count

    def _sweep(self, oldest: datetime) -> None:
        """Forget, once a window, what lies behind `oldest`."""
        if self._swept and oldest - self._swept < self._window:
            return
        self._swept = oldest
        self._count = 0
        for name, all_seen in list(self._named.items()):
            kept = {key: seen for key, seen in all_seen.items() if seen.at > oldest}
            self._count += len(kept)
            if kept:
                self._named[name] = kept
            else:
                del self._named[name]


def _before(key: str, named: dict[str, _Seen]) -> Iterator[_Seen]:
    """Yield what came before `key`, newcomers first."""
    if key not in named:
        return reversed(named.values())
    keys = dropwhile(lambda other: other != key, reversed(named))
    return (named[other] for other in islice(keys, 1, None))


class FloodGuard:
    """Finds authors who name the same brand again and again.

    A mention is flood if the same author already named the brand `limit` times within `window`.
    Mentions may come out of order; already means added before. One that is added again counts
    once and keeps its place, so that it gets the answer that it got at first.

    Mentions older than the newest by two windows are forgotten, and no answer depends on them:
    adding again what is younger, in the same order, gives the same answers. It takes two for the
    mentions of the last one to be counted against once more.
    """

    def __init__(
        self, limit: int = 3, window: timedelta = timedelta(hours=1), kept: int = KEPT
    ) -> None:
        if not 1 <= limit <= _SEEN or window <= timedelta(0):
            raise ValueError("a flood needs a positive limit and window")
        self._limit = limit
        self._memory = _Memory(window, kept)

    def __len__(self) -> int:
        """Return how many authors are remembered, each brand of theirs counted."""
        return len(self._memory)

    def add(self, author: str, group: str, at: datetime, key: str) -> bool:
        """Take in that post `key` of `author` named `group` (a brand) at `at`: whether it is flood.

        Raises:
            ValueError: `at` is naive.
        """
        near = self._memory.add((author, group), key, at, author)
        return len(near) >= self._limit


class CampaignGuard:
    """Finds the same words put out by many accounts, and by one account many times.

    A mention is of a campaign ("campaign") if `authors` others put out the same words within
    `window` before it, and repeats itself ("repeats") if its own author did `repeats` times,
    whatever the brand. Same words are equal signatures. Some twenty characters make a campaign:
    fewer (武汉加油，中国加油) come to many people by themselves. Who complains in words that are
    handed around is a customer all the same, and never discounted, though others are counted
    against it.

    Order, forgetting and adding again are as with FloodGuard.
    """

    def __init__(
        self,
        authors: int = 3,
        repeats: int = 2,
        window: timedelta = timedelta(hours=48),
        kept: int = KEPT,
    ) -> None:
        if not (1 <= authors <= _SEEN and 1 <= repeats <= _SEEN) or window <= timedelta(0):
            raise ValueError("a campaign needs positive limits and a positive window")
        self._authors = authors
        self._repeats = repeats
        self._memory = _Memory(window, kept)

    def __len__(self) -> int:
        """Return how many texts are remembered."""
        return len(self._memory)

    def add(
        self, author: str, at: datetime, key: str, signature: bytes, *, complains: bool = False
    ) -> str:
        """Take in post `key`; return "campaign", "repeats" or, for a voice of its own, "".

        Raises:
            ValueError: `at` is naive.
        """
        if len(signature) != SIZE:
            return ""
        earlier = self._memory.add(signature[:HEAD], key, at, author)
        if complains:
            return ""
        if earlier.count(author) >= self._repeats:
            return "repeats"
        if len({*earlier} - {author}) < self._authors:
            return ""
        return "campaign" if _grams(signature) >= _MANY else ""


def _grams(signature: bytes) -> int:
    """Return about how many different 3-grams a long text has, from its bitmap."""
    return int.from_bytes(signature[BODY:], "little").bit_count()
