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

_SHORTEST: Final = 4
_READABLE: Final = 6  # characters that say something, a place among them
_IDEAL: Final = 16  # characters from which on a longer clause has to say more
_READ: Final = 300  # characters of a post: what happened stands at its beginning
_PLACE_SHARE: Final = 0.15  # of the posts of a story name the place that is put into its title
_PLACE_POSTS: Final = 2
_RARE_PLACE: Final = 0.6
_TAG_SHARE: Final = 1 / 3  # of the posts have the tag that names the story
_TAG_POSTS: Final = 5
_TAG: Final = re.compile(r"#([^#\n]{2,60})#")

_DROPPED: Final = re.compile(
    r"//@.*|@[^\s:：@/#，。！？,!?]{1,40}|O?网页链接|\S{1,20}的微博视频|https?://\S+|\[[^\[\]\s]{1,12}\]"
)
_SENTENCE: Final = re.compile(r"[。！？!?；;\n…~～【】#｜|]+")
_CLAUSE: Final = re.compile(r"[，,、：:\s]+")
_QUOTE: Final = re.compile(r"[「『“\"‘《][^」』”\"’》]{0,60}[」』”\"’》]")
_EDGES: Final = " ，,、：:·-—()（）<>'\"/"

# What opens a clause and says nothing of what happened.
_OPENING: Final = re.compile(
    "(?:(?:姐妹|家人|宝子|兄弟|朋友|同学|老铁)们?|大家好?|各位|避雷|避坑|踩雷|曝光一下|曝光|投诉|求助|提醒|警惕|注意|"
    "网友爆料|爆料|网曝|据悉|据报道|听说|看到|刷到|其实|就是|然后|结果|而且|但是|可是|所以|因为|竟然|居然|真的|关于|针对|"
    "这个|那个|这次|我们|我|本人|自己|俺|咱们?|今[天晚早](?:[上早晚])?|昨[天晚](?:[上早晚])?|前天|刚刚|刚才|上[周次]|上个月|"
    "\\d{1,4}年|\\d{1,2}月|\\d{1,2}[日号]起?|曾?前?被曝|曾经?|[早晚上中下][上午]|[一二两三四五六七八九十\\d]{1,2}点[半多钟左右]*|左右|"
    "你们?|他们?|她们?|也|还|都|又|在|是|的|了|啊|吧|哈+)+"
)
_OPENED_BY: Final = re.compile(f"\\A{_OPENING.pattern}(?:去|到|从)?")
_ENDING: Final = re.compile("[的了啊呢吧吗呀哦嘛哈着要]+\\Z")
# A question, a feeling, an appeal, a demand or a receipt is no event.
_NO_EVENT: Final = re.compile(
    "[吗么呢]\\Z|怎么|什么|为啥|为何|是不是|有没有|能不能|会不会|请问|求问|谁|哪[家里个]|如果|要是|万一|"
    "无语|真的会谢|服了|笑死|离谱|恶心死|气死|心疼|害怕|可怕|再也不|不会再|以后|别买|别去|别喝|别吃|不要买|抵制|支持|"
    "加油|希望|建议|应该|必须|要求|请求|强烈|难道|反正|无非|不过|毕竟|何况|比|不如|一样|还能|忍|告诉我|这事|人设|倒闭|赶紧|道歉|处罚|赔偿|"
    "涉诉|问题，|限定|新品|别[^的]|不提|该不该|等[着你]|不是.*是|以为|[好还]想|想[去要再]|早知道|幸[好亏]|还好|小时候|先说|可惜|值得|"
    "转发|关注|抽奖|点赞|收藏|评论区|蹲|求[求个]|谢谢|感谢|热搜|话题|"
    "单号|编号|小票|发票|合计|实付|付款|消费\\d|共计|流水号|手机号|电话|照片|视频|截图|\\d{5,}|\\d+块|\\d+元|\\d+\\.\\d{2}"
)
# What the other side says of it, or others quote of it.
_OTHER_SIDE: Final = re.compile(
    "我司|本公司|我公司|高度重视|深表|情况说明|声明|致歉信?|郑重|诚挚|经(?:初步)?(?:核[查实]|调查)|"
    "不排除|不实|谣言|造谣|追究|法律责任|符合.{0,4}(?:标准|规定|要求)|保留.{0,4}权利|辟谣|澄清|"
    "(?:店员|客服|店家|商家|老板|经理|店长|官方|品牌|公司|对方|人员|门店)(?:却|就|还|也)?(?:说|称|回应|回复|表示|解释|答复|承认|否认|讲)|"
    "回应|\\A(?:说|称|表示)"
)
_PLACE: Final = re.compile(
    "[\u4e00-\u9fff]{2,8}?(?:旗舰店|专卖店|体验店|分店|总店|广场店|天地店|中心店|店|校区|医院|小区|机场|车站|火车站|"
    "高铁站|地铁站|服务区|景区|乐园|度假区|广场|商场|酒店|大学|中学|小学|幼儿园|高速)"
)
_NO_PLACE: Final = re.compile(
    "[这那该此某哪每各同一两几多整全家个间的了在去到从是有和与就也都说让把被给我你他她它们不没]|"
    "(?:门|饭|餐|连锁|奶茶|茶饮|商|书|开|黑|实体|线下|网|酒|分|加盟|本)店\\Z"
)
_SOME_PLACE: Final = re.compile(r"\A(?:某|一|有)家?(?:门店|店|餐厅|商场|医院|学校|酒店)的?")
_WHO: Final = re.compile(
    "店员|服务员|客服|经理|店长|老板|司机|骑手|外卖员|快递员|保安|老师|医生|护士|教练|空姐|空乘|乘务|员工|顾客|消费者|"
    "乘客|旅客|车主|业主|用户|学生|孩子|儿童|女子|男子|老人|游客|家长|孕妇"
)
# What went wrong: it stands for the event, the clearest first.
_GRAVE: Final = re.compile(
    "虫|蛆|蟑螂|老鼠|苍蝇|异物|头发|玻璃|钢丝|刀片|发霉|变质|过期|馊|起火|着火|自燃|爆炸|爆燃|冒烟|漏电|触电|失灵|失控|断轴|"
    "坠|撞|塌|泄[露漏]|偷拍|骚扰|猥亵|殴打|打人|歧视|辱|死|亡|伤|中毒|过敏|造假|假货|欺诈|诈骗|跑路|黑屏|花屏|断电|停运|取消|"
    "延误|滞留|被困|作弊|泄题|抄袭|霸凌|失踪|拐|淹|地震|火灾|事故|召回|下架|涨价|调价|拒载|罚|立案|通报|封号|断供"
)
# How people say that they came upon it.
_FOUND: Final = re.compile("[喝吃查检测拍撞摸咬]出|发现|[里中内底]有|混着|爬出|吸上来")
# What a clause says apart from the words that all say: a little.
_FLOOR: Final = 0.04
_EVENT_KINDS: Final = frozenset({"failing", "harm"})
_EVENT_NAMES: Final = frozenset({"safety", "privacy", "advertising"})


class TitlePost(NamedTuple):
    """A post that a title may be taken from: the author's `own` words."""

    key: str
    own: str


class Candidate(NamedTuple):
    """A clause that may be a title, the post that it stands in, and how well it tells the story."""

    score: float
    text: str
    key: str


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
    found = ranked(posts, centre, names, segmenter)
    return Title(found[0].text, found[0].key) if found else Title()


def ranked(
    posts: Sequence[TitlePost],
    centre: Mapping[str, float],
    names: Iterable[str],
    segmenter: Segmenter = PLAIN,
) -> list[Candidate]:
    """Return the clauses of `posts` that can be titles, the best first; see `story_title`."""
    called = sorted(map(fold, names), key=len, reverse=True)
    place, shares = _common_place(posts, called), _event_shares(posts)
    tags = _common_tags(posts)
    found: dict[str, Candidate] = {}
    for post in posts:
        for clause in _clauses(post.own[:_READ]):
            told = _told(clause, called)
            if len(told) < _READABLE and not place:
                told = _told(clause, ())
            if told in found or len(told) < _SHORTEST:
                continue
            placed = _placed(told, place)
            score = _score(told, centre, shares, tags.get(clause.strip(_EDGES), 0.0), segmenter)
            if not place and _places(told):  # too few others name it
                score *= _RARE_PLACE
            if score > 0 and _READABLE <= len(placed) <= LIMIT:
                found[told] = Candidate(score, placed, post.key)
    return sorted(found.values(), key=lambda one: (-one.score, one.text))


def _clauses(own: str) -> Iterator[str]:
    """Yield the clauses of a text, and each two neighbours that are short, as one."""
    words = EMOTICON.sub("\n", _DROPPED.sub("\n", printable(own)))
    for sentence in _SENTENCE.split(_QUOTE.sub("，", words)):
        parts = [part for part in _CLAUSE.split(sentence) if part]
        yield from parts
        for one, two in pairwise(parts):
            if len(one) + len(two) < _IDEAL:
                yield f"{one}，{two}"


def _told(clause: str, called: Sequence[str]) -> str:
    """Return a clause without what opens it and without the brand's name."""
    text = _OPENED_BY.sub("", clause.strip(_EDGES))
    for name in called:  # in the middle of a clause it is part of the sentence
        if fold(text).startswith(name):
            text = re.sub("\\A家?的?", "", text[len(name) :])
            break
    if opening := _OPENING.match(text):
        text = text[opening.end() :]
    return _ENDING.sub("", text.strip(_EDGES))


def _placed(text: str, place: str) -> str:
    """Return a clause with the story's place before it, where it names none."""
    if not place or place in text or _places(text):
        return text
    placed = place + _SOME_PLACE.sub("", text)
    return placed if len(placed) <= LIMIT else text


def _score(
    text: str,
    centre: Mapping[str, float],
    shares: Mapping[str, float],
    tagged: float,
    segmenter: Segmenter,
) -> float:
    """Return how well a clause tells the story; 0 where it names nothing that went wrong.

    A topic tag that a good part of the posts has (`tagged`) is what they call the story.
    """
    if _NO_EVENT.search(text) or _OTHER_SIDE.search(text):
        return 0.0
    event = max(_event(text, shares), tagged)
    if not event:
        return 0.0
    times = 1.0 + 2.0 * tagged + 0.3 * bool(_places(text)) + 0.2 * bool(_WHO.search(text))
    times += 0.5 * bool(_FOUND.search(text))
    length = len(text)
    odd = max(0, length - _IDEAL) + 2 * max(0, _READABLE - length) + 4 * text.count("，")
    return (weight(text, centre, segmenter) + _FLOOR) * event * times / (1 + 0.05 * odd)


def _event(text: str, shares: Mapping[str, float]) -> float:
    """Return how clearly a clause names what went wrong, 0 where it does not.

    What many posts of the story name counts most.
    """
    common = max((shares[hit] for hit in _GRAVE.findall(text)), default=0.0)
    if common or harms_people(text):
        return 0.5 + 1.5 * common
    hits = find(text)
    told = any(hit.kind in _EVENT_KINDS or hit.name in _EVENT_NAMES for hit in hits)
    return 0.4 if told or tells_of_trouble(text) else 0.0


def _common_tags(posts: Sequence[TitlePost]) -> Mapping[str, float]:
    """Return the share of posts that have each topic tag that a good part of them has."""
    counts: Counter[str] = Counter()
    for post in posts:
        counts.update({tag.strip(_EDGES) for tag in _TAG.findall(post.own)})
    least = max(_TAG_POSTS, _TAG_SHARE * len(posts))
    return {tag: count / len(posts) for tag, count in counts.items() if count >= least}


def _event_shares(posts: Sequence[TitlePost]) -> Mapping[str, float]:
    """Return the share of posts that name each grave event."""
    counts: Counter[str] = Counter()
    for post in posts:
        counts.update(set(_GRAVE.findall(post.own[:_READ])))
    return {event: count / len(posts) for event, count in counts.items()}


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
    place, count = max(
        counts.items(), key=lambda item: (item[1], len(item[0]), item[0]), default=("", 0)
    )
    return place if count >= max(_PLACE_POSTS, _PLACE_SHARE * len(posts)) else ""
