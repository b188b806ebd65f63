"""Titles and labels, in Chinese and in English."""

from typing import Final, NamedTuple

from records.language import Language


class Words(NamedTuple):
    """The same words in both languages."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """Return the words in `language`."""
        return self.zh if language == "zh" else self.en


TIME: Final = Words("时间", "Time")
MENTIONS: Final = Words("提及", "Mentions")
BRAND: Final = Words("品牌", "Brand")
SOURCE: Final = Words("来源", "Source")
SENTIMENT: Final = Words("情感", "Sentiment")
CATEGORY: Final = Words("类别", "Category")
URGENCY: Final = Words("紧急程度", "Urgency")
STATUS: Final = Words("状态", "Status")
AUTHOR: Final = Words("作者", "Author")
REACH: Final = Words("覆盖粉丝", "Reach")
NEGATIVE_SHARE: Final = Words("负面占比", "Negative share")

# What the stored words mean, worst first. Keys are spelt as the records spell them.
LEVELS: Final = {
    "red": Words("红", "Red"),
    "orange": Words("橙", "Orange"),
    "yellow": Words("黄", "Yellow"),
    "blue": Words("蓝", "Blue"),
}
# The same by the number that the store ranks a level with.
RANKS: Final = {
    str(rank): LEVELS[name] for rank, name in enumerate(("blue", "yellow", "orange", "red"), 1)
}
SENTIMENTS: Final = {
    "negative": Words("负面", "Negative"),
    "neutral": Words("中性", "Neutral"),
    "positive": Words("正面", "Positive"),
}
URGENCIES: Final = {
    "urgent": Words("紧急", "Urgent"),
    "high": Words("高", "High"),
    "normal": Words("普通", "Normal"),
}
KINDS: Final = {
    "post": Words("原帖", "Post"),
    "repost": Words("转发", "Repost"),
    "comment": Words("评论", "Comment"),
    "complaint": Words("投诉", "Complaint"),
    "headline": Words("标题", "Headline"),
}
CATEGORIES: Final = {
    "safety": Words("安全健康", "Health and safety"),
    "privacy": Words("隐私泄露", "Privacy"),
    "advertising": Words("虚假宣传", "Misleading advertising"),
    "refund": Words("退款退货", "Refunds and returns"),
    "delivery": Words("物流配送", "Delivery"),
    "account": Words("账号权益", "Account and membership"),
    "price": Words("价格收费", "Price and charges"),
    "quality": Words("产品质量", "Product quality"),
    "service": Words("服务态度", "Service"),
    "other": Words("其他", "Other"),
}
STATUSES: Final = {
    "open": Words("进行中", "Open"),
    "recovered": Words("已恢复", "Recovered"),
    "handling": Words("处理中", "In hand"),
    "resolved": Words("已解决", "Resolved"),
}
TROUBLES: Final = {
    "coverage": Words("来源", "Source"),
    "pipeline": Words("任务", "Task"),
    "receiver": Words("接收方", "Receiver"),
}
# Any other reason is shown as it is: the name of an error, the promise that is not kept.
REASONS: Final = {
    "login": Words("登录失效", "Login lost"),
    "refused": Words("被拒绝", "Refused"),
    "unread": Words("读不到", "Cannot be read"),
}
