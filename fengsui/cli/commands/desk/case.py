"""`case`: what is done with one complaint, from its owner to the answer that a lead approved."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from fengsui.cli.commands.cases import case_head
from fengsui.cli.commands.desk.acting import Actor, builtins_of, new_action, report
from fengsui.cli.commands.desk.incidents import log_line
from fengsui.cli.completion import case_keys, member_names
from fengsui.cli.language import tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, print_json, settings_of
from fengsui.cli.tables import print_block
from fengsui.cli.usage import printed
from fengsui.cli.worded import Application
from fengsui.desk.cases.answers import draft_of, template_of
from fengsui.desk.desk import Desk
from fengsui.desk.opening import opened_desk
from fengsui.desk.states import CaseView
from fengsui.desk.words import clock_text
from nlp.text.normalise import printable
from records import ActionKind, Case, subject_of
from records.action import CASE

group = Application(name="case", no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="KEY", autocompletion=case_keys)]
Words = Annotated[str, typer.Argument(metavar="TEXT")]
# Cases that a message lists where several are meant.
SHOWN = 8


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(group)


@group.command()
def show(key: Key, config: Config = DEFAULT_PATH, json: Json = False) -> None:
    """Show a case: what the customer wants, who has it, the draft, and all that was done."""
    settings = settings_of(config)
    with opened_desk(settings) as desk:
        view = _view(desk, key)
    if json:
        actions = [builtins_of(one) for one in view.actions]
        print_json(
            {"case": builtins_of(view.case), "state": builtins_of(view.state), "actions": actions}
        )
        return
    console = Console()
    head = case_head(view.case, datetime.now(UTC), settings.language)
    print_block(console, head, [*_lines(view)], printable(view.case.key))
    for action in view.actions:
        print_block(console, log_line(action), [])


@group.command()
def claim(key: Key, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False) -> None:
    """Take a case."""
    _act(config, key, ActionKind.CLAIM, actor, json=json)


@group.command()
def assign(
    key: Key,
    name: Annotated[str, typer.Argument(metavar="NAME", autocompletion=member_names)],
    config: Config = DEFAULT_PATH,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """Give a case to somebody."""
    _act(config, key, ActionKind.ASSIGN, actor, json=json, to=name)


@group.command()
def note(
    key: Key, text: Words, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False
) -> None:
    """Write a note on a case."""
    _act(config, key, ActionKind.NOTE, actor, json=json, text=text)


@group.command()
def severity(
    key: Key,
    level: Annotated[str, typer.Argument(metavar="normal|high|urgent")],
    config: Config = DEFAULT_PATH,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """Set how severe a case is; the time for its answer changes with it."""
    _act(config, key, ActionKind.SEVERITY, actor, json=json, severity=level)


@group.command()
def draft(
    key: Key,
    text: Annotated[str | None, typer.Option()] = None,
    config: Config = DEFAULT_PATH,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """Draft the answer: your words, or the template of the category with its facts."""
    settings = settings_of(config)
    with opened_desk(settings) as desk:
        case = _view(desk, key).case
        words = text if text is not None else draft_of(case, settings.language)
        subject = subject_of(CASE, case.key)
        outcome = desk.act(new_action(settings, ActionKind.DRAFT, subject, actor, text=words))
    if not json and outcome.is_done:
        typer.echo(printable(words))
        for step in template_of(case, settings.language).checklist:
            typer.echo(f"  ☐ {step}")
    report(outcome, json=json)


@group.command()
def approve(
    key: Key, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False
) -> None:
    """Approve the draft; a lead does that."""
    _act(config, key, ActionKind.APPROVE, actor, json=json)


@group.command()
def answered(
    key: Key, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False
) -> None:
    """Note that the approved answer was posted, by a person."""
    _act(config, key, ActionKind.ANSWERED, actor, json=json)


@group.command()
def resolve(
    key: Key,
    cause: Annotated[str, typer.Option()],
    config: Config = DEFAULT_PATH,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """End a case, with what became of it."""
    _act(config, key, ActionKind.RESOLVE, actor, json=json, cause=cause)


@group.command()
def reopen(
    key: Key, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False
) -> None:
    """Open a case again; it is due anew."""
    _act(config, key, ActionKind.REOPEN, actor, json=json)


@group.command()
def merge(
    key: Key,
    into: Annotated[str, typer.Argument(metavar="INTO", autocompletion=case_keys)],
    config: Config = DEFAULT_PATH,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """Let a case go on in another one."""
    _act(config, key, ActionKind.MERGE, actor, json=json, into=into)


@group.command()
def split(key: Key, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False) -> None:
    """Let a merged case go on by itself again."""
    _act(config, key, ActionKind.SPLIT, actor, json=json)


def _act(
    config: Path, typed: str, kind: ActionKind, actor: str | None, *, json: bool, **data: str
) -> None:
    settings = settings_of(config)
    with opened_desk(settings) as desk:
        if into := data.get("into"):
            data["into"] = _meant(desk, into).key
        subject = subject_of(CASE, _meant(desk, typed).key)
        outcome = desk.act(new_action(settings, kind, subject, actor, **data))
    report(outcome, json=json)


def _view(desk: Desk, typed: str) -> CaseView:
    return desk.cases([_meant(desk, typed)])[0]


def _meant(desk: Desk, typed: str) -> Case:
    """Return the case of a key, or the one whose key alone begins so or holds it.

    Raises:
        typer.BadParameter: none is meant, or several are.
    """
    known = [view.case for view in desk.cases()]
    for fits in (str.__eq__, str.startswith, str.__contains__):
        found: list[Case] = [one for one in known if typed and fits(one.key, typed)]
        if len(found) == 1:
            return found[0]
        if found:
            keys = [printed(one.key) for one in found[:SHOWN]]
            head = tell("case.several", key=printed(typed))
            raise typer.BadParameter("\n  ".join((head, *keys)))
    raise typer.BadParameter(tell("cases.unknown", key=printed(typed)))


def _lines(view: CaseView) -> Iterator[str]:
    case, state = view.case, view.state
    yield printable(case.title)
    if case.url:
        yield printable(case.url)
    if case.demands:
        yield tell("case.demands", demands=tell("answer.joiner").join(map(printable, case.demands)))
    if state.owner and state.owner_since is not None:
        at = clock_text(state.owner_since)
        yield tell("desk.owned", owner=printable(state.owner), at=at)
    for one in state.notes:
        yield f"{clock_text(one.at)} {printable(one.by)}: {printable(one.text)}"
    yield from _answer(state)
    if state.cause:
        yield tell("incidents.cause", cause=printable(state.cause))


def _answer(state: Any) -> Iterator[str]:
    if not state.draft:
        return
    stage = "answered" if state.answered_at else "approved" if state.approved_at else "drafted"
    by = {"answered": state.answered_by, "approved": state.approved_by, "drafted": state.drafted_by}
    yield tell(f"case.{stage}", by=printable(by[stage]))
    yield printable(state.draft)
