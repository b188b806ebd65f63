"""`privacy`: forgetting, export, opt-outs, and the log of who looked at what people wrote."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from fengsui import privacy
from fengsui.cli.additions import CommandError
from fengsui.cli.language import tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, print_json, settings_of
from fengsui.cli.worded import Application
from fengsui.privacy import matching, whoami
from fengsui.services import Services
from nlp.text.normalise import printable
from records import Post
from records.time import BEIJING
from store.ledger.privacy import Access

group = Application(name="privacy", no_args_is_help=True)

Subject = Annotated[
    str,
    typer.Argument(
        metavar="AUTHOR|POST",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(group)


@group.command()
def forget(
    subject: Subject,
    config: Config = DEFAULT_PATH,
    yes: Annotated[bool, typer.Option("--yes")] = False,
    json: Json = False,
) -> None:
    """Delete an author's posts, or one post, everywhere, and keep nothing of it in future."""
    settings = settings_of(config)
    with Services(settings) as services:
        count = len(matching(services.store, services.privacy, subject))
        if not yes and not typer.confirm(tell("privacy.sure", count=count)):
            raise typer.Exit(1)
        done = privacy.forget(
            services.store, services.ledger, services.privacy, subject, datetime.now(UTC)
        )
    if json:
        print_json({"posts": done.posts, "rows": done.rows})
    else:
        typer.echo(tell("privacy.forgotten", posts=done.posts, rows=done.rows))
    if not done.posts and not done.rows:
        typer.echo(tell("privacy.nothing"), err=True)
        raise typer.Exit(1)


@group.command()
def export(subject: Subject, config: Config = DEFAULT_PATH) -> None:
    """Print what is kept of an author or a post, one JSON object a line."""
    settings = settings_of(config)
    with Services(settings) as services:
        keys = matching(services.store, services.privacy, subject)
        posts = sorted(services.store.posts(keys), key=lambda post: (post.published_at, post.key))
        name = _subject(services, subject, keys)
        services.ledger.log_access(Access(datetime.now(UTC), whoami(), "export", name, len(posts)))
        for post in posts:
            print_json(_kept(services, post))


@group.command("opt-in")
def opt_in(subject: Subject, config: Config = DEFAULT_PATH) -> None:
    """Take an opt-out back: what is published from now on is kept again."""
    with Services(settings_of(config)) as services:
        names = (
            services.privacy.subject_of_post(subject),
            services.privacy.subject_of_author(subject),
        )
        found = [name for name in names if services.ledger.opt_in(name)]
        for name in found:
            services.ledger.log_access(Access(datetime.now(UTC), whoami(), "opt-in", name, 0))
    if not found:
        raise CommandError(tell("privacy.nobody", subject=subject))
    typer.echo(tell("privacy.opted_in"))


@group.command("rotate-key")
def rotate(
    config: Config = DEFAULT_PATH,
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    """Take a new key for the pseudonyms: an author's older posts keep the former pseudonym."""
    settings = settings_of(config)
    if not yes and not typer.confirm(tell("privacy.rotate")):
        raise typer.Exit(1)
    with Services(settings) as services:
        try:
            privacy.rotate_key(settings.privacy, settings.state, services.ledger)
        except privacy.PrivacyError as error:
            raise CommandError(str(error)) from error
        services.ledger.log_access(Access(datetime.now(UTC), whoami(), "rotate-key", "", 0))
    typer.echo(tell("privacy.rotated"))


@group.command("log")
def show_log(
    config: Config = DEFAULT_PATH,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    json: Json = False,
) -> None:
    """Show who looked at what people wrote, or deleted it, the newest first."""
    with Services(settings_of(config)) as services:
        found = services.ledger.accesses(limit)
    if json:
        print_json({"accesses": [access._asdict() for access in found]})
        return
    for access in found:
        at = access.at.astimezone(BEIJING)
        line = f"{at:%Y-%m-%d %H:%M:%S} {access.who} {access.what} {access.found} {access.subject}"
        typer.echo(printable(line))


def _subject(services: Services, subject: str, keys: list[str]) -> str:
    if subject in keys:
        return services.privacy.subject_of_post(subject)
    return services.privacy.subject_of_author(subject)


def _kept(services: Services, post: Post) -> dict[str, Any]:
    """Return a post, its scores and the history of its counts."""
    mentions = [
        {"brand": one.brand, "sentiment": one.sentiment, "complaint": one.complaint}
        for one in services.store.mentions_of([post.key])
    ]
    history = [entry._asdict() for entry in services.store.history(post.key)]
    return asdict(post) | {"key": post.key, "mentions": mentions, "history": history}
