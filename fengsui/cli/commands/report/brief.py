"""`brief`: what happened in the day up to 08:00, in any format."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from fengsui.cli.commands.report.output import checked, deliver, note_access
from fengsui.cli.completion import brand_names
from fengsui.cli.language import tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, no_brand, settings_of
from fengsui.cli.usage import printed
from fengsui.reports.daily.document import document_of
from fengsui.reports.daily.facts import gather
from fengsui.reports.document.render import Format
from fengsui.reports.schedule import day_of, last_day
from fengsui.services import Services
from records.language import Language


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(brief)


def brief(
    config: Config = DEFAULT_PATH,
    day: Annotated[str | None, typer.Option("--date")] = None,
    brand: Annotated[str | None, typer.Option(autocompletion=brand_names)] = None,
    form: Annotated[Format | None, typer.Option("--format")] = None,
    out: Annotated[Path | None, typer.Option()] = None,
    lang: Annotated[Language | None, typer.Option()] = None,
    json: Json = False,
) -> None:
    """Write the daily brief: the 24 hours up to the time of the brief on a day."""
    settings = settings_of(config)
    known = [one.name for one in settings.brands]
    if brand is not None and brand not in known:
        raise no_brand(brand, known)
    chosen = checked(form, out)
    at = settings.reports.brief_time
    window = last_day(datetime.now(UTC), at) if day is None else day_of(_date(day), at)
    with Services(settings) as services:
        found = gather(services, window, brand or "")
        document = document_of(services, found, lang or settings.language)
        note_access(services, "brief", brand or "", document)
    deliver(document, chosen, out, as_json=json)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(tell("report.no_date", text=printed(text))) from None
