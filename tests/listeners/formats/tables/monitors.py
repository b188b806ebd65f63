"""Exports of monitoring services, with their columns and rows of our own."""

# ruff: noqa: E501  columns of an exporter stand together

import csv
import io
from collections.abc import Sequence
from typing import Final

BID: Final = "R5bs43KQ1"
URL: Final = f"https://weibo.com/1001/{BID}"
TIME: Final = "2026-06-21 21:19:45"

# The columns of each service with the cells of one post.
ROWS: Final[dict[str, dict[str, str]]] = {
    "新浪舆情通, 2024": {
        "序号": "1", "标题／微博内容": "奶茶里喝出一只…", "信息属性": "敏感", "原创/转发": "原创",
        "原文/评论链接": URL, "来源网站": "新浪微博", "原文作者": "小满", "日期": TIME,
        "媒体类型": "微博", "原微博内容": "", "认证类型": "普通用户", "信源地域（IP）": "浙江",
        "全文内容": "奶茶里喝出一只虫子", "粉丝数": "120", "转发数": "3", "评论数": "4", "点赞数": "5",
        "阅读数/浏览热度": "0", "微博情绪": "愤怒", "涉及词": "虫子",
    },
    "新浪舆情通, 2020": {
        "标题/微博内容": "奶茶里喝出一只虫子", "信息属性": "敏感", "原创/转发": "原创", "地址": URL,
        "媒体名称": "微博", "发布日期": TIME, "媒体类型": "微博", "地域": "浙江",
        "全文内容": "奶茶里喝出一只虫子", "精准地域": "",
    },
    "清博舆情": {
        "序号": "1", "标题": "奶茶里喝出一只虫子", "摘要": "奶茶里喝出一只虫子", "平台类型": "微博",
        "来源": "新浪微博", "作者": "小满", "发布时间": TIME, "情感倾向": "负面", "相似文章数": "12",
        "文章链接": URL, "点赞数": "5", "评论数": "4", "转发数": "3",
    },
    "新榜": {
        "公众号": "某刊", "微信号": "moukan", "标题": "奶茶里喝出一只虫子", "发布时间": TIME,
        "位置": "头条", "阅读数": "10w+", "在看数": "30", "点赞数": "5",
        "链接": "https://mp.weixin.qq.com/s/abcdefg",
    },
    "蝉妈妈": {
        "视频标题": "奶茶里喝出一只虫子", "达人昵称": "小满", "抖音号": "xm01", "粉丝数": "7.5w~10w",
        "发布时间": TIME, "点赞数": "5", "评论数": "4", "分享数": "3",
        "视频链接": "https://www.douyin.com/video/7512345678901234567", "预估销量": "100~250",
    },
    "八爪鱼": {
        "搜索关键词": "奶茶", "博主昵称": "小满", "微博内容": "奶茶里喝出一只虫子", "发布时间": TIME,
        "转发数": "3", "评论数": "4", "点赞数": "5", "微博链接": URL,
        "页面网址": "https://s.weibo.com/weibo?q=x", "采集时间": "2026-06-22 08:00:00",
    },
    "Meltwater, 2021": {
        "Date": "21-Jun-2026 09:19PM", "Headline": "", "URL": "https://twitter.com/a/statuses/1",
        "Opening Text": "", "Hit Sentence": "a fly in my tea", "Source": "Twitter",
        "Influencer": "@xiaoman", "Country": "China", "Subregion": "", "Language": "English",
        "Reach": "1200", "AVE": "1.1", "Sentiment": "Negative", "Key Phrases": "tea",
        "Input Name": "brand", "Keywords": "tea", "Document Tags": "", "Custom Categories": "",
    },
    "Meltwater, 2025": {
        "Date": "2026-06-21", "Time": "9:19 PM", "Document ID": "doc1", "URL": "https://x.com/a/1",
        "Input Name": "brand", "Keywords": "tea", "Information Type": "Social",
        "Source Type": "Twitter", "Source Name": "X", "Source Domain": "x.com",
        "Content Type": "post", "Author Name": "Xiaoman", "Author Handle": "@xiaoman", "Title": "",
        "Opening Text": "", "Hit Sentence": "a fly in my tea", "Reach": "1200", "Likes": "5",
        "Replies": "4", "Reposts": "3",
    },
    "Brandwatch": {
        "Query Id": "1", "Query Name": "brand", "Date": "2026-06-21 21:19:45.0", "Title": "",
        "Snippet": "a fly…", "Url": "http://twitter.com/a/statuses/1", "Domain": "twitter.com",
        "Sentiment": "negative", "Page Type": "twitter", "Language": "en", "Country": "China",
        "Author": "xiaoman", "Full Name": "Xiaoman", "Full Text": "a fly in my tea",
        "Resource Id": "99", "Twitter Followers": "120", "Twitter Retweets": "3",
        "Twitter Reply Count": "4", "Thread Entry Type": "post",
    },
}  # fmt: skip
SOURCES: Final = {
    "新浪舆情通, 2024": "weibo", "新浪舆情通, 2020": "weibo", "清博舆情": "weibo", "新榜": "wechat",
    "蝉妈妈": "douyin", "八爪鱼": "weibo", "Meltwater, 2021": "x", "Meltwater, 2025": "x",
    "Brandwatch": "x",
}  # fmt: skip
SERVICES: Final = frozenset(name.partition(", ")[0] for name in ROWS)
# What services write above the header.
ABOVE: Final = {"Brandwatch": [["Report:", "Mentions"], ["Brand:", "tea"], ["From:", "a"], []]}


def exported(
    name: str, encoding: str = "utf-8-sig", delimiter: str = ",", rows: Sequence[Sequence[str]] = ()
) -> bytes:
    """Return the table of a service as a file, with more `rows` below the first one."""
    text = io.StringIO()
    row = ROWS[name]
    written = csv.writer(text, delimiter=delimiter)
    written.writerows([*ABOVE.get(name, []), list(row), list(row.values()), *rows])
    return text.getvalue().encode(encoding)
