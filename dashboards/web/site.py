"""What every page of the site stands on: readers, clock, settings, and how a page is written."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, get_args
from urllib.parse import quote

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response

from dashboards.web.fixed import VERSION
from dashboards.web.readers import Readers
from dashboards.web.security import forms
from dashboards.web.security.passwords import Attempts
from dashboards.web.security.sessions import Sessions
from dashboards.web.security.tokens import Tokens
from dashboards.web.words import words_of
from fengsui.desk.members import Members
from fengsui.settings.application import Settings
from fengsui.settings.members import Role
from fengsui.views import shown
from records import Level
from records.language import Language

LANGUAGE_COOKIE: Final = "fengsui_language"
NOTICE_COOKIE: Final = "fengsui_notice"
NOTICE_SECONDS: Final = 60
_FOLDER: Final = Path(__file__).parent
# A line that is as high as its picture stands for so many at least: one post is no mountain.
LEAST_TOP: Final = 5.0
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Site:
    """The readers of the stores, the settings, who may come in, and what time it is.

    `clock` is that of the stores (the sample's stands still), `wall` that of the reader's browser.
    """

    settings: Settings
    readers: Readers
    clock: Callable[[], datetime]
    wall: Callable[[], datetime]
    tokens: Tokens
    sessions: Sessions
    attempts: Attempts = field(default_factory=Attempts)

    def member(self, request: HTTPConnection) -> str | None:
        """Return who asks; None where a login is needed and the request brings no session."""
        if self.sessions.are_needed:
            return self.sessions.member_of(request, self.wall())
        return Members(self.settings.members).at_terminal()

    def is_secure(self, request: HTTPConnection) -> bool:
        """Say whether the browser reaches the page by HTTPS: then cookies go no other way."""
        public = self.settings.page.url or ""
        return request.url.scheme == "https" or public.startswith("https:")

    def at(self) -> int:
        """Return the second that it is for signed texts."""
        return int(self.wall().timestamp())

    def role(self, member: str | None) -> Role:
        """Return what somebody may do."""
        return Members(self.settings.members).role_of(member or "")

    def language(self, request: Request) -> Language:
        """Return the reader's language: the one chosen, else that of the settings."""
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        return next((one for one in LANGUAGES if one == chosen), self.settings.language)


def site_of(request: Request) -> Site:
    """Return the site that a request is for."""
    site: Site = request.app.state.site
    return site


def page(
    request: Request, template: str, status: int = 200, *, tab: str = "", **values: Any
) -> HTMLResponse:
    """Return the page that `template` makes of `values`; `tab` is where the reader is."""
    site = site_of(request)
    language = site.language(request)
    writer = _Writer(language, values.get("now") or site.clock())
    secret, mark = forms.mark_for(request, site.tokens)
    member = site.member(request)
    notice = _notice(request, site)
    values = {"now": writer.now, "readonly": False, **values}
    text = _TEMPLATES.get_template(template).render(
        language=language,
        version=VERSION,
        tab=tab,
        path=request.url.path,
        member=member,
        role=site.role(member),
        can_leave=member is not None and site.sessions.are_needed,
        notice=notice,
        members=[one.name for one in site.settings.members if one.role is not Role.VIEWER],
        form_mark=lambda: _hidden(forms.FIELD, mark),
        **writer.helpers(),
        **values,
    )
    answer = HTMLResponse(text, status_code=status)
    secure = site.is_secure(request)
    forms.keep_mark(answer, secret, secure=secure)
    if notice is not None:
        answer.delete_cookie(NOTICE_COOKIE)
    if member is not None and site.sessions.is_stale(request, site.wall()):
        site.sessions.begin(answer, member, site.wall(), secure=secure)
    return answer


def fragment(template: str, language: Language, now: datetime, **values: Any) -> Markup:
    """Return a part of a page that is the same for all readers of a language."""
    writer = _Writer(language, now)
    text = _TEMPLATES.get_template(template).render(**writer.helpers(), now=now, **values)
    return Markup(text)  # noqa: S704  # the template has escaped it


class Notice(msgspec.Struct, frozen=True):
    """What the next page says first: what became of what the reader did, and who was first."""

    outcome: str
    by: str = ""
    reason: str = ""


def tell_next(answer: Response, site: Site, notice: Notice, *, secure: bool) -> None:
    """Let the next page say what became of what the reader did."""
    text = site.tokens.made("notice", msgspec.to_builtins(notice), site.at())
    answer.set_cookie(
        NOTICE_COOKIE, text, max_age=NOTICE_SECONDS, httponly=True, secure=secure, samesite="lax"
    )


def _notice(request: Request, site: Site) -> Notice | None:
    text = request.cookies.get(NOTICE_COOKIE, "")
    return site.tokens.read("notice", text, Notice, NOTICE_SECONDS, site.at()) if text else None


def _hidden(name: str, value: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, value)


def inside(path: str) -> str:
    """Return `path` if it is an address of this site, else the first page."""
    is_inside = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_inside and path.isprintable() else "/"


def incident_path(key: str) -> str:
    """Return the address of an incident on this page."""
    return f"/incidents/{quote(key, safe='@')}"


@dataclass(frozen=True, slots=True)
class _Writer:
    """What templates call: words, numbers and times in the reader's language."""

    language: Language
    now: datetime

    def helpers(self) -> Mapping[str, Callable[..., Any]]:
        """Return the functions by the names that templates know."""
        return {
            "say": self.say,
            "count": lambda value: shown.count(value, self.language),
            "usual": lambda value: shown.usual(value, self.language),
            "clock": lambda at: shown.clock(at, self.now),
            "stamp": shown.stamp,
            "age": lambda at: shown.age(self.now - at, self.language),
            "lasting": lambda span: shown.lasting(span, self.language),
            "percent": shown.percent,
            "line": shown.line,
            "link": shown.link,
            "masked": shown.name,
            "place": lambda source: shown.place(source, self.language),
            "messages_word": lambda key, otherwise="": shown.word(key, self.language, otherwise),
            "level_word": self.level_word,
            "incident_path": incident_path,
            "spark_path": spark_path,
            "refusal": self.refusal,
            "click": lambda: secrets.token_urlsafe(12),
        }

    def say(self, key: str, /, **values: object) -> str:
        """Return the words of `key` with `values`, which are text and not markup, in the slots."""
        return words_of(self.language)[key].format(**values)

    def refusal(self, reason: str) -> str:
        """Return why something was refused; a reason without words stays as it is."""
        return words_of(self.language).get(f"denied.{reason}", shown.line(reason, 60))

    def level_word(self, level: Level | None) -> str:
        """Return what a level is called."""
        return self.say(f"level.{level.name.lower() if level is not None else 'calm'}")


def spark_path(values: tuple[float, ...], top: float, *, area: bool = False) -> Markup:
    """Return the path of a small line, 100 by 24, as SVG writes it: numbers alone."""
    if not values:
        return Markup()
    across, top = 100 / max(len(values) - 1, 1), max(top, LEAST_TOP)
    heights = [round(24 - 22 * value / top) for value in values]
    last = len(heights) - 1
    points = [
        f"{round(place * across)},{height}"
        for place, height in enumerate(heights)
        # What lies on a level stretch says nothing.
        if place in {0, last} or {heights[place - 1], heights[place + 1]} != {height}
    ]
    line = "M" + "L".join(points)
    return Markup(f"{line}L100,24L0,24Z" if area else line)  # noqa: S704  # made of numbers


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
