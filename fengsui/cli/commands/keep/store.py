"""`store`: the store made, looked at, brought up to date, built anew; its dead letters."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fengsui.cli.language import tell
from fengsui.cli.options import (
    DEFAULT_PATH,
    Config,
    Json,
    Since,
    print_json,
    settings_of,
)
from fengsui.cli.tables import narrow_table, print_block
from fengsui.cli.times import read_time
from fengsui.cli.worded import Application
from fengsui.maintenance.retention import expiry_time
from fengsui.services import Services, ledger_url
from fengsui.settings.application import Settings
from fengsui.stores.keeper import Done, Found, Keeper, resend
from fengsui.stores.open import keeper_of
from nlp.text.normalise import printable
from records.state import FAMILIES, Family, family_of
from records.time import BEIJING
from store.ledger.dead_letters import DeadLetter
from store.ledger.ledger import Ledger

# A key, its value and its family, None where it is of none.
Entry: TypeAlias = tuple[str, str, Family | None]
# So much of a value is shown to people; `--json` has all of it.
_SHOWN = 100

group = Application(name="store", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(group)


@contextmanager
def _keeper(settings: Settings) -> Iterator[Keeper]:
    settings.state.mkdir(parents=True, exist_ok=True)
    with keeper_of(settings) as keeper:
        yield keeper


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger]:
    settings.state.mkdir(parents=True, exist_ok=True)
    with Ledger(ledger_url(settings)) as ledger:
        yield ledger


@group.command()
def init(config: Config = DEFAULT_PATH, json: Json = False) -> None:
    """Make what the store needs: the file, or templates, indices and aliases. Safe to repeat."""
    settings = settings_of(config)
    with _ledger(settings), _keeper(settings) as keeper:
        made = keeper.init()
    if json:
        print_json({"made": made})
    else:
        typer.echo("\n".join(tell("store.made", name=name) for name in made) or tell("store.there"))


@group.command()
def status(config: Config = DEFAULT_PATH, json: Json = False) -> None:
    """Say where the store is, its version, its size and what it holds; change nothing in it."""
    settings = settings_of(config)
    with _ledger(settings) as ledger, _keeper(settings) as keeper:
        found = keeper.status()
        letters = ledger.totals()["dead_letters"]
    if json:
        print_json({**asdict(found), "dead_letters": letters})
        return
    Console().print(_table(found))
    typer.echo(f"{printable(found.place)}: {printable(found.version)}")
    if not found.is_current:
        typer.echo(tell("store.older"))
    if found.blocked:
        typer.echo(tell("store.blocked", count=len(found.blocked)))
    if letters:
        typer.echo(tell("store.letters", count=letters))


def _table(found: Found) -> Table:
    names = ("part", "version", "documents", "size", "state")
    table = narrow_table(*(tell(f"column.{name}") for name in names), numbers=(1, 2, 3))
    for part in found.parts:
        size = "" if part.size is None else f"{part.size / 1e6:,.1f} MB"
        table.add_row(Text(part.name), part.version, f"{part.documents:,}", size, part.state)
    return table


@group.command()
def state(
    config: Config = DEFAULT_PATH,
    family: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    json: Json = False,
) -> None:
    """List what is remembered from one run to the next: families of keys, and what they hold now.

    Each family has a pattern, what its values are, the module that writes them, and their purpose.
    """
    chosen = [one for one in FAMILIES if family in {None, one.name}]
    if not chosen:
        names = ", ".join(sorted(one.name for one in FAMILIES))
        raise typer.BadParameter(tell("store.no_family", name=family, names=names))
    with _ledger(settings_of(config)) as ledger:
        found = ledger.cursors()
    entries = [(key, value, family_of(key)) for key, value in found]
    if family is not None:
        entries = [entry for entry in entries if entry[2] in chosen]
    if json:
        print_json(_state_answer(chosen, entries))
        return
    _print_families(chosen, entries)
    _print_entries(entries)


def _state_answer(chosen: Sequence[Family], entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the families with their entries; `unknown` are keys that are of none."""

    def of(family: Family | None) -> list[dict[str, str]]:
        return [{"key": key, "value": value} for key, value, one in entries if one is family]

    families = [
        {
            "family": one.name,
            "pattern": one.pattern,
            "value": one.value,
            "writer": one.writer,
            "purpose": one.purpose,
            "entries": of(one),
        }
        for one in chosen
    ]
    return {"families": families, "unknown": of(None)}


def _print_families(chosen: Sequence[Family], entries: Sequence[Entry]) -> None:
    console = Console()
    for one in chosen:
        number = sum(family is one for *_, family in entries)
        head = Text(one.pattern, style="bold").append(f"  {number:,}", style="not bold")
        lines = [
            f"{tell('column.value')}: {one.value}",
            f"{tell('column.writer')}: {one.writer}",
            f"{tell('column.purpose')}: {one.purpose}",
        ]
        print_block(console, head, lines)


def _print_entries(entries: Sequence[Entry]) -> None:
    """Print each key whole, to be copied, and below it the beginning of its value."""
    for key, value, family in entries:
        shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
        note = "" if family is not None else tell("store.strange")
        typer.echo(f"{printable(key)}{note}\n  {printable(shown)}")


@group.command()
def migrate(config: Config = DEFAULT_PATH, json: Json = False) -> None:
    """Bring an older store up to this program; readers and writers go on. Safe to repeat."""
    settings = settings_of(config)
    with _ledger(settings), _keeper(settings) as keeper:
        _tell(list(keeper.migrate()), json, tell("store.current"))


@group.command()
def reindex(config: Config = DEFAULT_PATH, json: Json = False) -> None:
    """Build the search index anew and count again; readers and writers go on. Safe to repeat."""
    settings = settings_of(config)
    with _ledger(settings), _keeper(settings) as keeper:
        _tell(list(keeper.reindex()), json, tell("store.nothing_to_index"))


@group.command()
def expire(
    config: Config = DEFAULT_PATH,
    yes: Annotated[bool, typer.Option("--yes")] = False,
    json: Json = False,
) -> None:
    """Delete what is older than the settings keep: old posts, or whole months. Safe to repeat.

    Without --yes a run takes at most one day's worth more than the last one did.
    """
    settings = settings_of(config)
    with Services(settings) as services:
        as_of = expiry_time(services, datetime.now(UTC), all_of_it=yes)
    with _keeper(settings) as keeper:
        _tell(list(keeper.expire(as_of)), json, tell("store.nothing_old"))


def _tell(done: list[Done], as_json: bool, otherwise: str) -> None:
    if as_json:
        print_json({"done": [asdict(one) for one in done]})
        return
    for one in done:
        typer.echo(f"{one.name}: {one.what}, {one.documents:,}")
    if not done:
        typer.echo(otherwise)


@group.command()
def project(config: Config = DEFAULT_PATH, since: Since = None, json: Json = False) -> None:
    """Bring what Kibana shows of the ledger and the counts up to date. Safe to repeat.

    Without --since only what has changed is looked at; with it everything from then on, and what
    the ledger no longer has goes.
    """
    settings = settings_of(config)
    # The client takes a second to load: only where it is used.
    from fengsui.pipeline.projection import project as project_all  # noqa: PLC0415  see above
    from fengsui.services import Services  # noqa: PLC0415  see above

    now = datetime.now(UTC)
    with Services(settings) as services:
        if not services.store.feeds_kibana:
            raise typer.BadParameter(tell("store.no_kibana"))
        done = project_all(services, now, since=read_time(since, now) if since else None)
    if json:
        print_json(asdict(done))
    else:
        typer.echo(tell("store.projected", **asdict(done)))


@group.command("dead-letters")
def dead_letters(
    config: Config = DEFAULT_PATH,
    again: Annotated[bool, typer.Option("--resend")] = False,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    json: Json = False,
) -> None:
    """List the documents that Elasticsearch refused for good, with its reasons."""
    settings = settings_of(config)
    with _ledger(settings) as ledger:
        if again:
            sent = resend(settings, ledger, datetime.now(UTC))
            if json:
                print_json(asdict(sent))
            else:
                typer.echo(tell("store.resent", **asdict(sent)))
            if sent.refused:
                raise typer.Exit(1)
            return
        found = list(ledger.dead_letters(limit))
        reasons = ledger.dead_letter_reasons()
    if json:
        print_json({"letters": [_answer(one) for one in found], "reasons": reasons})
        return
    for one in found:
        typer.echo(_line(one))
    total = sum(reasons.values())
    more = total > len(found)
    typer.echo(
        tell("store.some_refused" if more else "store.refused", count=total, shown=len(found))
    )


def _line(letter: DeadLetter) -> str:
    seen = f"{letter.last_seen.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    times = tell("store.times", count=letter.attempts) if letter.attempts > 1 else ""
    place = printable(f"{letter.index}/{letter.document}")
    return f"{seen}  {place}{times}\n  {printable(letter.reason)}"


def _answer(letter: DeadLetter) -> dict[str, Any]:
    return asdict(letter)
