"""What happened and where, in the words of a story's own posts.

A title is the most central short clause that names what went wrong: of the clauses of the posts,
the one that says most of what all of them say, and names harm or failure, an object, a place, a
person. A place that most posts name is put before a clause that names none.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from nlp.complaints.lexicon import find
from nlp.text.normalise import EMOTICON, fold, printable
from nlp.text.segment import PLAIN, Segmenter
from nlp.topics.harm import harms_people
from nlp.topics.headlines import tells_of_trouble
from nlp.topics.titles import Title, weight

LIMIT: Final = 40
"""Characters of a title."""

_SHORTEST: Final = 6
_IDEAL: Final = 18  # characters from which on a longer clause has to say more
_READ: Final = 300  # characters of a post: what happened stands at its beginning
_LEAST_SCORE: Final = 0.0
_PLACE_SHARE: Final = 0.2  # of the posts of a story name the place that is put into its title
_PLACE_POSTS: Final = 2

_DROPPED: Final = re.compile(
    r"@[^\s:：@/#，。！？,!?]{1,40}|O?网页链接|\S{1,20}的微博视频|https?://\S+|\[[^\[\]\s]{1,12}\]"
)
_SENTENCE: Final = re.compile(r"[。！？!?；;\n…~～【】#｜|]+")
_CLAUSE: Final = re.compile(r"[，,、：:\s]+")
_QUOTE: Final = re.compile(r"[「『“\"‘][^」』”\"’]{0,60}[」』”\"’]")
_MARKS: Final = re.compile(r"[^\w\u4e00-\u9fff%.·+-]+")

# What begins a clause and says nothing of what happened.
_OPENING: Final = re.compile(
    "(?:(?:姐妹|家人|宝子|兄弟|朋友|同学|老铁)们?|大家好?|各位|避雷|避坑|踩雷|曝光|投诉|求助|提醒|警惕|注意|爆料|网友爆料|"
    "网曝|据悉|据报道|听说|看到|刷到|其实|就是|然后|结果|而且|但是?|所以|因为|竟然|居然|真的|关于|针对|这个|那个|这次|"
    "我们?|本人|自己|俺|咱们?|今[天晚早]|昨[天晚]|前天|刚刚?|刚才|上[周次]|上个月|这家|那家|你们?|他们?|就|也|还|都|又|在|"
    "是|的|了|啊|哈+)+"
)
_ENDING: Final = re.compile("[的了啊呢吧吗呀哦嘛哈]+\\Z")
# A question, a feeling, an appeal or a receipt is no event; an answer of the other side neither.
_NO_EVENT: Final = re.compile(
    "[吗么呢]\\Z|怎么|什么|为啥|为何|是不是|有没有|能不能|会不会|请问|求问|谁|哪[家里个]|"
    "无语|真的会谢|服了|笑死|离谱|恶心死|气死|再也不|不会再|别买|别去|不要买|抵制|支持|加油|希望|建议|应该|必须|"
    "转发|关注|抽奖|点赞|收藏|评论区|蹲|求|谢谢|感谢|"
    "单号|订单号|编号|小票|发票|合计|实付|共计|流水号|手机号|电话|\\d{5,}|\\d+元|\\d+\\.\\d{2}"
)
_OTHER_SIDE: Final = re.compile(
    "我司|本公司|我公司|我们(?:高度重视|深表|已|将|会|郑重)|经(?:初步)?(?:核[查实]|调查)|情况说明|声明|致歉信?|郑重|诚挚|"
    "不排除|不实|谣言|造谣|追究|法律责任|符合(?:标准|规定|要求)|高度重视|深表歉意|保留.{0,4}权利|感谢.{0,6}监督|"
    "(?:店员|客服|店家|商家|老板|经理|官方|品牌|公司|对方|工作人员)(?:却|就|还|也)?(?:说|称|回应|回复|表示|解释|答复|承认|否认)"
)
_PLACE: Final = re.compile(
    "[\u4e00-\u9fff]{2,7}?(?:旗舰店|专卖店|体验店|门店|分店|总店|广场店|天地店|中心店|路店|城店|店|校区|医院|小区|机场|"
    "车站|火车站|高铁站|地铁站|服务区|景区|乐园|广场|商场|酒店|超市|大学|中学|小学|幼儿园)"
)
_NO_PLACE: Final = re.compile(
    "[这那该此某哪每各同一两几多整全家个间的了在去到从是有和与就也都说让把被给我你他她它们]|门店\\Z.{0}(?<=.门店)"
)
_WHO: Final = re.compile(
    "店员|服务员|客服|经理|店长|老板|司机|骑手|外卖员|快递员|保安|老师|医生|护士|教练|空姐|空乘|乘务|员工|前员工|顾客|"
    "消费者|乘客|旅客|车主|业主|用户|学生|孩子|儿童|女子|男子|老人|游客|家长|孕妇|网友"
)
_EVENT_KINDS: Final = frozenset({"failing", "harm"})
_EVENT_NAMES: Final = frozenset({"safety", "privacy", "advertising"})


class TitlePost(NamedTuple):
    """A post that a title may be taken from: the author's `own` words."""

    key: str
    own: str


class _Scored(NamedTuple):
    score: float
    text: str
    key: str
    has_place: bool


def story_title(
    posts: Sequence[TitlePost],
    centre: Mapping[str, float],
    names: Iterable[str],
    segmenter: Segmenter = PLAIN,
) -> Title:
    """Return what the `posts` of a story say happened, in at most LIMIT characters.

    `centre` weighs the words of the story, `names` are what the brand is called: they are left out
    where the rest stands by itself. "" where no clause names anything that went wrong.
    """
    called = sorted(map(fold, names), key=len, reverse=True)
    place = _common_place(posts, called)
    found: dict[str, _Scored] = {}
    for post in posts:
        for clause in _clauses(post.own[:_READ]):
            told = _told(clause, called)
            if told in found or not _SHORTEST <= len(told) <= LIMIT:
                continue
            score = _score(told, centre, segmenter)
            found[told] = _Scored(score, told, post.key, bool(_places(told)))
    best = max(found.values(), key=lambda one: (one.score, one.text), default=None)
    if best is None or best.score <= _LEAST_SCORE:
        return Title()
    text = best.text
    if place and not best.has_place and len(place) + len(text) <= LIMIT:
        text = place + text
    return Title(text, best.key)


def _clauses(own: str) -> Iterator[str]:
    """Yield the clauses of a text, and neighbouring clauses that are short, as one."""
    words = EMOTICON.sub("\n", _DROPPED.sub("\n", printable(own)))
    for sentence in _SENTENCE.split(_QUOTE.sub("，", words)):
        parts = [part for part in _CLAUSE.split(sentence) if part]
        yield from parts
        for one, two in pairwise(parts):
            if len(one) + len(two) < _IDEAL + _SHORTEST:
                yield f"{one}，{two}"


def _told(clause: str, called: Sequence[str]) -> str:
    """Return a clause without what opens it and without the brand's name."""
    text = clause.strip(" ，,、：:·-—()（）<>《》'\"")
    folded = fold(text)
    for name in called:
        at = folded.find(name)
        while at >= 0:
            before, after = text[:at], text[at + len(name) :]
            before = re.sub("(?:在|去|到|从|于|就是|的)\\Z", "", before)
            after = re.sub("\\A(?:家的?|的)", "", after)
            text = before + after
            folded = fold(text)
            at = folded.find(name)
    text = _OPENING.sub("", text, count=1) if _OPENING.match(text) else text
    return _ENDING.sub("", text.strip(" ，,、：:·-—()（）"))


def _score(text: str, centre: Mapping[str, float], segmenter: Segmenter) -> float:
    """Return how well a clause tells the story; 0 where it names nothing that went wrong."""
    if _NO_EVENT.search(text) or _OTHER_SIDE.search(text):
        return 0.0
    says = weight(text, centre, segmenter)
    if not says or not _names_event(text):
        return 0.0
    times = 1.0 + 0.35 * bool(_places(text)) + 0.2 * bool(_WHO.search(text))
    times += 0.3 * harms_people(text)
    longer = max(0, len(text) - _IDEAL)
    return says * times / (1 + 0.04 * longer)


def _names_event(text: str) -> bool:
    hits = find(text)
    told = any(hit.kind in _EVENT_KINDS or hit.name in _EVENT_NAMES for hit in hits)
    return told or tells_of_trouble(text) or harms_people(text)


def _places(text: str) -> list[str]:
    return [hit for hit in _PLACE.findall(text) if not _NO_PLACE.search(hit)]


def _common_place(posts: Sequence[TitlePost], called: Sequence[str]) -> str:
    """Return the place that many posts name, "" where none is."""
    counts: Counter[str] = Counter()
    for post in posts:
        text = fold(post.own[:_READ])
        for name in called:
            text = text.replace(name, "，")
        counts.update(set(_places(text)))
    if not counts:
        return ""
    place, count = max(counts.items(), key=lambda item: (item[1], len(item[0]), item[0]))
    return place if count >= max(_PLACE_POSTS, _PLACE_SHARE * len(posts)) else ""
