"""Weibo's mobile site, read with the session of the person who runs this, at a person's pace.

Off unless the settings name the terms. A captcha, a block or a lost login ends the read: nothing
here solves, forges or rotates anything. Held against recorded answers and the tests' server.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Final, Literal

from pydantic import Field, field_validator

from listeners.client.limits import AGENT
from listeners.client.response import Answer, json_of, public
from listeners.context import ReadContext
from listeners.errors import Refused
from listeners.formats.format import Reading, Unreadable
from listeners.formats.weibo import answers
from listeners.pagination import Entry, Page, newest_first, read_parts
from listeners.parsing import fields
from listeners.protocol import Item, Listener, Refusal
from listeners.refusals import check_weibo
from listeners.source import Keywords, Seconds, Variable, WebSource, checked_address
from listeners.sources.feed import secret
from listeners.sources.weibo_official import parse
from records import Post, PostKind, Window

HOME: Final = "https://m.weibo.cn"
REAL_TIME: Final = 61
SEARCH: Final = "/api/container/getIndex"
COMMENTS: Final = "/comments/hotflow"
REPOSTS: Final = "/api/statuses/repostTimeline"
WHOLE_TEXT: Final = "/statuses/extend"
CUT: Final = "text: only the beginning of a long post"


class WeiboMobileSource(WebSource):
    """The search of the mobile site: every keyword is a part.

    `session_env` names the environment variable that holds the cookie of one's own session. The
    posts most commented on of each read, at most `threads`, come with their comments and reposts;
    at most `whole_texts` long posts a read are asked for in full.
    """

    platform: ClassVar[str] = "weibo"

    kind: Literal["weibo_mobile"]
    keywords: Keywords
    session_env: Variable
    accept_terms: Literal["微博服务使用协议"]
    base_url: str = HOME
    poll_seconds: Seconds = Field(default=300, ge=180)
    request_seconds: float = Field(default=6, ge=2, le=3600)
    most_pages: int = Field(default=50, ge=1, le=200)
    overlap_minutes: float = Field(default=10, ge=0, le=1440)
    threads: int = Field(default=3, ge=0, le=50)
    thread_pages: int = Field(default=3, ge=1, le=50)
    whole_texts: int = Field(default=10, ge=0, le=100)
    user_agent: str = Field(default=AGENT, min_length=1, max_length=300)

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        return checked_address(url).rstrip("/")

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        return WeiboMobileListener(self, context)


def read_answer(answer: Answer) -> answers.Answer:
    """Return the answer where it is no refusal.

    Raises:
        ListenerError: it is one, or no answer of this site.
    """
    found = json_of(answer, answers.decode)
    check_weibo(found)
    return found


def read_page(answer: Answer) -> Page:
    """Return the page of a search, of reposts or of comments that an HTTP answer holds.

    Raises:
        ListenerError: it holds a refusal, or is none of these answers.
    """
    found = read_answer(answer)
    try:
        entries = list(parse(found, Reading(answer.url, answer.fetched_at, answer.fetched_at)))
    except Unreadable as error:
        raise Refused(f"{public(answer.url)}: {error}", Refusal.CHANGED) from error
    data = found.data if isinstance(found.data, answers.Data) else answers.Data()
    info = data.cardlistInfo if isinstance(data.cardlistInfo, dict) else {}
    # A page without the number of the next is the last; one without entries is past the last.
    more = bool(entries) and info.get("page", 1 if not info else None) is not None
    return Page(entries, more=more, skew=answer.skew)


class WeiboMobileListener:
    """Searches each keyword in the order of time, then follows what is talked about most."""

    def __init__(self, settings: WeiboMobileSource, context: ReadContext) -> None:
        self._settings = settings
        self._context = context
        self._web = context.web(settings.name, settings.request_seconds, agent=settings.user_agent)
        self._overlap = timedelta(minutes=settings.overlap_minutes)
        self._texts_left = 0

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._settings.name

    def fetch(self, window: Window) -> Iterator[Item]:
        """Yield what each keyword finds, with the threads of the posts most commented on.

        Raises:
            ListenerError: see `read_parts`.
        """
        self._texts_left = self._settings.whole_texts
        with self._web:
            keywords = self._settings.keywords
            yield from read_parts(self.name, keywords, window, self._context, self._search)

    def _search(self, keyword: str, window: Window) -> Iterator[Item]:
        container = f"100103type={REAL_TIME}&q={keyword}"
        talked_about: dict[str, Post] = {}

        def page_of(number: int) -> Page:
            return self._ask(SEARCH, containerid=container, page_type="searchall", page=number)

        pages = newest_first(keyword, window, self._overlap, self._settings.most_pages, page_of)
        for item in pages:
            if not isinstance(item, Post):
                yield item
                continue
            yield self._whole(item)
            if item.comments and item.kind is not PostKind.COMMENT:
                talked_about[item.key] = item
        most = sorted(talked_about.values(), key=lambda post: -(post.comments or 0))
        for post in most[: self._settings.threads]:
            yield from self._comments(post.id)
            yield from self._reposts(post.id)

    def _ask(self, path: str, **params: str | int) -> Page:
        url = f"{self._settings.base_url}{path}"
        return self._web.ask(url, read_page, params=params, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {
            "accept": "application/json",
            "cookie": secret(self._settings.session_env),
            "x-requested-with": "XMLHttpRequest",
        }

    def _whole(self, post: Post) -> Post:
        """Return the post with its whole text, as long as there are questions left for that."""
        if CUT not in post.notes or not self._texts_left:
            return post
        self._texts_left -= 1
        url = f"{self._settings.base_url}{WHOLE_TEXT}"
        text = self._web.ask(url, _long_text, params={"id": post.id}, headers=self._headers())
        if not text:
            return post
        notes = tuple(note for note in post.notes if note != CUT)
        return replace(post, text=text, notes=notes)

    def _comments(self, mid: str) -> Iterator[Entry]:
        """Yield a post's comments, the most liked first, as far as the settings go."""
        cursor: tuple[str, str] = ("", "0")
        known = {cursor}
        for _ in range(self._settings.thread_pages):
            params = {"id": mid, "mid": mid, "max_id_type": cursor[1]}
            if cursor[0]:
                params["max_id"] = cursor[0]
            url = f"{self._settings.base_url}{COMMENTS}"
            page, cursor = self._web.ask(url, _comment_page, params=params, headers=self._headers())
            yield from page.entries
            if cursor[0] in {"", "0"} or cursor in known:
                return
            known.add(cursor)

    def _reposts(self, mid: str) -> Iterator[Entry]:
        for number in range(1, self._settings.thread_pages + 1):
            page = self._ask(REPOSTS, id=mid, page=number)
            yield from (entry for entry in page.entries)
            if not page.more:
                return


def _comment_page(answer: Answer) -> tuple[Page, tuple[str, str]]:
    page = read_page(answer)
    data = json_of(answer, answers.decode).data
    if not isinstance(data, answers.Data):
        return page, ("", "0")
    return page, (fields.read_id(data.max_id), str(data.max_id_type or 0))


def _long_text(answer: Answer) -> str:
    data = read_answer(answer).data
    text = data.longTextContent if isinstance(data, answers.Data) else None
    return fields.text_or_note(text, "text", []) if isinstance(text, str) else ""
