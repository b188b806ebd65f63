"""What a complaint is about, in words that a product team works by: pain points (痛点).

A pain point is found by the words that customers use for it (a lexicon of our own, read in one pass
of an automaton, the longest word first), and counts where the clause that it stands in is not
praise: 客服很好但是续航太差 complains of the range alone.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.sentiment.linear import LinearModel

_WORDS: Final[Mapping[str, str]] = {
    "续航": "续航 掉电 耗电 电池 充不进电 充不满 一天三充 没电",
    "发热": "发热 发烫 烫手 过热 温度高 散热",
    "卡顿": "卡顿 卡死 死机 闪退 黑屏 花屏 蓝屏 重启 反应慢 流畅 系统 崩溃 打不开 登不上 装不上",
    "信号": "信号 断网 没网 断连 连不上 蓝牙 网速",
    "屏幕": "屏幕 烧屏 绿屏 漏光 坏点 触摸 触屏 失灵",
    "拍照": "拍照 相机 摄像头 成像 对焦",
    "噪音": "噪音 噪声 异响 声音大 吵死 嗡嗡 轰轰",
    "异味": "异味 味道大 臭味 刺鼻 甲醛 塑料味",
    "油耗": "油耗 费油 电耗 能耗 费电",
    "动力": "动力 提速 加速 顿挫 变速箱 发动机 熄火",
    "操控": "刹车 转向 方向盘 底盘 悬挂 跑偏 失控 智驾 自动驾驶 辅助驾驶",
    "空间": "空间 拥挤 后排 后备箱",
    "做工": "做工 质量 粗糙 缝隙 开裂 裂开 脱落 掉漆 掉色 褪色 起球 松动 断裂 坏了 故障 次品 瑕疵",
    "安装": "安装 装机 调试",
    "维修": "维修 修了 返修 修不好 保修 质保 拒保 换新 零件 配件",
    "食品安全": "虫子 有虫 蟑螂 苍蝇 头发 异物 发霉 变质 过期 拉肚子 腹泻 呕吐 不干净 生肉 没熟",
    "口味": "难吃 难喝 口感 口味 味道 太甜 太咸 太油 不新鲜 齁",
    "分量": "分量 份量 缺斤少两 太少 缩水 半杯 空杯",
    "包装": "包装 洒了 漏了 破损 压坏 碎了",
    "尺码": "尺码 尺寸 偏大 偏小 色差 实物不符 图片不符 货不对板 货不对版",
    "正品": "假货 正品 仿品 山寨 翻新 二手",
    "物流": "物流 快递 发货 配送 送达 送货 派送 超时 没到 签收 丢件 骑手 外卖员",
    "退款": "退款 退货 退钱 不退 拒退 退定金 退订 押金 定金 手续费",
    "价格": "价格 太贵 涨价 降价 差价 割韭菜 杀熟 刺客 不值 保价",
    "优惠": "优惠 券 满减 活动 红包 中奖 赠品 积分 补贴",
    "扣费": "扣费 扣款 自动续费 免密 多收 隐形消费 强制消费 盗刷",
    "收费": "收费 要价 加价 维修费 上门费 检测费 人工费 安装费 套路收费 收费套路 售后套路 售后骗局",
    "账号": "账号被 帐号被 账号异常 我的账号 找回账号 封号 会员 注销 绑定 登录 密码",
    "隐私": "隐私 泄露 个人信息 骚扰电话 短信轰炸 监听 偷拍",
    "宣传": "虚假宣传 夸大 误导 宣传 套路 忽悠 欺骗 骗人 骗子 诱导",
    "客服": "客服 售后 推脱 推诿 踢皮球 不理 不回 没人管 打不通 机器人回复 敷衍",
    "态度": "态度 服务员 店员 骂人 翻白眼 爱搭不理 不耐烦 恶劣 凶",
    "排队": "排队 等了 等位 叫号 太慢 出餐",
    "环境": "环境 脏乱 吵闹 厕所 空调 座位",
    "安全": "自燃 起火 着火 冒烟 爆炸 漏电 触电 受伤 划伤 烫伤 过敏 中毒",
}
PAIN_POINTS: Final = tuple(_WORDS)
"""The pain points, by their names."""

_CLAUSE: Final = re.compile(r"[。！？!?；;，,、\n…~～]+|但是?|不过|可是|然而")
# A clause that is at least so probably positive praises.
_PRAISE: Final = 0.5


class Named(NamedTuple):
    """A pain point and the clause that names it."""

    point: str
    clause: str


def named(text: str) -> list[Named]:
    """Return the pain points that a text names, each with its clause, in order."""
    automaton, points = _automaton()
    found = []
    for clause in _CLAUSE.split(text):
        if clause:
            hits = automaton.find_matches_as_indexes(clause.lower())
            found += [Named(points[place], clause) for place, *_ in hits]
    return list(dict.fromkeys(found))


def complained_of(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return for each text the pain points that it complains of, in order, each once.

    Whatever a clause praises, by the linear sentiment model, is none. A text alone gets what it
    gets among others.

    Raises:
        ModelError: the linear model cannot be loaded.
    """
    every = [named(text) for text in texts]
    clauses = list(dict.fromkeys(one.clause for several in every for one in several))
    if not clauses:
        return [()] * len(every)
    scores = zip(clauses, _linear().score(clauses), strict=True)
    praised = {clause for clause, given in scores if given.positive >= _PRAISE}
    return [
        tuple(dict.fromkeys(one.point for one in several if one.clause not in praised))
        for several in every
    ]


@lru_cache(maxsize=1)
def _linear() -> LinearModel:
    return LinearModel.load()


@lru_cache(maxsize=1)
def _automaton() -> tuple[AhoCorasick, tuple[str, ...]]:
    pairs = [(word, point) for point, words in _WORDS.items() for word in words.split()]
    words, points = zip(*pairs, strict=True)
    automaton = AhoCorasick(
        words, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA
    )
    return automaton, points
