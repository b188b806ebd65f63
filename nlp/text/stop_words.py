"""Words that tell nothing of what a text is about: of grammar, time, number, people at large."""

import re
from typing import Final

# Of two characters and more: shorter ones count nowhere.
_WORDS: Final = """
我们 你们 他们 她们 它们 咱们 自己 大家 人家 别人 有人 没人 本人 谁家 我家 你家 他家 她家 我俩
别家 这家 那家 哪家 我妈 我爸 我姐 我哥 我弟 我妹 这个 那个 哪个 这些 那些 哪些 这样 那样 怎样
这么 那么 怎么 什么 为什么 为啥 多少 几个 某个 各种 各个 每个 每次 每天 每年 这种 那种 这里 那里
哪里 这边 那边 这儿 那儿 这条 那条 那台 这台 那位 这位 那天 这天 那次 这次 此次 本次 别的 其他
其它 另外 其中 之一 之类 等等 似的 一样 同样 今天 明天 昨天 前天 后天 今晚 昨晚 今早 今年 去年
前年 明年 现在 刚才 刚刚 当时 当天 那时 以前 以后 之前 之后 后来 然后 最后 最近 终于 已经 正在
曾经 早上 中午 下午 晚上 上午 凌晨 半夜 周末 周一 周二 周三 周四 周五 周六 周日 礼拜 星期 上周
下周 本周 上个月 下个月 这个月 本月 时候 有时 时间 平时 一直 一下 一会儿 一会 天天 半天 半年
半小时 分钟 小时 第一次 第二次 第一天 第二天 第三天 上次 下次 回来 回去 出来 出去 进去 进来 下来
下去 上来 上去 起来 过来 过去 到底 居然 竟然 就是 不是 还是 也是 都是 全是 算是 说是 只是 可是
但是 然而 不过 而且 并且 或者 或是 因为 所以 因此 如果 要是 虽然 尽管 即使 除了 关于 对于 由于
为了 以及 以为 有没有 是不是 能不能 会不会 要不要 可不可以 不会 不能 不要 不用 不敢 不住 不了
不到 不得 没有 没事 没了 不想 不行 不知 不知道 没什么 可以 可能 应该 必须 需要 能够 觉得 认为
知道 感觉 看见 看到 看看 听说 说话 说好 说道 表示 真的 真是 确实 其实 实在 非常 特别 十分 比较
还有 还给 还要 只有 只能 只要 直接 突然 一起 一次 一个 一点 一些 一种 一边 一路 一口 一句 一块
一只 一张 一条 一杯 一盒 一瓶 一圈 一半 一片 一颗 一根 一箱 一层 一罐 有点 有个 有些 好像 似乎
大概 差点 差不多 几乎 里面 里头 外面 上面 下面 前面 后面 旁边 隔壁 对面 门口 底下 手里 家里 店里
路过 到手 换成 用到 的话 来说 来着 而已 罢了 什么样 东西 事情 问题是 哈哈 哈哈哈 哈哈哈哈 呵呵
嘿嘿 嘻嘻 呜呜 呜呜呜 啊啊啊 嗯嗯 谢谢 请问 转发 微博 全文 展开 视频 链接 网页 图片 评论 点赞
关注 转发微博 分享 抽奖 视频号 地址 doge 笑哭 笑cry 吃瓜 微笑 允悲 裂开 捂脸 二哈 摊手 苦涩
"""
_STOP: Final = frozenset(_WORDS.split())
_NUMERAL: Final = "一二两三四五六七八九十百千万亿几多半零〇双第\\d"
_COUNTED: Final = (
    "[个块元天年次月号点分秒遍回只张条杯盒瓶圈口家位台件名人斤度岁层楼片颗根箱罐份单笔期款折双]"
    "|小时|分钟|个月|多块|点半|分之"
)
# A number, and a number with what it counts (三百块, 四十分钟, 第三天, 12点半).
_NUMBER: Final = re.compile(rf"[{_NUMERAL}.,%:+-]+|[{_NUMERAL}.]{{1,8}}(?:{_COUNTED})?[钱多半]?")


def tells_nothing(word: str) -> bool:
    """Return whether a word stands in texts about anything: grammar, a time, a number."""
    return word in _STOP or _NUMBER.fullmatch(word) is not None
