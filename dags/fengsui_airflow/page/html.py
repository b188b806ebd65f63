"""The page as HTML. Names come from settings and sources: the templates escape what they show."""

from datetime import datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fengsui_airflow.page.overview import Overview
from fengsui_airflow.page.words import KINDS, URGENCY, WORDS
from listeners.refusals import ADVICE
from records.language import LEVEL_NAMES, Language
from records.time import BEIJING

# A minute, as collect_posts has it.
RELOAD_SECONDS: Final = 60
_FOLDER: Final = Path(__file__).parent

STYLE: Final = (_FOLDER / "style.css").read_text(encoding="utf-8")


def _clock(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(BEIJING):%m-%d %H:%M}"


def _percent(share: float) -> str:
    return f"{share:.0%}"


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


def _web(url: str) -> str:
    """Return an address that a browser may open; of any other scheme nothing is left."""
    return url if url.startswith(("https://", "http://")) else ""


_TEMPLATES.filters.update(clock=_clock, percent=_percent, web=_web)
_TEMPLATES.globals.update(reload_seconds=RELOAD_SECONDS)


def page(shown: Overview, language: Language) -> str:
    """Return the whole page."""
    return _TEMPLATES.get_template("page.html").render(
        shown=shown,
        language=language,
        words=WORDS[language],
        levels=LEVEL_NAMES[language],
        kinds=KINDS[language],
        urgency=URGENCY[language],
        advice={why: texts[language == "zh"] for why, texts in ADVICE.items()},
    )


def failure(said: str, language: Language = "zh") -> str:
    """Return the page for when nothing can be read; `said` says why."""
    return _TEMPLATES.get_template("failure.html").render(
        said=said, language=language, words=WORDS[language]
    )


def started(language: Language) -> str:
    """Return the page that says that a reply is being drafted."""
    return _TEMPLATES.get_template("started.html").render(language=language, words=WORDS[language])
