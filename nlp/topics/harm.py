"""Whether a text tells of harm to people: to a body, not to money or a mood.

Whether a category or a severity says so is another matter: an insect in a drink is about safety and
urgent, and harms nobody yet.
"""

import re
from typing import Final

_BODY: Final = (
    "拉肚子|拉了肚子|拉稀|腹泻|腹痛|肚子[疼痛]|肠胃炎|肠炎|上吐下泻|呕吐|吐了[一好几]|吐到|狂吐|吃坏|喝坏|食物中毒|中毒|"
    "过敏|起了?疹|红疹|烂脸|毁容|红肿|发[高低]?烧了|高烧|头晕|昏迷|昏倒|晕倒|窒息|休克|"
    "烫伤|烧伤|灼伤|割伤|划伤|扎伤|砸伤|摔伤|撞伤|夹伤|咬伤|电伤|触电|受了?伤|重伤|轻伤|骨折|流血|出血|缝了?[\\d一二两三四五六七八九十]+针|"
    "住院|住进医院|急诊|急救|抢救|[进送去]了?医院|送医|就医|洗胃|挂水|打点滴|输液|"
    "身亡|死亡|遇难|丧生|致死|致残|断指|失明|流产"
)
_HARM: Final = re.compile(_BODY)
# What did not happen, or only nearly: within the clause, before the words or behind them.
_DENIED: Final = re.compile(
    "(?:没有?|未|无人?|不会?|别|避免|以免|防止|预防|万一|如果|要是|会不会|差[点一]点?|险些|怕|担心|才|幸[好亏]|还好)"
    "[^，。！？；,!?;\\s]{0,6}\\Z"
)
_CLAUSE: Final = 16


def harms_people(own: str) -> bool:
    """Return whether an author's `own` words tell of harm to somebody's body."""
    for hit in _HARM.finditer(own):
        before = own[max(0, hit.start() - _CLAUSE) : hit.start()]
        if _DENIED.search(before) is None:
            return True
    return False
