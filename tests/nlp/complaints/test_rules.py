"""Complaints: who complains, about what, wanting what, how seriously."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.complaints.rules import CATEGORIES, DEMANDS, DOUBTFUL, Complaint, decide, judge, screen


def _judged(text: str) -> Complaint:
    complaint = judge(text, 0.9, is_complaint=True)
    assert complaint is not None
    return complaint


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("喝出虫子，客服还不理人", "safety"),
        ("孩子吃完就拉肚子，去了急诊", "safety"),
        ("充电时突然冒烟起火", "safety"),
        ("已退款，以后不会再买", "refund"),
        ("申请退货三次都被驳回", "refund"),
        ("快递到现在还没到，物流半个月没动", "delivery"),
        ("呵呵 这就是大品牌的售后", "service"),
        ("店员爱答不理还翻白眼", "service"),
        ("货不对板，明明是山寨", "advertising"),
        ("个人信息被泄露，天天接骚扰电话", "privacy"),
        ("一杯奶茶乱收费，标价十八收我二十五，加价没说", "price"),
        ("账号无缘无故被封号，会员还有半年", "account"),
        ("洗一次就掉色起球，做工粗糙", "quality"),
        ("太恶心了", "other"),
    ],
)
def test_category(text: str, category: str) -> None:
    """A grievance gets the category that its words speak of most."""
    assert _judged(text).category == category


@pytest.mark.parametrize(
    "text", ["个人信息被泄露，天天接骚扰电话", "银行卡被盗刷三千块", "吃坏肚子，上吐下泻一整夜"]
)
def test_harm_is_a_complaint(text: str) -> None:
    """Harm to somebody's data, money or body is a complaint in a negative tone, and in no other."""
    assert judge(text, 0.6, is_complaint=False) is not None
    assert judge(text, 0.4, is_complaint=False) is None
    assert judge(f"据报道，{text}", 0.6, is_complaint=False) is None


@pytest.mark.parametrize(
    ("text", "demands"),
    [
        ("要求退款并道歉", ("退款", "道歉")),
        ("诉求：退一赔三，公开道歉", ("赔偿",)),
        ("赶紧给我换货，不然差评", ("换货",)),
        ("一直不给退款，拖了一个月", ("退款",)),
        ("希望官方给个说法", ("解释",)),
        ("坏了两次，要求上门维修", ("维修",)),
        ("什么时候发货啊，气死了", ("发货",)),
        ("已退款，以后不会再买", ()),
        ("维修师傅态度很差", ()),
        ("太难吃了", ()),
    ],
)
def test_demands(text: str, demands: tuple[str, ...]) -> None:
    """A demand is what is asked for or was refused, in its clause; what merely happened is none."""
    assert judge(text, 0.9, is_complaint=True).demands == demands  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("奶茶太难喝了，失望", 1),
        ("快递破损，垃圾", 1),
        ("客服踢皮球，三番五次推诿", 2),
        ("偷偷扣了我两百块，血汗钱", 2),
        ("消费者维权怎么这么难", 2),
        ("吃完全家食物中毒", 3),
        ("再不处理我就打12315", 3),
        ("已经在黑猫投诉了", 3),
        ("准备起诉他们，律师说没问题", 3),
        ("等着被媒体曝光吧", 3),
    ],
)
def test_severity(text: str, severity: int) -> None:
    """Health and threats are urgent, money and repeated refusal high, the rest normal."""
    assert judge(text, 0.9, is_complaint=True).severity == severity  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "客服不理人，打了五个电话都没人接",
        "奶茶喝出虫子，我要求退款并赔偿",
        "退款一直不到账，要求退款",
        "洗衣机漏水，要求换货",
        "刚买的耳机一边没声音，退货还要我出运费",
        "快递丢了三天，投诉也没用，垃圾",
        "充值没到账，客服让我等，等了一个星期",
        "空调又坏了，修一次三百，再也不买这个牌子",
    ],
)
def test_complaint(text: str) -> None:
    """A report of a failing or a wrong, in a negative tone, is a complaint."""
    assert judge(text, 0.9, is_complaint=False) is not None


@pytest.mark.parametrize(
    "text",
    [
        "【某奶茶品牌被曝喝出异物】监管部门已介入调查",
        "【某奶茶被曝喝出虫子】消费者要求退款并赔偿",
        "据报道，有消费者喝出异物，要求赔偿",
        "记者从公司了解到，涉事门店已停业，消费者投诉仍在处理",
        "股价又跌了，唉",
        "这集的反派太可恨",
        "心疼妹妹，抱抱",
        "请问什么时候发货",
        "",
        " \n",
    ],
)
def test_no_complaint(text: str) -> None:
    """Bad news, questions, bad moods and other people's trouble are no complaint."""
    assert judge(text, 0.9, is_complaint=False) is None


@given(
    text=st.text("客服退款坏了好喜欢今天买的，", max_size=30),
    tones=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_worse_tone_never_unmakes_a_complaint(text: str, tones: tuple[float, float]) -> None:
    """What complains in a mild tone complains in a worse one, too."""
    milder, worse = sorted(tones)
    if judge(text, milder, is_complaint=False) is not None:
        assert judge(text, worse, is_complaint=False) is not None


@given(
    text=st.text("客服退款坏了好喜欢今天买的，", max_size=30),
    thresholds=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_threshold(text: str, thresholds: tuple[float, float]) -> None:
    """A higher threshold never finds more than a lower one."""
    lower, higher = sorted(thresholds)
    if judge(text, 0.7, is_complaint=False, threshold=higher) is not None:
        assert judge(text, 0.7, is_complaint=False, threshold=lower) is not None


DOUBTED = "客服说会处理，等了三天"


def test_a_second_reader_decides_what_is_doubtful() -> None:
    """Between the bounds the mean of both log odds decides; outside, nobody else is asked."""
    suspicion = screen(DOUBTED, 0.6, is_complaint=False, least=DOUBTFUL[0])
    assert suspicion is not None
    assert suspicion.is_doubtful
    assert decide(suspicion, second=suspicion.odds) == decide(suspicion)
    assert decide(suspicion, second=9.0) is not None
    assert decide(suspicion, second=-9.0) is None
    sure = screen("冰箱坏了，客服不理人，要求退款", 0.95, is_complaint=False)
    assert sure is not None
    assert not sure.is_doubtful


@given(text=st.text("客服退款坏了好喜欢今天买的，", max_size=30), negative=st.floats(0, 1))
def test_looking_longer_changes_no_answer(text: str, negative: float) -> None:
    """Screening what is doubtful as well finds, without a second model, what `judge` finds."""
    looked = screen(text, negative, is_complaint=False, least=DOUBTFUL[0])
    assert decide(looked) == judge(text, negative, is_complaint=False)


def test_what_was_filed_is_never_doubtful() -> None:
    """What came as a complaint stays one, whatever a second model would say."""
    filed = screen(DOUBTED, 0.0, is_complaint=True)
    assert filed is not None
    assert not filed.is_doubtful
    assert decide(filed, second=-30.0) is not None


def test_threshold_is_a_probability() -> None:
    """Nothing reaches more than certainty, and a clear complaint reaches nine tenths."""
    text = "冰箱坏了，客服不理人，要求退款"
    assert judge(text, 0.95, is_complaint=False, threshold=1.0) is None
    assert judge(text, 0.95, is_complaint=False, threshold=0.9) is not None


@given(text=st.text(max_size=200), negative=st.floats(0, 1))
def test_what_came_as_a_complaint_is_one(text: str, negative: float) -> None:
    """Kind complaint decides alone, and any text gets known values."""
    complaint = judge(text, negative, is_complaint=True)
    assert complaint is not None
    assert complaint.category in CATEGORIES
    assert set(complaint.demands) <= set(DEMANDS)
    assert complaint.severity in {1, 2, 3}


def test_long_text() -> None:
    """A megabyte of cues is classified in a moment."""
    complaint = judge("要求退款，客服不理。" * 100_000, 0.9, is_complaint=False)
    assert complaint == Complaint("refund", ("退款",), 1)


def test_what_stands_far_behind_is_not_read_for_the_decision() -> None:
    """A post complains by its beginning: what follows its first screens changes nothing."""
    text = "冰箱坏了，客服不理人，要求退款。" * 30
    assert judge(text + "今天天气很好" * 2_000, 0.95, is_complaint=False) is not None


def test_categories_have_names() -> None:
    """Every category has a name in both languages, no two the same."""
    names = [name for pair in CATEGORIES.values() for name in pair]
    assert all(names)
    assert len(set(names)) == 2 * len(CATEGORIES) == 20
