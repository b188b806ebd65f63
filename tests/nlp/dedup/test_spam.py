"""Who does not speak for themself."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.dedup.signature import signatures
from nlp.dedup.spam import (
    CampaignGuard,
    FloodGuard,
    advert_reason,
    may_advertise,
)
from nlp.text.normalise import normalise

NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "我发表了头条文章:《云朵冰箱全国售后维修电话-24小时服务热线》O网页链接",
        "长沙云朵空调售后服务热线丨全市统一400客服中心丨云朵空调不制冷",
        "云朵洗衣机维修电话 400-123-4567 全城上门服务",
        "云朵热水器售后电话４００★１２３★４５６７，快速上门维修",
        "云朵电视维修热线④⓪⓪①②③④⑤⑥⑦，各区网点",
        "云朵燃气灶清洗服务电话1 3 8 0 0 1 3 8 0 0 0",
        "【4OO-123-4567】云朵烤箱报修电话，专业技师当天上门",
        "广州云朵冰柜维修中心 电话：四〇〇-一二三-四五六七",
        "云朵壁挂炉客服热线4*0*0—1*2*3—4*5*6*7，漏水、不点火均可报修",
        "//@云朵报修:云朵洗衣机维修电话 400-123-4567 全城上门服务",
    ],
)
def test_repair_hotline(text: str) -> None:
    """An advertisement says which line, how well it is reached, and little else."""
    assert advert_reason(normalise(text)) == "repair hotline"


@pytest.mark.parametrize(
    "text",
    [
        "关注@云朵茶饮 并转发此微博，抽3位朋友送出奶茶一杯",
        "转评赞本条，周五开奖，有机会获得云朵公仔",
        "我要抽云朵电视，请抽我！",
        "[哈哈]@甲 //@云朵茶饮:转发抽奖，关注@云朵茶饮 抽10人送杯子",
        "已关注，已转发 求抽中",
        "蹲个开奖，分母来了",
        "杯子好可爱，想要一个 @乙 //@云朵茶饮:转发抽奖，关注@云朵茶饮 抽10人送杯子",
        "从来没中过[可怜] //@云朵茶饮:转发抽奖，关注@云朵茶饮 抽10人送杯子",
    ],
)
def test_lottery(text: str) -> None:
    """A call to pass on for a prize is a lottery, and so is its bare repost."""
    assert advert_reason(normalise(text)) == "lottery"


@pytest.mark.parametrize(
    "text",
    [
        "打云朵的全国统一售后服务热线400-123-4567，打了三天没人接，投诉！",
        "云朵售后维修电话24小时热线根本打不通",
        "云朵冰箱坏了，请问哪里有售后维修电话？官方网站的服务中心找不到",
        "大家小心，网上搜的云朵售后维修电话400-123-4567都是骗子",
        "报修了，维修网点让我自己送过去，客服电话推来推去",
        "云朵抽奖是内定的吧，关注转发了一年从没中过",
        "转发抽奖的奖品到现在没收到，@云朵茶饮 说话不算数",
        "客服电话还说第二天早上会送，结果晚了24小时才送到",
        "垃圾云朵 //@云朵茶饮:转发抽奖，关注@云朵茶饮 抽10人送杯子",
        "杯子收到就裂了 //@云朵茶饮:转发抽奖，关注@云朵茶饮 抽10人送杯子",
        "[怒] //@云朵茶饮:转发抽奖，关注@云朵茶饮 抽10人送杯子",
        "#云朵喝出虫子# //@云朵茶饮:转发抽奖，关注@云朵茶饮 抽10人送杯子",
        "上次抽奖以后就再没去过，奶茶越来越甜，店里也越来越吵，转给想去的人看看，好自为之吧各位 "
        "//@云朵茶饮:转发抽奖，关注@云朵茶饮 抽10人送杯子",
        "[哈哈] //@甲:中奖的全是小号，内定 //@云朵茶饮:转发抽奖，关注@云朵茶饮 抽10人送杯子",
        "护士抽我血的时候喝着云朵，碰碰运气",
        "客服让打4OO-123-4567，云朵的维修电话换过了吗",
        "云朵的服务真好，维修师傅上门很快",
        "下单号是199728252997，屏幕有划痕",
        "",
    ],
)
def test_voice(text: str) -> None:
    """Experiences, questions and complaints are no advertising, whatever they are about."""
    assert not advert_reason(normalise(text))


@given(st.text())
def test_any_text(text: str) -> None:
    """Any text gets one of the known reasons or none."""
    assert advert_reason(normalise(text)) in {"", "repair hotline", "lottery"}


def test_signs_of_other_blocks_are_read() -> None:
    """Whatever NFKC turns into the words of a hotline, the quick check does not miss it."""
    for code in (*range(0xD800), *range(0xE000, 0x110000)):
        folded = unicodedata.normalize("NFKC", chr(code))
        if folded != chr(code) and any("\u4e00" <= sign <= "\u9fff" for sign in folded):
            assert may_advertise(chr(code)), hex(code)


def test_flood() -> None:
    """From the fourth mention of a brand within an hour on, an author floods; others do not."""
    guard = FloodGuard()
    minutes = [0, 10, 20, 30, 59, 75, 200]
    flood = [guard.add("甲", "云朵", NOON + timedelta(minutes=m), f"{m}") for m in minutes]
    assert flood == [False, False, False, True, True, True, False]
    assert not guard.add("乙", "云朵", NOON + timedelta(minutes=200), "200")
    assert not guard.add("甲", "小米", NOON + timedelta(minutes=200), "200")


def test_flood_counts_a_post_once() -> None:
    """A post that is added again counts once and gets the answer that it got at first."""
    guard = FloodGuard()
    minutes = [0, 10, 20, 30, 40]
    answers = [False, False, False, True, True]
    for _ in range(3):
        for minute, answer in zip(minutes, answers, strict=True):
            at = NOON + timedelta(minutes=minute)
            assert guard.add("甲", "云朵", at, f"{minute}") == answer


def test_flood_and_a_post_whose_time_was_wrong() -> None:
    """A post that comes again with another time counts at that time."""
    guard = FloodGuard(limit=1)
    assert not guard.add("甲", "云朵", NOON, "0")
    assert not guard.add("甲", "云朵", NOON + timedelta(hours=1), "0")
    assert guard.add("甲", "云朵", NOON + timedelta(minutes=30), "1")
    assert not guard.add("甲", "云朵", NOON - timedelta(hours=9), "0")
    assert not guard.add("甲", "云朵", NOON + timedelta(minutes=30), "1")
    assert not guard.add("甲", "云朵", NOON + timedelta(hours=2), "2")


MENTIONS = st.lists(st.tuples(st.sampled_from("甲乙"), st.integers(0, 300)), max_size=40)


@given(MENTIONS)
def test_flood_is_what_counting_says(mentions: list[tuple[str, int]]) -> None:
    """In order of time, an author floods who has three other posts in the hour before."""
    mentions.sort(key=lambda mention: mention[1])
    guard = FloodGuard()
    for number, (author, minute) in enumerate(mentions):
        earlier = [m for other, m in mentions[:number] if other == author and minute - m < 60]
        at = NOON + timedelta(minutes=minute)
        assert guard.add(author, "云朵", at, f"{number}") == (len(earlier) >= 3)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 300)), max_size=60), st.integers(0, 60)
)
def test_flood_after_a_restart(mentions: list[tuple[int, int]], cut: int) -> None:
    """A new guard that gets the last two hours, in order, answers like the old one.

    Posts come again, most of them with another time, and keep the place they had.
    """
    posts = [("甲", "云朵", NOON + timedelta(minutes=m), f"{number}") for number, m in mentions]
    old, new = FloodGuard(), FloodGuard()
    told: dict[str, datetime] = {}
    newest = NOON
    for author, brand, at, key in posts[:cut]:
        old.add(author, brand, at, key)
        told[key], newest = at, max(newest, at)
        told = {name: time for name, time in told.items() if time > newest - timedelta(hours=2)}
    for guard in (old, new):
        guard.add("乙", "云朵", newest, "newest")
    for key, at in told.items():
        new.add("甲", "云朵", at, key)
    for post in posts[cut:]:
        assert old.add(*post) == new.add(*post)


def test_flood_forgets() -> None:
    """Memory holds the authors of about the last three hours, however many there are."""
    guard = FloodGuard()
    for minute in range(3000):
        guard.add(f"{minute}", "云朵", NOON + timedelta(minutes=minute), f"{minute}")
    assert len(guard) <= 181


def test_flood_needs_sense() -> None:
    """Limits that mean nothing and times without a zone are refused."""
    with pytest.raises(ValueError, match="positive"):
        FloodGuard(limit=0)
    with pytest.raises(ValueError, match="aware"):
        FloodGuard().add("甲", "云朵", NOON.replace(tzinfo=None), "0")


TEXT, OTHER, BRIEF = signatures(
    [
        "云朵茶饮真是国货之光，用料实在，服务也好，值得每一个人信任",
        "今天去店里看了看，人不多，买了一杯就回来了，味道和以前一样",
        "云朵加油，国货加油",
    ]
)


def test_campaign() -> None:
    """The fourth account with the same words within two days is of a campaign; others are not."""
    guard = CampaignGuard()
    posts = [("甲", 0, TEXT), ("乙", 1, TEXT), ("丙", 2, OTHER), ("丁", 3, TEXT), ("戊", 4, TEXT)]
    reasons = [
        guard.add(author, NOON + timedelta(hours=hour), f"{hour}", signature)
        for author, hour, signature in posts
    ]
    assert reasons == ["", "", "", "", "campaign"]
    assert guard.add("己", NOON + timedelta(hours=60), "late", TEXT) == ""


def test_campaign_and_one_account() -> None:
    """One account's third copy repeats itself; its copies are one account of a campaign."""
    guard = CampaignGuard()
    reasons = [guard.add("甲", NOON + timedelta(minutes=m), f"{m}", TEXT) for m in range(4)]
    assert reasons == ["", "", "repeats", "repeats"]
    assert guard.add("乙", NOON + timedelta(minutes=9), "9", TEXT) == ""


def test_campaign_hears_customers_and_few_words() -> None:
    """A complaint in words handed around counts; a few words come to many by themselves."""
    guard = CampaignGuard(authors=1)
    (short,) = signatures(["太好了"])
    assert not any(guard.add(author, NOON, f"{author} brief", BRIEF) for author in "甲乙丙")
    for author in "甲乙丙":
        assert guard.add(author, NOON, author, TEXT, complains=True) == ""
        assert guard.add(author, NOON, f"{author} short", short) == ""
        assert guard.add(author, NOON, f"{author} none", b"") == ""
    assert guard.add("丁", NOON, "丁", TEXT) == "campaign"


POSTS = st.lists(
    st.tuples(st.sampled_from("甲乙丙丁戊"), st.integers(0, 250)), min_size=1, max_size=50
)


@given(POSTS, st.integers(0, 50))
def test_campaign_after_a_restart(posts: list[tuple[str, int]], cut: int) -> None:
    """A new guard that gets the last four days, in order, answers like the old one."""
    old, new = CampaignGuard(authors=2), CampaignGuard(authors=2)
    told = [
        (author, NOON + timedelta(hours=hour), f"{number}")
        for number, (author, hour) in enumerate(posts)
    ]
    newest = max((at for _, at, _ in told[:cut]), default=NOON)
    for post in told[:cut]:
        old.add(*post, TEXT)
    for guard in (old, new):
        guard.add("己", newest, "newest", OTHER)
    for post in told[:cut]:
        if post[1] > newest - timedelta(hours=96):
            new.add(*post, TEXT)
    for post in told[cut:]:
        assert old.add(*post, TEXT) == new.add(*post, TEXT)


@given(POSTS)
def test_campaign_counts_a_post_once(posts: list[tuple[str, int]]) -> None:
    """A post that is added again, while it is remembered, gets the answer it got at first."""
    guard = CampaignGuard(authors=2)
    told = [
        (author, NOON + timedelta(hours=hour % 48), f"{number}")
        for number, (author, hour) in enumerate(posts)
    ]
    answers = [guard.add(*post, TEXT) for post in told]
    assert [guard.add(*post, TEXT) for post in told] == answers


def test_guards_need_sense() -> None:
    """Limits that mean nothing and times without a zone are refused."""
    with pytest.raises(ValueError, match="positive"):
        CampaignGuard(authors=0)
    with pytest.raises(ValueError, match="aware"):
        CampaignGuard().add("甲", NOON.replace(tzinfo=None), "0", TEXT)


def test_campaign_forgets() -> None:
    """Memory holds the texts of about the last six days, however many there are."""
    guard = CampaignGuard()
    texts = signatures([f"第{number}条各不相同的评论内容" for number in range(500)])
    for number, signature in enumerate(texts):
        guard.add("甲", NOON + timedelta(hours=number), f"{number}", signature)
    assert len(guard) <= 145
