"""`terms`: words that are new, or said more than before."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from alerts.messages.format import number, one_line
from fengsui.analysis.terms import PAST, RECENT, Found, terms_in_files, terms_in_store
from fengsui.cli.commands.files import brand_of
from fengsui.cli.language import tell
from fengsui.cli.options import (
    DEFAULT_PATH,
    Config,
    Json,
    Since,
    Until,
    no_brand,
    print_json,
    read_window,
    settings_of,
    settings_or_defaults,
)
from fengsui.cli.tables import narrow_table
from fengsui.privacy import whoami
from fengsui.services import Services
from fengsui.settings.application import Settings
from nlp.brands.matcher import BrandSettings
from nlp.topics.emerging import Term
from nlp.topics.new_words import NewWord
from records import Window
from records.language import Language
from records.time import BEIJING
from store.ledger.privacy import Access

LONGEST: Final = 40  # characters of a term
SAMPLE: Final = 40
WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "terms": "新出现与上升的词",
        "words": "词典里没有的词",
        "read": "{since} 至 {until}：读了 {recent} 条各不相同的帖子，与之前 {past} 条相比",
        "none": "没有帖子",
        "new": "新",
        "rising": "升",
        "found": "·新词",
    },
    "en": {
        "terms": "New and rising terms",
        "words": "Words that the dictionary does not know",
        "read": "{since} to {until}: {recent} distinct posts, against {past} before",
        "none": "no posts",
        "new": "new",
        "rising": "rising",
        "found": " word",
    },
}
HEADINGS: Final[Mapping[Language, tuple[str, ...]]] = {
    "zh": ("词", "", "作者", "帖数", "平时", "至少几倍", "z", "例"),
    "en": ("term", "", "authors", "posts", "usual", "at least ×", "z", "for example"),
}
WORD_HEADINGS: Final[Mapping[Language, tuple[str, ...]]] = {
    "zh": ("词", "作者", "帖数", "凝固度", "自由度"),
    "en": ("word", "authors", "posts", "cohesion", "freedom"),
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(terms)


def terms(
    files: Annotated[
        list[Path] | None,
        typer.Argument(),
    ] = None,
    brand: Annotated[
        str | None,
        typer.Option(),
    ] = None,
    config: Config = DEFAULT_PATH,
    since: Since = None,
    until: Until = None,
    past: Annotated[int, typer.Option(min=1)] = PAST.days,
    limit: Annotated[int, typer.Option(min=1)] = 20,
    lang: Annotated[Language | None, typer.Option()] = None,
    json: Json = False,
) -> None:
    """Show the words that are new or said more than before, by five people at least.

    The last day, unless --since names another begin; of files, the last day that they hold.
    """
    settings = settings_or_defaults(config) if files else settings_of(config)
    before = timedelta(days=past)
    if files:
        window = read_window(since, until, RECENT) if since or until else None
        found = terms_in_files(files, _brand(settings, brand), window, before)
    else:
        found = _in_store(settings, brand, read_window(since, until, RECENT), before)
    if json:
        print_json(_answer(found, limit))
    else:
        _show(found, limit, lang or settings.language)


def _in_store(settings: Settings, name: str | None, window: Window, past: timedelta) -> Found:
    known = {brand.name: brand for brand in settings.brands}
    if name is None and len(known) == 1:
        (name,) = known
    if name is None:
        raise typer.BadParameter(tell("brand.needed", names=", ".join(known) or "-"))
    if name not in known:
        raise no_brand(name, list(known))
    with Services(settings) as services:
        found = terms_in_store(services.store, known[name], window, past)
        # Passages of posts are shown.
        services.ledger.log_access(
            Access(datetime.now(UTC), whoami(), "terms", name, len(found.terms))
        )
    return found


def _brand(settings: Settings, name: str | None) -> BrandSettings | None:
    """Return the brand of the settings that has this name, or the one that the option describes."""
    if name is None:
        return None
    known = (brand for brand in settings.brands if brand.name == name)
    return next(known, None) or brand_of(name)


def _show(found: Found | None, limit: int, language: Language) -> None:
    words, console = WORDS[language], Console()
    if found is None:
        console.print(words["none"])
        return
    since, until = (
        f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
        for at in (found.window.since, found.window.until)
    )
    recent, past = (number(count, language) for count in (found.recent, found.past))
    line = words["read"].format(since=since, until=until, recent=recent, past=past)
    console.print(line, highlight=False)
    table = narrow_table(*HEADINGS[language], numbers=range(2, 7), title=words["terms"])
    for term in found.terms[:limit]:
        table.add_row(*_term_row(term, language))
    console.print(table)
    table = narrow_table(*WORD_HEADINGS[language], numbers=range(1, 5), title=words["words"])
    for word in found.words[:limit]:
        table.add_row(*_word_row(word, language))
    console.print(table)


def _term_row(term: Term, language: Language) -> tuple[Text, ...]:
    """Return a term's cells; what strangers wrote is plain text without control characters."""
    words = WORDS[language]
    kind = words["new" if term.is_new else "rising"] + (words["found"] if term.is_found else "")
    cells = (
        one_line(term.term, LONGEST),
        kind,
        number(term.authors, language),
        number(term.texts, language),
        f"{term.expected:.1f}",
        f"{term.surely:.1f}",
        f"{term.z:.1f}",
        one_line(term.sample, SAMPLE),
    )
    return tuple(map(Text, cells))


def _word_row(word: NewWord, language: Language) -> tuple[Text, ...]:
    cells = (
        one_line(word.word, LONGEST),
        number(word.authors, language),
        number(word.texts, language),
        f"{word.cohesion:.1f}",
        f"{word.freedom:.1f}",
    )
    return tuple(map(Text, cells))


def _answer(found: Found | None, limit: int) -> dict[str, Any]:
    """Return what was found, for a program."""
    if found is None:
        return {"recent": 0, "past": 0, "terms": [], "words": []}
    return {
        "since": found.window.since,
        "until": found.window.until,
        "recent": found.recent,
        "past": found.past,
        "terms": [term._asdict() | {"surely": term.surely} for term in found.terms[:limit]],
        "words": [word._asdict() for word in found.words[:limit]],
    }
