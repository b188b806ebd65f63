"""The settings of the sources, and the listener that each of them asks for.

A source's own module holds its settings with its `parse` and its listener; this module lists them.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, Self, TypeAlias

from pydantic import Field, field_validator, model_validator

from listeners.context import ReadContext
from listeners.protocol import Listener
from listeners.source import (
    Seconds,
    Source,
    Timezone,
    Variable,
    WebSource,
    checked_address,
    is_clear,
    zone_of,
)
from listeners.sources.feed import FeedListener
from listeners.sources.folder import FolderListener
from listeners.sources.heimao import HeimaoSource
from listeners.sources.hot_lists import NewsnowSource, WeiboHotSource
from listeners.sources.imap import InboxSource
from listeners.sources.rss import RssSource
from listeners.sources.webhook import WebhookSource
from listeners.sources.wechat_pay import WechatPaySource
from listeners.sources.weibo_mobile import WeiboMobileSource
from listeners.sources.weibo_official import WeiboAccountSource, WeiboSearchSource

# Clocks of file servers differ from ours; what is older than the last read by more was read then.
CLOCK_SKEW: Final = timedelta(seconds=60)


class FolderSource(Source):
    """A folder into which exports and recordings are put.

    A file that has not changed for `settle_seconds` is finished and read to its end. `timezone` is
    that of the times in it that name none. Files whose names match one of `leave_out` are no
    exports: a tool may put its reports next to them.
    """

    platform: ClassVar[str] = "folder"
    paths: ClassVar[tuple[str, ...]] = ("path",)

    kind: Literal["folder"]
    path: Path
    poll_seconds: Seconds = 5
    settle_seconds: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 2
    timezone: Timezone = "Asia/Shanghai"
    leave_out: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        return self.listener_since(context, None)

    def listener_since(self, context: ReadContext, last: datetime | None) -> Listener:
        """Return the listener that leaves out what another process read before `last`."""
        settled = timedelta(seconds=self.settle_seconds)
        return FolderListener(
            self.name,
            self.path,
            settle_seconds=self.settle_seconds,
            changed_since=None if last is None else last - settled - CLOCK_SKEW,
            zone=zone_of(self.timezone),
            explain=context.explain,
            profiles=context.profiles,
            leave_out=self.leave_out,
        )


class FeedSource(WebSource):
    """An authorised feed. `token_env` names the environment variable that holds its token."""

    kind: Literal["feed"]
    url: str
    token_env: Variable | None = None
    timezone: Timezone = "Asia/Shanghai"

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        return checked_address(url)

    @model_validator(mode="after")
    def _token_is_encrypted(self) -> Self:
        if self.token_env and is_clear(self.url):
            raise ValueError("a token is sent over https:// only")
        return self

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        web = context.web(self.name, self.request_seconds)
        return FeedListener(self.name, self.url, token_env=self.token_env, web=web,
                            zone=zone_of(self.timezone))  # fmt: skip


SourceSettings: TypeAlias = (
    FolderSource
    | FeedSource
    | WeiboSearchSource
    | WeiboAccountSource
    | WeiboMobileSource
    | WeiboHotSource
    | NewsnowSource
    | HeimaoSource
    | WechatPaySource
    | RssSource
    | InboxSource
    | WebhookSource
)


def listener_of(settings: SourceSettings, context: ReadContext | None = None) -> Listener:
    """Return the listener that reads the source; without `context` it shares nothing."""
    return settings.listener(context or ReadContext())
