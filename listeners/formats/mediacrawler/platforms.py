"""The names that MediaCrawler gives to the fields of each platform."""

import re
from dataclasses import dataclass
from typing import Final

from listeners.formats.marks import Marks, marks
from listeners.formats.tables.addresses import id_at
from listeners.formats.weibo import table

GREATEST_ADDRESS: Final = 500
# Names of one platform that speak against another with the same id.
_TIEBA: Final = "tieba_name,tieba_link,total_replay_num,publish_time"
_WEIBO: Final = "create_date_time,comment_like_count,shared_count"
_BILIBILI: Final = "video_danmaku,video_play_count,video_comment"


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform: how its contents and comments are known, and what stands where.

    Several names stand for one field in the order of trust.
    """

    name: str
    source: str
    id: str
    address: str
    content: Marks
    comment: Marks
    texts: tuple[str, ...] = ("title", "desc")
    times: tuple[str, ...] = ("create_time",)
    likes: tuple[str, ...] = ("liked_count", "like_count", "comment_like_count")
    comments: tuple[str, ...] = ("comment_count", "comments_count", "sub_comment_count")
    reposts: tuple[str, ...] = ("share_count", "shared_count")
    comment_prefix: str = ""
    # Whether the address that the crawler wrote is better than one made of the id.
    has_address: bool = False

    def id_in(self, address: object) -> str:
        """Return the id of the content at `address`, empty where it names none."""
        if not isinstance(address, str):
            return ""
        try:
            if known := id_at(address, self.source):
                return known
        except ValueError:
            return ""
        before, _, after = self.address.partition("{}")
        path = re.escape(re.sub(r"^https://(www\.)?", "", before))
        pattern = f"{path}([0-9a-zA-Z_-]{{1,40}}){re.escape(after)}"
        match = re.search(pattern, address[:GREATEST_ADDRESS])
        return match[1] if match else ""


PLATFORMS: Final = (
    Platform(
        name="Weibo",
        source=table.SOURCE,
        id="note_id",
        address="https://m.weibo.cn/detail/{}",
        content=marks(
            "note_id", "content", "create_date_time|shared_count", foreign=_TIEBA, table=None,
            usual="create_date_time,shared_count,comments_count,note_url,liked_count,last_modify_ts",
        ),
        comment=marks(
            "comment_id", "note_id", "create_date_time|comment_like_count", foreign=_TIEBA,
            usual="create_date_time,comment_like_count,sub_comment_count,content", table=None,
        ),
        texts=("content",),
        times=("create_date_time",),
    ),
    Platform(
        name="Xiaohongshu",
        source="xiaohongshu",
        id="note_id",
        address="https://www.xiaohongshu.com/explore/{}",
        content=marks(
            "note_id", "desc|title", "time|create_time", foreign=f"{_WEIBO},{_TIEBA}", table=None,
            usual="type,collected_count,last_update_time,image_list,tag_list,xsec_token,note_url",
        ),
        comment=marks(
            "comment_id", "note_id", "content", "create_time", foreign=f"{_WEIBO},{_TIEBA}",
            usual="sub_comment_count,pictures,parent_comment_id,like_count", table=None,
        ),
        times=("time", "create_time"),
    ),
    Platform(
        name="Douyin",
        source="douyin",
        id="aweme_id",
        address="https://www.douyin.com/video/{}",
        content=marks(
            "aweme_id", "desc|title", "create_time", usual="aweme_type,aweme_url,cover_url",
            table=None,
        ),
        comment=marks(
            "comment_id", "aweme_id", "content", "create_time", usual="sub_comment_count",
            table=None,
        ),
    ),
    Platform(
        name="Bilibili",
        source="bilibili",
        id="video_id",
        address="https://www.bilibili.com/video/av{}",
        content=marks(
            "video_id", "video_danmaku|video_play_count|video_comment", "create_time",
            usual=f"{_BILIBILI},video_favorite_count,video_share_count,video_coin_count",
            table=None,
        ),
        comment=marks(
            "comment_id", "video_id", "like_count|parent_comment_id", "create_time",
            usual="like_count,parent_comment_id,sub_comment_count", table=None,
        ),
        comments=("video_comment", "sub_comment_count"),
        reposts=("video_share_count",),
        # Videos and comments are both counted from 1.
        comment_prefix="comment-",
    ),
    Platform(
        name="Kuaishou",
        source="kuaishou",
        id="video_id",
        address="https://www.kuaishou.com/short-video/{}",
        content=marks(
            "video_id", "desc|title", "create_time", foreign=_BILIBILI, table=None,
            usual="viewd_count,video_type,video_play_url",
        ),
        comment=marks(
            "comment_id", "video_id", "content", "create_time", table=None,
            usual="sub_comment_count", foreign="like_count,parent_comment_id",
        ),
    ),
    Platform(
        name="Tieba",
        source="tieba",
        id="note_id",
        address="https://tieba.baidu.com/p/{}",
        content=marks(
            "note_id", "desc|title", "publish_time", "tieba_name|tieba_link|total_replay_num",
            usual="tieba_name,tieba_link,total_replay_num,total_replay_page,user_nickname,note_url",
            foreign=_WEIBO, table=None,
        ),
        comment=marks(
            "comment_id", "note_id", "content", "publish_time", "tieba_name|tieba_link|tieba_id",
            usual="tieba_name,tieba_link,tieba_id,sub_comment_count,user_nickname,note_url",
            foreign=_WEIBO, table=None,
        ),
        times=("publish_time",),
        comments=("total_replay_num", "sub_comment_count"),
        # Threads and the posts in them are counted apart.
        comment_prefix="comment-",
    ),
    Platform(
        name="Zhihu",
        source="zhihu",
        id="content_id",
        address="https://www.zhihu.com/answer/{}",
        content=marks(
            "content_id", "content_text|title|desc", "created_time|updated_time",
            usual="content_type,content_text,content_url,question_id,voteup_count,user_nickname",
            table=None,
        ),
        comment=marks(
            "comment_id", "content_id", "content", "publish_time|created_time", table=None,
            usual="content_type,sub_comment_count,like_count,dislike_count,user_nickname",
        ),
        texts=("title", "content_text", "desc"),
        times=("created_time", "publish_time", "updated_time"),
        likes=("voteup_count", "like_count"),
        # Answers, articles and comments are counted apart.
        comment_prefix="comment-",
        has_address=True,
    ),
)  # fmt: skip
