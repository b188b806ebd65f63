"""The tables that media monitoring services and their like export, known by their columns.

Each is read by the names that its service has given to a field over the years. What was read of
each, and what was only read about, stands in `docs/formats.md`.
"""

from collections.abc import Mapping
from typing import Final

from listeners.formats.format import Format
from listeners.formats.marks import Marks
from listeners.formats.tables.mapping import Profile, folded
from listeners.formats.tables.synonyms import SYNONYMS


def _monitor(
    name: str,
    needed: tuple[str, ...],
    usual: str,
    own: Mapping[str, str],
    *,
    least: int = 1,
    source: str = "table",
) -> Format:
    """Return the format of a service.

    `needed` are groups of names of which one has to be there, parted by bars; `usual` names tell
    the service from others; `own` are its columns before the ones that all tables have.
    """
    columns = {
        field: (*(own[field].split("|") if field in own else ()), *SYNONYMS[field])
        for field in SYNONYMS
        if own.get(field) != ""
    }
    marks = Marks(
        tuple(frozenset(map(folded, group.split("|"))) for group in needed),
        usual=frozenset(map(folded, usual.split("|"))),
        least=least,
    )
    return Profile(name, columns, source, marks=marks, pages=_PAGES).format()


# What a crawler of pages writes: the page on which a row stood, with all others of it.
_PAGES: Final = frozenset({"页面网址", "页面地址"})


FORMATS: Final[tuple[Format, ...]] = (
    _monitor(
        "新浪舆情通",
        ("标题/微博内容", "日期|发布日期|发布时间"),
        "信息属性|原创/转发|原文/评论链接|地址|来源网站|媒体名称|原文作者|媒体类型|媒体平台|全文内容|"
        "原微博内容|微博情绪|根微博作者|信源地域|信源级别|精准地域|行业标签|涉及词|认证类型|"
        "阅读数/浏览热度",
        {"title": "标题/微博内容", "text": "全文内容", "time": "日期|发布日期|发布时间",
         "url": "原文/评论链接|地址", "author_name": "原文作者", "clock": "",
         "platform": "来源网站|媒体名称|媒体平台|媒体类型", "region": "信源地域|地域|城市",
         "author": "作者id|用户uid", "id": "mid"},
    ),
    # Also what many smaller services write: their tables differ in a name or two.
    _monitor(
        "清博舆情",
        ("标题|文章标题", "发布时间|发文时间",
         "相似文章数|相似数|情感属性|情感倾向|情感|调性|舆情属性|清博指数"),
        "平台|平台类型|媒体类型|媒体名称|来源|来源网站|正文|内容|内容摘要|摘要|文章链接|原文链接|链接|"
        "作者|作者名称|账号|关键词|命中词|命中关键词|阅读数|互动量|互动数|点赞数|评论数|转发数|粉丝数|"
        "地域|地区|ip属地",
        {"url": "原文链接|文章链接", "clock": ""}, least=3,
    ),
    _monitor(
        "新榜",
        ("标题|文章标题", "发布时间|发文时间", "在看数|在看|阅读数|阅读",
         "公众号|公众号名称|微信号|账号名称"),
        "在看数|在看|阅读数|阅读|微信号|公众号|位置|发文位置|头条阅读|原创|链接|文章链接|推送次数|摘要",
        {"title": "标题|文章标题", "text": "正文|内容|摘要", "author": "微信号",
         "author_name": "公众号|公众号名称|账号名称|作者", "clock": "", "likes": "点赞数|点赞"},
        least=2, source="wechat",
    ),
    _monitor(
        "蝉妈妈",
        ("视频标题|视频内容|视频文案|视频", "发布时间|视频发布时间",
         "达人|达人昵称|达人名称|抖音号|播主"),
        "达人|达人昵称|抖音号|播主|粉丝数|视频时长|预估销量|预估销售额|商品标题|关联商品|视频链接|"
        "达人链接|点赞数|点赞|评论数|分享数|转发数|互动率",
        {"title": "视频标题|视频内容|视频文案|视频", "text": "视频文案",
         "time": "视频发布时间|发布时间",
         "author": "抖音号", "author_name": "达人昵称|达人名称|达人|播主",
         "url": "视频链接|视频地址",
         "clock": ""},
        least=2, source="douyin",
    ),
    _monitor(
        "八爪鱼",
        ("微博内容|博文内容|内容|正文|文本|笔记内容|评论内容|标题",
         "发布时间|时间|发表时间|评论时间",
         "页面网址|采集时间|当前时间|标题链接"),
        "页面网址|采集时间|当前时间|页面标题|标题链接|关键词|搜索词|搜索关键词|字段1|博主|博主昵称|"
        "用户名|用户主页|博主主页|博主链接|微博链接|点赞数|评论数|转发数|点赞|评论|转发|赞",
        {"text": "微博内容|博文内容|正文|内容|文本|笔记内容|评论内容",
         "url": "微博链接|笔记链接|视频链接|标题链接|页面网址", "clock": "",
         "time": "发布时间|发表时间|评论时间|时间"},
        least=2,
    ),
    _monitor(
        "Meltwater",
        ("Hit Sentence|Opening Text", "Date|Alternate Date Format", "URL",
         "Input Name|Keywords|Document ID|Influencer|Source Name"),
        "Document ID|Input Name|Keywords|Information Type|Source Type|Source Name|Source Domain|"
        "Content Type|Author Name|Author Handle|Headline|Title|Opening Text|Hit Sentence|"
        "Influencer|Reach|Desktop Reach|Mobile Reach|AVE|Social Echo|Twitter Social Echo|"
        "Sentiment|Keyphrases|Key Phrases|Document Tags|Custom Categories|Alternate Date Format|"
        "National Viewership",
        {"title": "Title|Headline", "text": "Hit Sentence|Opening Text", "time": "Date",
         "clock": "Time", "id": "Document ID|Tweet Id", "author": "User Profile Url|Author Handle",
         "author_name": "Author Name|Influencer|Author Handle", "kind": "Content Type",
         "platform": "Source Domain|Source Name|Source|Source Type", "reposts": "Reposts|Shares",
         "followers": ""},
        least=3,
    ),
    _monitor(
        "Brandwatch",
        ("Full Text|Snippet", "Date", "Url", "Query Name|Query Id|Resource Id|Mention Id"),
        "Query Id|Query Name|Title|Snippet|Domain|Sentiment|Page Type|Language|Country Code|Added|"
        "Assignment|Avatar|Category Details|Checked|Full Name|Full Text|Gender|Hashtags|Impact|"
        "Impressions|Resource Id|Mention Id|Thread Author|Thread Id|Thread URL|Starred|Tags|"
        "Content Source|Pub Type|Reach (new)",
        {"title": "Title", "text": "Full Text|Snippet", "time": "Date", "clock": "", "url": "Url",
         "id": "Resource Id|Mention Id", "author": "Author", "author_name": "Full Name|Author",
         "platform": "Domain|Page Type", "kind": "Thread Entry Type", "region": "Region|Country",
         "reposts": "X Reposts|Twitter Retweets|Facebook Shares|Shares",
         "likes": "X Likes|Twitter Likes|Facebook Likes|Instagram Likes|Likes",
         "comments": "X Replies|Twitter Reply Count|Facebook Comments|Instagram Comments|Comments",
         "followers": "X Followers|Twitter Followers|Instagram Followers"},
        least=3,
    ),
)  # fmt: skip
