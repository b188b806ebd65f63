"""What every page of the site stands on: readers, clock, settings, and how a page is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, get_args
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dashboards.web.readers import Readers
from dashboards.web.words import words_of
from fengsui.settings.application import Settings
from fengsui.views import shown
from records import Level
from records.language import Language

LANGUAGE_COOKIE: Final = "fengsui_language"
_FOLDER: Final = Path(__file__).parent
# A line that is as high as its picture stands for so many at least: one post is no mountain.
LEAST_TOP: Final = 5.0
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Site:
    """The readers of the stores, the settings, and the clock of one page."""

    settings: Settings
    readers: Readers
    clock: Callable[[], datetime]

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
    text = _TEMPLATES.get_template(template).render(
        language=language,
        words=words_of(language),
        tab=tab,
        path=request.url.path,
        **writer.helpers(),
        **{"now": writer.now, **values},
    )
    return HTMLResponse(text, status_code=status)


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
        }

    def say(self, key: str, /, **values: object) -> str:
        """Return the words of `key` with `values`, which are text and not markup, in the slots."""
        return words_of(self.language)[key].format(**values)

    def level_word(self, level: Level | None) -> str:
        """Return what a level is called."""
        return self.say(f"level.{level.name.lower() if level is not None else 'calm'}")


def spark_path(values: tuple[float, ...], top: float, *, area: bool = False) -> Markup:
    """Return the path of a small line, 100 by 24, as SVG writes it: numbers alone."""
    if not values:
        return Markup()
    across = 100 / max(len(values) - 1, 1)
    top = max(top, LEAST_TOP)
    points = [
        f"{place * across:.1f},{24 - 22 * value / top:.1f}"
        for place, value in enumerate(values)
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
