"""Where a report goes: to the terminal, to a file, or to a program as JSON."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from fengsui.cli.language import tell
from fengsui.cli.options import print_json
from fengsui.privacy import whoami
from fengsui.reports.document.model import Block, Chart, Document, Table
from fengsui.reports.document.render import Format, format_of, is_text, rendered
from fengsui.reports.files import write_whole
from fengsui.services import Services
from nlp.text.normalise import printable
from store.ledger.privacy import Access


def checked(form: Format | None, out: Path | None) -> Format:
    """Return the format that was asked for, or that the file's ending names.

    Raises:
        typer.BadParameter: it cannot be printed, and no file is named.
    """
    chosen = form or format_of(out)
    if out is None and not is_text(chosen):
        raise typer.BadParameter(tell("report.needs_file", format=chosen))
    return chosen


def deliver(document: Document, form: Format, out: Path | None, *, as_json: bool) -> None:
    """Print the report or write it into a file.

    Raises:
        OSError: the file cannot be written.
    """
    if out is not None:
        write_whole(out, rendered(document, form, datetime.now(UTC)))
    if as_json:
        print_json({"report": _answer(document), "file": None if out is None else str(out)})
    elif out is not None:
        typer.echo(tell("report.written", path=printable(str(out))))
    else:
        sys.stdout.write(rendered(document, form, datetime.now(UTC)).decode())


def note_access(services: Services, command: str, subject: str, document: Document) -> None:
    """Write into the log of accesses that passages of posts were shown."""
    posts = len(document.sources)
    services.ledger.log_access(Access(datetime.now(UTC), whoami(), command, subject, posts))


def _answer(document: Document) -> dict[str, Any]:
    """Return the report for a program: every sentence with all posts it rests on, no pictures."""
    return {
        "language": document.language,
        "title": document.title,
        "subtitle": document.subtitle,
        "level": None if document.level is None else document.level.name.lower(),
        "lead": [asdict(one) for one in document.lead],
        "sections": [
            {
                "name": section.name,
                "heading": section.heading,
                "blocks": [_block(block) for block in section.blocks],
            }
            for section in document.sections
        ],
        "sources": {key: asdict(one) for key, one in document.sources.items()},
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Table):
        return {
            "columns": [column.heading for column in block.columns],
            "rows": [[asdict(cell) for cell in row.cells] for row in block.rows],
        }
    if isinstance(block, Chart):
        return {"chart": asdict(block.words)}
    return {"sentences": [asdict(one) for one in block.sentences]}
