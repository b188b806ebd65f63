"""`import`: files into the store, with what of each was kept, repaired and refused."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer

from alerts.incidents.late import LATE
from fengsui.cli.language import spoken, tell
from fengsui.cli.mapping import guess_lines, parted, profiles_of, quoted
from fengsui.cli.options import DEFAULT_PATH, Config, Json, print_json, settings_or_defaults
from fengsui.cli.progress import progress_bar
from fengsui.cli.usage import printed
from fengsui.operations.cautions import AHEAD
from fengsui.pipeline.import_file import Imported, import_file
from fengsui.pipeline.steps import Collected
from fengsui.services import Services
from fengsui.settings.application import Settings
from fengsui.wording.reasons import reason_text
from listeners.source import zone_of
from nlp.text.normalise import printable
from records.time import BEIJING

# So many kinds of repair are named for a file.
SHOWN_NOTES = 5

# By what reasons it shows that a file is a table, which a mapping reads, and that it says so.
_IN_A_TABLE = "a table with the columns"
_SHEET = "sheet "
_GUESS = "--guess"

Files = Annotated[list[Path], typer.Argument()]


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("import")(import_files)


def import_files(
    files: Files,
    config: Config = DEFAULT_PATH,
    timezone: Annotated[str, typer.Option()] = "Asia/Shanghai",
    mapping: Annotated[list[str] | None, typer.Option("--map")] = None,
    guess: Annotated[bool, typer.Option("--guess")] = False,
    json: Json = False,
) -> None:
    """Import files into the store; `fengsui annotate` or `fengsui run` then scores the posts.

    With --map any table is read, by the names of its columns; --guess only shows what they
    probably are. The exit code is 1 where nothing of a file could be kept, and 2 where a file is
    of no known format.
    """
    settings, zone = settings_or_defaults(config), _zone(timezone)
    files, pairs = parted(files, mapping or [])
    if guess:
        typer.echo(printable("\n".join(line for file in files for line in guess_lines(file))))
        return
    profiles = profiles_of(settings, pairs)
    done: dict[Path, Imported] = {}
    with Services(settings) as services, progress_bar() as update:
        for file in files:
            before = sum(one.collected.read for one in done.values())

            def progress(read: int, before: int = before, name: str = file.name) -> None:
                update(before + read, None, printed(name))

            came = import_file(services, file, progress, zone, profiles)
            done[file] = _together(done.get(file), came)
    _answer(done, json=json)
    _warn_of_times(list(done.values()), settings)
    if any(one.unknown for one in done.values()):
        raise typer.Exit(2)
    if any(one.has_nothing for one in done.values()):
        raise typer.Exit(1)


def _answer(done: dict[Path, Imported], *, json: bool) -> None:
    """Say what came in, and on stderr what of each file was refused and repaired."""
    total = sum((one.collected for one in done.values()), Collected())
    if json:
        print_json({"read": total.read, **asdict(total), **_details(done)})
    elif not all(one.unknown for one in done.values()):
        left_out = tell("import.left_out", count=total.left_out) if total.left_out else ""
        typer.echo(tell("import.total", read=total.read, **asdict(total)) + left_out)
    for file, one in done.items():
        for line in _lines(file, one):
            typer.echo(printable(line), err=True)


def _zone(name: str) -> tzinfo:
    try:
        return zone_of(name)
    except ValueError:
        raise typer.BadParameter(tell("refused.timezone")) from None


def _together(one: Imported | None, other: Imported) -> Imported:
    """Return what came of a file that was named twice."""
    if one is not None:
        other.collected += one.collected
    return other


def _details(done: dict[Path, Imported]) -> dict[str, Any]:
    """Return, file by file, what was refused and repaired; nothing where all went well."""
    files = [
        {
            "file": str(file),
            **({"unknown": one.unknown} if one.unknown else {}),
            "rejected": [
                {"row": kind.first.position, "reason": kind.first.reason, "count": kind.count}
                for kind in one.rejected.all()
            ],
            "notes": dict(one.notes),
        }
        for file, one in done.items()
        if one.unknown or one.notes or one.rejected.all()
    ]
    return {"files": files} if files else {}


def _lines(file: Path, one: Imported) -> Iterator[str]:
    if one.unknown:
        yield f"fengsui: {file}: {reason_text(spoken(), one.unknown)}"
        if _IN_A_TABLE in one.unknown and _GUESS not in one.unknown:
            yield tell("import.try_guess", file=quoted(str(file)))
        return
    if one.has_nothing:
        yield tell("import.nothing", file=file)
        if any(kind.first.reason.startswith(_SHEET) for kind in one.rejected.all()):
            yield tell("import.try_guess", file=quoted(str(file)))
    elif not one.collected.read:
        yield tell("import.no_rows", file=file)
    yield from one.rejected.lines(spoken())
    for note, count in one.notes.most_common(SHOWN_NOTES):
        yield tell("import.note", file=file, count=count, note=reason_text(spoken(), note))


def _warn_of_times(done: list[Imported], settings: Settings) -> None:
    """Warn of posts from the future, and of old ones that will not stay."""
    now = datetime.now(UTC)
    spans = [one.span for one in done if one.span]
    newest = max((span.until for span in spans), default=now)
    oldest = min((span.since for span in spans), default=now)
    if newest > now + AHEAD:
        day = f"{newest.astimezone(BEIJING):%Y-%m-%d %H:%M}"
        typer.echo(tell("import.future", day=day), err=True)
    _tell_of_late(oldest, settings, now)
    days = settings.privacy.days
    if days and oldest < now - timedelta(days=days):
        typer.echo(tell("import.old", day=f"{oldest:%Y-%m-%d}", days=days), err=True)


def _tell_of_late(oldest: datetime, settings: Settings, now: datetime) -> None:
    """Say which of the hours that a file holds are judged still, and which are too late."""
    hours = settings.detection.late_hours
    judged = max(oldest, now - timedelta(hours=hours))
    if now - oldest >= LATE:
        since = f"{judged.astimezone(BEIJING):%m-%d %H:%M}"
        typer.echo(tell("import.judged", since=since), err=True)
    if oldest < judged:
        typer.echo(tell("import.too_late", hours=f"{hours:g}"), err=True)
