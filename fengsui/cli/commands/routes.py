"""`route` and `oncall`: who would be notified when, and who is on call."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from alerts.delivery.escalation import StepKind
from alerts.delivery.on_call import Rota, Shift, Why
from alerts.delivery.routing import Facts
from alerts.settings import level_of
from fengsui.cli.completion import brand_names
from fengsui.cli.language import spoken, tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, no_brand, print_json, settings_of
from fengsui.cli.times import read_coming
from fengsui.cli.worded import Application
from fengsui.desk.duty.on_call import rotas_of
from fengsui.operations.dry_run import dry_run
from fengsui.operations.routes import Asked, Reached, RoutePath, path_of, why_silenced
from fengsui.services import Services, ledger_url
from fengsui.settings.application import Settings
from fengsui.wording.faults import own_text
from nlp.text.normalise import printable
from records import Level, Window
from records.language import LEVEL_NAMES
from records.time import BEIJING, DAY, WEEK
from store.ledger.ledger import Ledger

# How far ahead the turns are listed.
LISTED: Final = 2 * WEEK
WEEKDAYS: Final = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}

WHY: Final[Mapping[Why, str]] = {
    "rotation": "oncall.rotation",
    "days_off": "oncall.days_off",
    "override": "oncall.override",
    "calendar": "oncall.calendar",
}
STEP: Final[Mapping[StepKind, str]] = {
    StepKind.STEP: "route.step",
    StepKind.REPEAT: "route.repeat",
    StepKind.REMINDER: "route.reminder",
}

TRIED: Final[Mapping[str, str]] = {
    "route": "dry_run.route",
    "receiver": "dry_run.receiver",
    "quiet_hours": "dry_run.quiet_hours",
    "inhibition": "dry_run.inhibition",
    "escalation": "dry_run.escalation",
    "watch": "dry_run.watch",
    "topic": "dry_run.topic",
}

group = Application(name="route", no_args_is_help=True)
Texts = Annotated[list[str] | None, typer.Option()]
At = Annotated[str | None, typer.Option()]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(group)
    app.command()(oncall)


@group.command("test")
def try_path(
    brand: Annotated[str, typer.Option(autocompletion=brand_names)],
    config: Config = DEFAULT_PATH,
    level: Annotated[str, typer.Option()] = "orange",
    at: At = None,
    source: Texts = None,
    topic: Texts = None,
    category: Texts = None,
    region: Texts = None,
    harm: Annotated[bool, typer.Option("--harm")] = False,
    json: Json = False,
) -> None:
    """Show what would become of an incident: routes, receivers, quiet hours, escalation."""
    settings = settings_of(config)
    known = list(settings.watched)
    if brand not in known:
        raise no_brand(brand, known)
    now = datetime.now(UTC)
    moment = read_coming(at, now) if at else now
    facts = Facts(
        brand,
        _level(level),
        sources=frozenset(source or ()),
        words="\n".join(topic or ()).casefold(),
        categories=frozenset(category or ()),
        regions=frozenset(region or ()),
    )
    settings.state.mkdir(parents=True, exist_ok=True)
    with Ledger(ledger_url(settings)) as ledger:
        silence = why_silenced(ledger, facts, moment, harm=harm)
    path = path_of(settings, facts, moment, harm=harm, silence=silence)
    if json:
        print_json(_answer(path, facts))
        return
    for line in _lines(path, facts, settings):
        typer.echo(line)


@group.command("dry-run")
def dry(
    config: Config = DEFAULT_PATH,
    days: Annotated[int, typer.Option(min=1, max=366)] = 30,
    json: Json = False,
) -> None:
    """Show what each rule would have done with the last days."""
    settings = settings_of(config)
    now = datetime.now(UTC)
    with Services(settings, notifiers={}) as services:
        found = dry_run(services, Window(now - days * DAY, now))
    if json:
        print_json({"days": days, "rules": [asdict(one) for one in found]})
        return
    typer.echo(tell("dry_run.head", days=days))
    for one in found:
        typer.echo(tell(TRIED[one.sort], name=printable(one.name), count=one.count))


def _level(name: str) -> Level:
    try:
        found = level_of(name)
    except ValueError as error:
        raise typer.BadParameter(own_text(spoken(), str(error))) from None
    return Level(found)


def _lines(path: RoutePath, facts: Facts, settings: Settings) -> Iterator[str]:
    level = LEVEL_NAMES[settings.language][facts.level]
    yield tell("route.head", brand=printable(facts.brand), level=level, at=_when(path.at))
    if path.silence is not None:
        yield tell("route.silenced", reason=printable(path.silence))
    for one in path.routes:
        yield tell("route.route", name=printable(one.name), receivers=_listed(one.receivers))
    if not path.routes:
        yield tell("route.nobody")
    for reached in path.receivers:
        yield _receiver(reached)
    if path.person:
        yield tell("route.on_call", person=printable(path.person))
    if path.policy is None:
        yield tell("route.no_policy")
        return
    yield tell("route.policy", name=printable(path.policy.name))
    if not path.steps:
        yield tell("route.below")
    for step in path.steps:
        yield _step(step)


def _receiver(reached: Reached) -> str:
    routes = _listed(reached.routes)
    name = printable(reached.receiver)
    if reached.held_until is None:
        return tell("route.at_once", receiver=name, routes=routes)
    until = _when(reached.held_until)
    return tell("route.held", receiver=name, routes=routes, until=until)


def _step(step: Asked) -> str:
    person = printable(step.person) or tell("route.everybody")
    place = _listed(step.receivers)
    return tell(STEP[step.kind], at=_when(step.at), person=person, receivers=place)


def _listed(names: tuple[str, ...]) -> str:
    return tell("step.between").join(map(printable, names)) or "-"


def _when(at: datetime) -> str:
    local = at.astimezone(BEIJING)
    day = WEEKDAYS[spoken()][local.weekday()]
    return tell("route.when", date=f"{local:%m-%d}", day=day, time=f"{local:%H:%M}")


def _answer(path: RoutePath, facts: Facts) -> dict[str, Any]:
    return {
        "brand": facts.brand,
        "level": facts.level.name.lower(),
        "at": path.at,
        "silence": path.silence,
        "routes": [
            {"name": one.name, "receivers": one.receivers, "escalation": one.escalation}
            for one in path.routes
        ],
        "receivers": [
            {"name": one.receiver, "routes": one.routes, "held_until": one.held_until}
            for one in path.receivers
        ],
        "on_call": path.person or None,
        "escalation": path.policy.name if path.policy else None,
        "steps": [
            {
                "at": one.at,
                "kind": str(one.kind),
                "number": one.number + 1,
                "person": one.person or None,
                "receivers": one.receivers,
            }
            for one in path.steps
        ],
    }


def oncall(config: Config = DEFAULT_PATH, at: At = None, json: Json = False) -> None:
    """Say who is on call, and who will be in the next two weeks."""
    settings = settings_of(config)
    now = datetime.now(UTC)
    moment = read_coming(at, now) if at else now
    rotas = rotas_of(settings, moment)
    if json:
        print_json({"at": moment, "rotas": [_rota(one, moment) for one in rotas]})
        return
    if not rotas:
        typer.echo(tell("oncall.none"))
    for one in rotas:
        member, why = one.on_call(moment)
        name = printable(one.settings.name)
        said = tell("oncall.now", rota=name, person=printable(member), why=tell(WHY[why]))
        typer.echo(said)
        for shift in one.shifts(moment, moment + LISTED):
            typer.echo(_shift(shift))


def _shift(shift: Shift) -> str:
    return tell(
        "oncall.shift",
        begins=_when(shift.begins),
        ends=_when(shift.ends),
        person=printable(shift.member),
        why=tell(WHY[shift.why]),
    )


def _rota(rota: Rota, at: datetime) -> dict[str, Any]:
    member, why = rota.on_call(at)
    shifts = [shift._asdict() for shift in rota.shifts(at, at + LISTED)]
    return {"name": rota.settings.name, "on_call": member, "why": why, "shifts": shifts}
