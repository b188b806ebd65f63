"""`check`: is everything there that the settings name, and what to do where it is not."""

from dataclasses import asdict

import typer

from fengsui.cli.language import tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, print_json, settings_of
from fengsui.operations.check import findings


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(check)


def check(config: Config = DEFAULT_PATH, json: Json = False) -> None:
    """Check the settings and reach everything they name; exit code 1 where something is wrong.

    Of each source: whether it answers, up to when it was read, what it refused, and what to do.
    """
    settings = settings_of(config)
    found = list(findings(settings))
    if json:
        print_json({"findings": [asdict(finding) for finding in found]})
    else:
        brands, sources = len(settings.brands), len(settings.sources)
        typer.echo(tell("check.settings", config=config, brands=brands, sources=sources))
        for finding in found:
            mark = "!" if finding.warning else "✓" if finding.ok else "✗"
            typer.echo(tell("check.line", mark=mark, title=finding.title, seen=finding.seen))
    if not all(finding.ok for finding in found):
        raise typer.Exit(1)
