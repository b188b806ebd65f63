"""`review`: what an incident was, how fast everything went, and what to change."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from fengsui.cli.commands.report.output import checked, deliver, note_access
from fengsui.cli.completion import incident_keys
from fengsui.cli.language import tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, settings_of
from fengsui.cli.usage import printed
from fengsui.desk.keys import meant
from fengsui.reports.document.render import Format
from fengsui.services import Services
from nlp.brands.matcher import BrandSettings
from records import Incident
from records.language import Language

SHOWN = 5


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(review)


def review(
    key: Annotated[str, typer.Argument(autocompletion=incident_keys)],
    config: Config = DEFAULT_PATH,
    form: Annotated[Format | None, typer.Option("--format")] = None,
    out: Annotated[Path | None, typer.Option()] = None,
    lang: Annotated[Language | None, typer.Option()] = None,
    json: Json = False,
) -> None:
    """Write the review of an incident: time line, response, reach, topics, cases, changes."""
    settings = settings_of(config)
    chosen = checked(form, out)
    # What counts and clusters is loaded for this command alone.
    from fengsui.reports.review.document import document_of  # noqa: PLC0415
    from fengsui.reports.review.facts import gather  # noqa: PLC0415

    with Services(settings) as services:
        incident = named(services.ledger.incidents(), key, settings.brands)
        document = document_of(services, gather(services, incident), lang or settings.language)
        note_access(services, "review", incident.key, document)
    deliver(document, chosen, out, as_json=json)


def named(known: Sequence[Incident], key: str, brands: Sequence[BrandSettings]) -> Incident:
    """Return the incident about a brand that `key` names (`fengsui.desk.keys`).

    Raises:
        typer.BadParameter: it names none, or several.
    """
    about = [one for one in known if not one.is_operational]
    found = meant(about, key, brands)
    if len(found) == 1:
        return found[0]
    latest = sorted(found or about, key=lambda one: one.opened_at, reverse=True)
    keys = ", ".join(printed(one.key) for one in latest[:SHOWN]) or "-"
    said = "report.several" if found else "report.no_incident"
    raise typer.BadParameter(tell(said, key=printed(key), keys=keys))
