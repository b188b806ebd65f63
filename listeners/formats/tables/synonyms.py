"""What a column may be called, the surest name first."""

from collections.abc import Mapping
from typing import Final

SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": (
        "正文", "内容", "全文内容", "全文", "微博正文", "微博内容", "博文内容", "文章内容",
        "帖子内容", "评论内容", "视频文案", "视频描述", "文案", "正文内容", "内容摘要", "摘要",
        "內容", "內文", "content", "text", "full text", "hit sentence", "opening text", "body",
        "snippet", "message", "summary", "description",
    ),
    "title": (
        "标题", "标题/微博内容", "題目", "標題", "文章标题", "视频标题", "笔记标题", "作品标题",
        "title", "headline",
    ),
    "time": (
        "发布时间", "发表时间", "发文时间", "发布日期", "发帖时间", "评论时间", "投诉时间",
        "日期", "时间", "發布時間", "發佈時間", "日期時間", "published", "published at",
        "publish time", "publish_time", "date", "created_at", "created", "timestamp", "time",
    ),
    "clock": (
        "时刻", "时间", "time", "clock",
    ),
    "url": (
        "原文链接", "原文/评论链接", "链接", "链接地址", "地址", "原文地址", "网址", "文章链接",
        "微博链接", "视频链接", "笔记链接", "作品链接", "帖子链接", "页面网址", "标题链接",
        "原文網址", "連結", "url", "link", "href", "permalink",
    ),
    "id": (
        "编号", "文章编号", "帖子id", "微博id", "mid", "id", "resource id", "document id",
        "mention id",
    ),
    "author": (
        "作者id", "用户id", "账号id", "uid", "author id", "user_id",
    ),
    "author_name": (
        "作者", "原文作者", "作者昵称", "作者名称", "昵称", "用户昵称", "用户名", "博主",
        "博主昵称", "发布者", "发布人", "发布账号", "账号", "账号名称", "达人昵称", "达人",
        "公众号", "公众号名称", "作者名", "author", "author name", "influencer", "author handle",
        "username",
    ),
    "platform": (
        "媒体类型", "媒体平台", "来源平台", "平台", "平台类型", "来源类型", "渠道", "来源网站",
        "来源", "媒体名称", "网站", "source type", "page type", "platform", "content source",
        "source", "source name", "domain",
    ),
    "reposts": (
        "转发数", "转发量", "转发", "转", "分享数", "分享量", "分享", "shares", "reposts",
        "retweets", "x reposts", "twitter retweets",
    ),
    "comments": (
        "评论数", "评论量", "评论", "评", "回复数", "跟评数", "comments", "replies", "x replies",
        "twitter reply count",
    ),
    "likes": (
        "点赞数", "点赞量", "点赞", "赞", "获赞", "获赞数", "喜欢数", "likes", "reactions",
        "x likes", "twitter likes",
    ),
    "followers": (
        "粉丝数", "粉丝量", "粉丝", "followers", "x followers", "twitter followers",
    ),
    "region": (
        "ip属地", "信源地域", "地域", "地区", "发布地", "属地", "省份", "region", "country",
    ),
    "kind": (
        "原创/转发", "原创/转发/评论", "信息类型", "thread entry type",
    ),
    "quoted": (
        "原微博内容", "根微博内容", "被转发内容", "转发原文",
    ),
}  # fmt: skip
FIELDS: Final = tuple(SYNONYMS)
