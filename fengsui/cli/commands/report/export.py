"""`export`: incidents, cases and mentions as CSV, a workbook, or JSON lines."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from fengsui.cli.completion import brand_names
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
)
from fengsui.cli.usage import printed
from fengsui.privacy import whoami
from fengsui.reports.export.tables import Subject, table_of
from fengsui.reports.export.write import FileKind, kind_of, write
from fengsui.services import Services
from nlp.text.normalise import printable
from records.language import Language
from records.time import WEEK
from store.ledger.privacy import Access


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(export)


def export(
    subject: Annotated[Subject, typer.Argument()],
    out: Annotated[Path, typer.Option()],
    config: Config = DEFAULT_PATH,
    brand: Annotated[str | None, typer.Option(autocompletion=brand_names)] = None,
    since: Since = None,
    until: Until = None,
    lang: Annotated[Language | None, typer.Option()] = None,
    json: Json = False,
) -> None:
    """Write incidents, cases or mentions into a file: .csv, .xlsx or .jsonl."""
    settings = settings_of(config)
    known = [one.name for one in settings.brands]
    if brand is not None and brand not in known:
        raise no_brand(brand, known)
    kind = kind_of(out)
    if kind is None:
        raise typer.BadParameter(tell("export.no_format", path=printed(str(out))))
    is_bound = since is not None or until is not None or subject is Subject.MENTIONS
    window = read_window(since, until, WEEK) if is_bound else None
    language = lang or settings.language
    with Services(settings) as services:
        spoken = None if kind is FileKind.JSONL else language
        rows = write(table_of(services, subject, spoken, brand, window), out, kind, language)
        who, now = whoami(), datetime.now(UTC)
        services.ledger.log_access(Access(now, who, f"export {subject}", brand or "", rows))
    if json:
        print_json({"rows": rows, "file": str(out)})
    else:
        typer.echo(tell("export.done", rows=rows, path=printable(str(out))))
