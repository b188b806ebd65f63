"""Whether a headline tells of trouble: hot lists are written in words of their own.

The sentiment model was made for what customers write. A headline is ten sober characters
(云朵茶饮就异物事件致歉), so it is read by the words that such lists use when somebody has to answer
for something. They were written by one who had seen the crises of 2024-05 to 2025-06 that
`python -m benchmarks.detection hot_lists` looks for, so what it says of them is no held-out figure;
how often they are wrong was looked at on the daily lists of 2020-11 to 2024-04.
"""

import re
from typing import Final

from nlp.sentiment.model import Score

# Somebody apologises, answers or is made to: these lists say 回应 of those who are in trouble.
_ANSWERS: Final = "致歉|道歉|歉意|回应|发声|声明|否认|澄清|承认|说明情况|情况通报|官方通报|警方通报"
_SANCTIONS: Final = (
    "立案|约谈|被罚|罚款|罚没|处罚|整改|停业|停产|停售|下架|召回|查封|查处|吊销|叫停|封禁|不合格|超标|抽检|"
    "检出|违法|违规|涉嫌|彻查|介入|督办|调查"
)
_ACCUSATIONS: Final = (
    "曝光|被曝|网曝|网友曝|自曝|再曝|被指|举报|投诉|维权|质疑|指控|起诉|被告|被诉|索赔|拒赔|赔偿|退货|退款|退车|"
    "退一赔|要求退|控诉|吐槽|抵制|怒斥|怒怼|炮轰|差评|不买账|喊话|批评|点名|被骂|骂|打假"
)
_DECEIT: Final = (
    "造假|瞒报|售假|假货|虚假|虚标|欺诈|诈骗|骗|误导|偷工减料|缩水|以次充好|冒充|翻新|偷换|掺|克扣|套路|"
    "大数据杀熟|双标|泄露|偷拍|监听|抄袭|侵权"
)
_HARM: Final = (
    "起火|自燃|着火|爆燃|爆炸|燃烧|碰撞|车祸|事故|失控|刹车失灵|断轴|坠|撞|致死|死亡|身亡|遇难|猝死|重伤|"
    "受伤|烫伤|划伤|夹断|中毒|腹泻|过敏|致癌|骚扰|猥亵|殴打|打人|辱|歧视|虐"
)
_DIRT: Final = (
    "吃出|喝出|异物|蟑螂|老鼠|鼠头|虫|蛆|苍蝇|头发|牙齿|刀片|玻璃|钢丝|霉|变质|发臭|过期|隔夜|过夜|改保质期|改标签|农残|"
    "添加剂|细菌|菌落|含菌|后厨|乱象|卫生问题|小便|尿|口水|洗脚|生肉|没熟|脏"
)
_COLLAPSE: Final = (
    "塌房|翻车|风波|争议|丑闻|危机|事件|崩了|宕机|瘫痪|闭店|关店|倒闭|跑路|爆雷|暴雷|拖欠|欠薪|裁员|"
    "不发货|断供|停摆|被困|天价|乱收费|扣费|盗刷"
)
_TROUBLE: Final = re.compile(
    "|".join((_ANSWERS, _SANCTIONS, _ACCUSATIONS, _DECEIT, _HARM, _DIRT, _COLLAPSE))
)

# Of 100 titles drawn from the lists of 2020-11 to 2024-04 that name one of 42 brands and hold such
# a word, 80 reported trouble for the brand.
TROUBLE: Final = Score(0.8, 0.2, 0.0)

# What stands in a text as its title, and how news begins where it has none.
_TOPIC: Final = re.compile(r"#[^#\n]{2,60}#")
_TITLE: Final = re.compile(r"【([^】\n]{4,60})】")
_NEWS: Final = re.compile(
    "记者|据悉|据[^，。]{0,12}(?:报道|消息)|媒体报道|通报|日电|讯[，：:]|近日|日前|近期|\\d{1,2}月\\d{1,2}日|"
    "工作人员(?:表示|称)|监督管理|监管部门|涉嫌|涉事|当事|[遭被](?:曝|质疑|查)"
)
# What news says of a stir that customers make, and of what inspectors look for.
_STIR: Final = re.compile(
    "引[发起].{0,6}(?:争议|质疑|不满|热议|关注)|(?:网友|顾客|消费者|用户|车主|女子|男子|家长).{0,8}(?:称|发帖|发文|反映|爆料)|"
    "执法|食品安全|劣质|刺鼻|很抱歉|售后处理|检方|法院|警方"
)
_ROOM: Final = 2_000  # characters of a text that are looked through for titles
_OPENING: Final = 200  # characters that say what a piece of news is about


def reports_trouble(text: str) -> bool:
    """Return whether a text is news of trouble: by its title, its topic, or how it begins.

    News says in sober words what happened: nobody in it complains, and no mood tells it apart. Who
    puts the topic of a crisis under anything else (advertising does) reports nothing.
    """
    text = text[:_ROOM]
    if tells_of_trouble(" ".join(_TITLE.findall(text))):
        return True
    opening = _TOPIC.sub("", text)[:_OPENING]
    if not _NEWS.search(opening):
        is_titled = _TOPIC.search(text) or _TITLE.search(text)
        return is_titled is not None and tells_of_trouble(opening)
    return tells_of_trouble(opening) or _STIR.search(opening) is not None


def tells_of_trouble(title: str) -> bool:
    """Return whether a hot list's title reports trouble for those that it names."""
    return _TROUBLE.search(title) is not None
