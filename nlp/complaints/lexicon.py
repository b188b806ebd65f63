"""The field's own words that tell of a complaint, found in one pass of an automaton.

A person who handles the case can see which words decided, and can add one.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick

CATEGORY_CUES: Final = {
    "safety": """虫子 有虫 生虫 长虫 虫卵 活虫 死虫 蛆 蟑螂 苍蝇 老鼠 异物 钢丝 玻璃渣 玻璃碴
        碎玻璃 塑料片 刀片 创可贴 头发丝 发霉 霉变 霉斑 变质 馊了 臭了 过期 食物中毒 中毒
        拉肚子 腹泻 上吐下泻 呕吐 过敏 烂脸 住院 急诊 进医院 去医院 起火 着火 自燃 爆炸 炸了
        冒烟 漏电 触电 烫伤 割伤 划伤 烧伤 受伤 刹车失灵 失控 断轴 致癌 甲醛 超标 安全隐患
        不卫生 食品安全 吃坏 喝坏 喝出 吃出
        隐患 事故频发 交通事故 倒塌 逃生 消防通道 交通混乱 哈喇味""",
    "privacy": """泄露 泄漏 个人信息 隐私 骚扰电话 骚扰短信 信息被卖 偷拍 监听 人脸信息
        未经同意 未经授权 未经允许""",
    "advertising": """虚假宣传 虚假广告 夸大宣传 夸大其词 误导消费者 误导 货不对板 图文不符
        与图片不符 与描述不符 描述不符 与宣传不符 宣传不符 实物不符 不是正品 假货 假的 冒牌
        山寨 仿品 高仿 盗版 三无 挂羊头卖狗肉 欺诈 欺骗 骗人 骗子 忽悠 套路 诱导""",
    "refund": """退款 退钱 退货 退费 退订 退押金 退定金 退订金 退票 不给退 不退 不让退 拒退
        还钱 仅退款 售后期 运费险 七天无理由 7天无理由 退换 押金
        退还 卷走 血本无归 拖欠 不还""",
    "delivery": """快递 物流 发货 送货 配送 外卖员 骑手 派送 派件 驿站 丢件 送错 漏发 少发
        发错 迟迟不到 超时 没收到 未收到 还没到 不送上门 签收 破损 压坏 洒了 撒了 催单 慢死
        送餐 等了
        还没发货 走丢 一周了 派蜗牛 忘记送 送来 送过来""",
    "account": """账号 账户 帐号 封号 被封 登录不了 登不上 登录不上 注销 会员 积分 优惠券 兑换
        自动续费 续费 盗号 被盗 绑定 解绑 实名 储值卡 充值 余额 预付卡
        会员 改密码 登录 登陆 异常点赞 验证码""",
    "price": """乱收费 多收 多扣 扣费 扣款 涨价 降价 价保 保价 差价 天价 宰客 坑钱 太贵 贵得
        价格欺诈 大数据杀熟 杀熟 手续费 违约金 强制消费 捆绑 标价 加价 隐形收费 收费不合理
        暗扣 偷偷扣
        套路收费 收费 停车费 物业费 贵 价格 抢钱 打劫 涨到 话费 流量费 开瓶费 上门费
        限价 捆绑销售""",
    "quality": """质量 做工 坏了 坏掉 破了 裂了 开裂 断了 掉色 褪色 起球 开胶 脱胶 掉漆 生锈
        漏水 漏油 漏液 死机 黑屏 花屏 蓝屏 卡顿 闪退 重启 发热 发烫 噪音 异响 充不进电
        充不上电 不耐用 瑕疵 次品 残次 二手 翻新 划痕 故障 用不了 不能用 没法用 打不开
        开不了机 难吃 难喝 不新鲜 烂的 烂了 口感差 缩水 异味 臭味 刺鼻 做工粗糙 粗制滥造 劣质
        掉毛 变形 松动 失灵 不制冷 不加热
        一般般 不好吃 味道 口味 口感 太小 好小 这么小 偏小 太大 那么大 难闻 模糊 不清晰 短路
        安装不上 识别不到 头屑 设备 房间 配置 旧书 隔音 不够 不舒服 松 带不上 放不出来 没电 续航
        信号 缺乏 空调 噪音很大 太差了 性价比""",
    "service": """客服 售后 态度 服务差 服务太差 店员 服务员 经理 不理人 不理我 没人理 无人理
        不回复 没人管 无人管 推诿 推脱 推卸 踢皮球 敷衍 爱答不理 爱理不理 翻白眼 骂人 辱骂
        歧视 傲慢 不耐烦 排队 联系不上 打不通 机器人 不处理 不解决 没回音 石沉大海 不作为
        店大欺客
        服务 不便 物业 接电话 城管 警察 镇政府 政府 部门 上门 排了 前台 没上班 没人接 垄断 霸道
        蛮横 不给修 拒修 不作为""",
}
DEMAND_CUES: Final = {
    "退款": "退款 退钱 退费 退我 还钱 还我 返还 退押金 退定金 退订金 退票 退订 退差价 补差价",
    "退货": "退货 退换",
    "赔偿": "赔偿 赔付 赔钱 赔我 补偿 退一赔三 退一赔十 假一赔十 假一赔三 理赔",
    "道歉": "道歉 认错 赔礼",
    "换货": "换货 换新 更换 换一个 换一台 换一件 补发 重发 重做",
    "维修": "维修 保修 返修 修好 上门修 检修",
    "发货": "发货 送货 派送",
    "解释": "解释 说法 交代 交待 回应 答复 回复 说明",
    "整改": "整改 下架 召回 停售 查处 严查 处罚",
}
OTHER_CUES: Final = {
    # Before a demand in the same clause: the customer asks for it ...
    "ask": """要求 请 希望 必须 应该 应当 赶紧 尽快 立即 马上 给我 能不能 可不可以 诉求 想要
        强烈 什么时候 何时 我要 需要 申请 麻烦 求 给个 给一个 欠 说好""",
    # ... or was refused it.
    "refuse": """不给 不肯 拒绝 不予 拒不 不让 不愿 不同意 不支持 没有 没给 不 未 无法 迟迟
        拖着""",
    "grievance": """投诉 维权 举报 差评 避雷 踩雷 踩坑 避坑 拔草 坑人 坑爹 被坑 坑我 上当 被骗
        智商税 黑心 无良 奸商 霸王条款 垃圾 恶心 太差 差劲 失望 气死 气人 再也不 不会再 不再买
        最后一次 拉黑 取关 卸载 后悔 无语 欺负人 欺负消费者 消费者权益 不负责任 什么玩意
        什么东西 太过分 糟糕 离谱 脏 毁了 劝退 别买 别去 不要买 千万别 不推荐 谁买谁 浪费钱
        交智商税 骗钱 地摊货 便宜没好货 不好用 不值 白花钱 无法忍受 受不了 太烂 真烂 很差 好差
        非常差 太慢 很慢 太少 没送 凉了 冷了 割韭菜 糟蹋 呵呵""",
    # Something that was paid for failed; the cues of _FAILURES say so as well.
    "failing": """坏了 坏掉 破了 裂了 开裂 断了 漏水 漏油 漏电 死机 黑屏 花屏 闪退 开不了机
        充不进电 用不了 不能用 没法用 打不开 失灵 故障 不制冷 不加热 质量问题 质量太差 质量差
        不到账 未到账 没到账 没有到账 不退 未退 没退 没有退 拒退 拒修 拒赔 拒绝 不处理 不解决
        不理人 不理我 没人理 无人理 没人管 无人管 不回复 没回复 没有回复 无人上门 没人上门 推诿
        推脱 推卸 踢皮球 敷衍 多收 多扣 乱收费 偷偷扣 暗扣 自动续费 强制消费 价格欺诈 被封 封号
        被盗 丢件 送错 漏发 少发 发错 没收到 未收到 没有收到 还没到 迟迟 不发货 未发货 没发货
        没有发货 未交付 破损 压坏 摔坏 摔裂 洒了 撒了 划痕 瑕疵 残次 次品 变形 生锈 异响 异味
        跑路 关门 倒闭 失联 联系不上 打不通 违约""",
    "high": """维权 损失 多次 再三 反复 三番五次 几次 无数次 踢皮球 推诿 推脱 推卸 拒绝 拒不
        不予 不给退 不让退 拒退 霸王条款 诈骗 欺诈 骗钱 坑钱 血汗钱 押金 定金 订金 违约金 赔偿
        假一赔 退一赔 跑路 倒闭 失联 投诉无门 没人管 无人管 盗刷 偷偷扣 自动续费 假货""",
    "threat": """12315 12345 12305 黑猫 消协 消费者协会 工商局 市场监管 市监局 食药监 药监局
        银保监 质监 3·15 315晚会 起诉 法院 律师 诉讼 法律途径 报警 报案 派出所 曝光 爆料 媒体
        记者 电视台 上热搜 挂网上 发到网上 小红书见 微博见 信访 集体维权""",
    # Harm to somebody's money or body; every cue of privacy tells of harm as well.
    "harm": "盗刷 偷偷扣 吃坏 喝坏 上吐下泻",
    "report": "本报讯 新华社 记者从 记者获悉 据报道 据悉 日前 央视网 快讯 通报称 发布公告",
}
# The customer speaks of an own purchase or visit, in that order or with the verb first.
EXPERIENCE: Final = re.compile(
    r"(?:我|俺|本人|自己|咱|家里|家人|老公|老婆|孩子|朋友|我妈|我爸)[^。！？!?\n]{0,12}?"
    r"(?:买|点了|订|定了|下单|预约|预订|吃|喝|用了|去了|收到|等了|住|打电话|付款|付了|充了|退|换|修)"
    r"|(?:刚|昨天|今天|前天|上周|上个月|第一次)[^。！？!?\n]{0,6}?(?:买|下单|点的|点了|订|收到|入手|去吃)"
    r"|(?:买|下单|到手|入手|收到|用|吃|喝)(?:了|的|回来|完|过)?[^。！？!?\n]{0,4}?"
    r"(?:天|个月|周|小时|次|才|就|结果|发现)"
)


class Hit(NamedTuple):
    """A cue of a group, found at text[start:end]. Groups are `kind` or `kind:name`."""

    kind: str
    name: str
    start: int
    end: int


class _Lexicon(NamedTuple):
    """The automaton over all cues, and for each of its patterns the groups it stands for."""

    automaton: AhoCorasick
    groups: list[list[tuple[str, str]]]

    def find(self, text: str) -> Iterator[Hit]:
        for pattern, start, end in self.automaton.find_matches_as_indexes(text, overlapping=True):
            for kind, name in self.groups[pattern]:
                yield Hit(kind, name, start, end)


@cache
def _lexicon() -> _Lexicon:
    groups: dict[str, list[tuple[str, str]]] = {}
    kinds = {
        "category": CATEGORY_CUES,
        "demand": DEMAND_CUES,
        **{kind: {kind: cues} for kind, cues in OTHER_CUES.items()},
    }
    for kind, table in kinds.items():
        for name, cues in table.items():
            for cue in cues.split():
                groups.setdefault(cue, []).append((kind, name))
    return _Lexicon(AhoCorasick(list(groups)), list(groups.values()))


def find(text: str) -> list[Hit]:
    """Return every place of a cue in `text`, those inside longer ones included."""
    return list(_lexicon().find(text))
