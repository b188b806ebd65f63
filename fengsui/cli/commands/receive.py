"""`receive`: the servers of the sources that are pushed to, where `fengsui run` does not run."""

import signal
import threading

import typer
from rich.console import Console

from fengsui.cli.additions import CommandError
from fengsui.cli.language import tell
from fengsui.cli.options import DEFAULT_PATH, Config, settings_of
from fengsui.pipeline.run import receiving
from listeners.push.server import PushedSource


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(receive)


def receive(config: Config = DEFAULT_PATH) -> None:
    """Take what others push (webhook, WeChat Pay) until Ctrl-C; a schedule reads it."""
    settings = settings_of(config)
    names = [source.name for source in settings.sources if isinstance(source, PushedSource)]
    if not names:
        raise CommandError(tell("receive.no_source", config=config))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with receiving(settings):
        console = Console(stderr=True)
        console.print(tell("receive.begin", names="、".join(names)), markup=False)
        stop.wait()
