"""`fengsui dashboards`: Kibana's dashboards to files, into Kibana, and compared with those there.

`fengsui serve` is the page that a team opens from an alert.

The list of commands loads this module, so each command imports what it uses.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from fengsui.cli.language import tell
from fengsui.cli.options import (
    DEFAULT_PATH,
    Config,
    Json,
    print_json,
    settings_of,
    settings_or_defaults,
)
from fengsui.cli.worded import Application

if TYPE_CHECKING:
    from dashboards.kibana.saved_objects import SavedObject
    from fengsui.settings.application import Settings

# Kept short on a terminal; --json has them all.
_SHOWN_PATHS: Final = 12
_SHOWN_VALUE: Final = 80
PORT: Final = 8420
CACHE: Final = Path(".cache/page")

Language = Annotated[
    Literal["zh", "en"] | None,
    typer.Option(),
]

group = Application(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(group, name="dashboards")
    app.command()(serve)


def serve(
    config: Config = DEFAULT_PATH,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535)] = PORT,
    sample: Annotated[bool, typer.Option("--sample")] = False,
    past: Annotated[bool, typer.Option("--past")] = False,
    hash_password: Annotated[bool, typer.Option("--hash-password")] = False,
) -> None:
    """Serve the page until Ctrl-C."""
    from dashboards.web.app import utc_now
    from dashboards.web.sample import prepared
    from dashboards.web.serving import serve_page

    if hash_password:
        from dashboards.web.security.passwords import hash_of

        typer.echo(hash_of(typer.prompt(tell("serve.password"), hide_input=True)))
        return
    clock: Callable[[], datetime] = utc_now
    if sample:
        typer.echo(tell("serve.sample"))
        shown = prepared(CACHE)
        settings, clock = shown.settings, shown.clock
    else:
        settings = settings_of(config)
        clock = standing_at_newest(settings) if past else utc_now
    serve_page(
        settings, host, port, clock, lambda address: typer.echo(tell("serve.open", address=address))
    )


def page(settings: "Settings") -> AbstractContextManager[str]:
    """Serve the page next to the continuous run (fengsui/cli/additions.py) until the block ends."""
    from dashboards.web.serving import page_served

    return page_served(settings)


def standing_at_newest(settings: "Settings") -> "Callable[[], datetime]":
    """Return a clock that stands where the newest mention is: for what was replayed."""
    from fengsui.services import Services

    with Services(settings) as services:
        newest = services.store.newest() or datetime.now(UTC)
    return lambda: newest


@group.command()
def export(
    folder: Annotated[
        Path | None,
        typer.Argument(),
    ] = None,
    config: Config = DEFAULT_PATH,
    language: Language = None,
) -> None:
    """Write the dashboards as a file for Kibana's import (Saved Objects, Import), 8.9 or newer."""
    from dashboards.kibana.sync.ndjson import ndjson

    settings = settings_or_defaults(config)
    made = objects(settings, language)
    if folder is None:
        sys.stdout.write(ndjson(made))
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"fengsui-{language or settings.language}.ndjson"
    path.write_text(ndjson(made), encoding="utf-8", newline="\n")
    typer.echo(tell("dashboards.made", path=path, count=len(made)))


@group.command()
def push(
    config: Config = DEFAULT_PATH,
    language: Language = None,
    overwrite: Annotated[bool, typer.Option()] = False,
    json: Json = False,
) -> None:
    """Put the dashboards into Kibana; what was changed there is not overwritten without a word."""
    from dashboards.kibana.sync.client import KibanaClient, key_of
    from dashboards.kibana.sync.pushing import State
    from dashboards.kibana.sync.pushing import push as pushed
    from dashboards.kibana.sync.record import Record

    settings = settings_or_defaults(config)
    record = Record.read(settings.state, settings.kibana)
    with KibanaClient(settings.kibana, key_of(settings.kibana)) as client:
        done = pushed(objects(settings, language), client, record, overwrite=overwrite)
        place = client.place
    left = [one for one in done.before if one.state is State.REMOVED]
    if json:
        print_json(
            {"place": place, "written": done.written, "no_longer_made": [str(o.key) for o in left]}
        )
        return
    key = "dashboards.written" if done.written else "dashboards.same"
    typer.echo(tell(key, place=place, count=done.written))
    for one in left:
        typer.echo(tell("dashboards.left", key=one.key))


@group.command()
def diff(
    config: Config = DEFAULT_PATH,
    language: Language = None,
    json: Json = False,
) -> None:
    """Say how the dashboards in Kibana differ from ours; exit code 1 where they do."""
    from dashboards.kibana.sync.client import KibanaClient, key_of
    from dashboards.kibana.sync.pushing import State, compare
    from dashboards.kibana.sync.record import Record

    settings = settings_or_defaults(config)
    record = Record.read(settings.state, settings.kibana)
    with KibanaClient(settings.kibana, key_of(settings.kibana)) as client:
        client.check()
        standings = compare(objects(settings, language), client, record)
    apart = [one for one in standings if one.state is not State.SAME]
    if json:
        print_json({"objects": [_entry(one) for one in apart]})
    else:
        for one in apart:
            typer.echo(f"{one.state}: {one.key} {_shown(one.title)}")
            for line in _paths(tell("dashboards.here"), one.here):
                typer.echo(line)
            for line in _paths("Kibana", one.there):
                typer.echo(line)
        same = len(standings) - len(apart)
        typer.echo(tell("dashboards.compared", same=same, differ=len(apart)))
    if apart:
        raise typer.Exit(1)


def objects(settings: "Settings", language: Literal["zh", "en"] | None) -> "Sequence[SavedObject]":
    """Return the objects as the settings name them."""
    from dashboards.kibana.boards.all import saved_objects
    from dashboards.kibana.naming import Naming

    naming = Naming(
        language or settings.language, settings.elasticsearch.prefix, settings.kibana.space
    )
    judged = settings.detection
    own = [name for brand in settings.brands for name in getattr(brand, "own_accounts", ())]
    return saved_objects(naming, judged.tick_minutes, judged.min_coverage, own)


def _entry(one: Any) -> dict[str, Any]:
    return {
        "type": one.key.type,
        "id": one.key.id,
        "title": one.title,
        "state": one.state.value,
        "here": [{"path": d.path, "before": d.before, "after": d.after} for d in one.here],
        "kibana": [{"path": d.path, "before": d.before, "after": d.after} for d in one.there],
    }


def _paths(where: str, found: Sequence[Any]) -> Iterator[str]:
    for one in found[:_SHOWN_PATHS]:
        before, after = (_shown(json.dumps(v, ensure_ascii=False)) for v in (one.before, one.after))
        yield f"  {where}: {_shown(one.path, 200)}: {before} -> {after}"
    if len(found) > _SHOWN_PATHS:
        yield f"  {where}: {tell('dashboards.more', count=len(found) - _SHOWN_PATHS)}"


def _shown(text: str, longest: int = _SHOWN_VALUE) -> str:
    """Return `text` for a terminal: what Kibana holds was written by others."""
    line = "".join(char if char.isprintable() else "�" for char in text)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
