"""Brands whose crises stood on Weibo's hot lists between 2024-05 and 2025-06.

Made by reading the archive's titles: what a brand had to answer for, from which day on, and words
of the titles that report it. The first hour in which such a title names the brand is the truth to
beat. `BESIDE` holds brands that were on the lists without a crisis of that kind.
"""

import re
from datetime import date
from typing import Final, NamedTuple


class Crisis(NamedTuple):
    """A brand's crisis: not before `since`, reported by titles in which `words` is found."""

    brand: str
    since: date
    words: re.Pattern[str]


_LINES: Final = """\
三只羊 2024-09-14 月饼|立案
胖东来 2025-02-05 内裤
胖东来 2024-06-25 擀面皮|举报
海底捞 2025-03-05 小便|撒尿
海底捞 2024-08-13 零食
海底捞 2024-12-20 蛆
海底捞 2025-02-14 刀片
小米 2024-06-06 事故|撞
小米 2024-09-13 摄像头
小米 2024-11-21 泊车
小米 2025-03-30 SU7.*(爆燃|碰撞|事故|车祸)|小米汽车回应
小米 2025-05-06 退车|1500匹|挖孔
小米 2024-10-24 南通
卫生巾 2024-11-05 长度|工减料
卫生巾 2025-03-15 翻新|315
卫生巾 2024-08-21 过期
霸王茶姬 2025-01-24 致歉|歉
霸王茶姬 2024-07-15 离职|公示
蜜雪冰城 2025-03-13 隔夜|鲜果
蜜雪冰城 2024-06-10 洗脚
蜜雪冰城 2024-07-10 冰杯
蜜雪冰城 2025-06-10 菌
瑞幸 2024-08-11 歉|易烊
瑞幸 2024-12-23 蟑螂
华莱士 2024-11-26 异物
华莱士 2025-03-14 后厨|歉
山姆 2024-08-22 子弹
山姆 2024-09-04 虫|牙齿
山姆 2024-10-30 下架
山姆 2025-01-12 异物
山姆 2025-03-12 牛奶
山姆 2025-03-31 虫
杨铭宇 2024-09-08 中毒
杨铭宇 2025-03-11 .
中储粮 2024-07-05 .
金龙鱼 2024-07-05 .
农夫山泉 2024-07-14 香港
蔚来 2025-05-24 起火
比亚迪 2024-08-13 顾客
比亚迪 2024-09-28 召回
特斯拉 2025-01-24 召回
问界 2024-10-31 事故
问界 2025-04-13 失控
饿了么 2024-10-26 猫
京东 2025-05-08 食店
国航 2025-06-16 打火机
肯德基 2024-10-21 立案
星巴克 2025-06-04 蟑螂
优衣库 2024-11-27 新疆|争议
良品铺子 2024-11-03 .
白象 2025-06-02 多半|歉|商标
盒马 2025-05-14 膨大
全棉时代 2025-03-15 .
塔斯汀 2024-10-26 生
塔斯汀 2024-12-24 生肉
亚朵 2025-06-02 枕
伊利 2024-08-03 歉
保时捷 2024-11-22 货拉拉|歉
娃哈哈 2025-05-13 代工|今麦郎
绵绵的羊 2025-04-13 .
李宁 2024-08-06 下架|龙服
"""


def _crisis(brand: str, since: str, words: str) -> Crisis:
    return Crisis(brand, date.fromisoformat(since), re.compile(words))


CRISES: Final = tuple(_crisis(*line.split()) for line in _LINES.splitlines())
BESIDE: Final = ("东方甄选", "麦当劳", "小鹏", "美团", "喜茶", "哈啰", "泡泡玛特")
