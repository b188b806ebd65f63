"""Commands that take files: replay, import, detect-csv, score."""

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from alerts.detection.holiday_calendar import CalendarName
from fengsui.analysis.detect_csv import detect_csv
from fengsui.analysis.score import score_file
from fengsui.cli.options import DEFAULT_PATH, Config, Json, print_json, settings_or_defaults
from fengsui.cli.show import incident_lines, replay_answer, score_table, summary
from fengsui.pipeline import replay as past
from fengsui.pipeline.import_file import import_file
from fengsui.pipeline.steps import Collected
from fengsui.services import Services
from fengsui.settings.application import Settings, SettingsError
from nlp.brands.matcher import BrandSettings, alias_conflicts
from nlp.sentiment.questions import Question
from nlp.sentiment.registry import CASCADE
from nlp.sentiment.tasks import CLASSES, Task

REPLAY_STORE = Path(".cache/replay")

Files = Annotated[list[Path], typer.Argument(help="Files of any known format, also .gz or .xz.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command("replay")(replay)
    app.command("import")(import_files)
    app.command("detect-csv")(detect_csv_file)
    app.command("score")(score)


def replay(
    files: Files,
    brand: Annotated[
        list[str] | None,
        typer.Option(help="NAME=alias,alias; may be repeated. Default: the brands of --config."),
    ] = None,
    config: Config = DEFAULT_PATH,
    store: Annotated[
        Path, typer.Option(help="Folder for the replay's own store; it is emptied first.")
    ] = REPLAY_STORE,
    speed: Annotated[
        float, typer.Option(help="Times real time; 0 is as fast as possible.", min=0)
    ] = 0,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on in the store where a replay was broken off.")
    ] = False,
    json: Json = False,
) -> None:
    """Replay past posts through the whole chain, as of then, into a store of its own.

    Alerts are printed here and sent nowhere.
    """
    settings = replay_settings(config, brand or [], store)
    if not resume:
        past.empty(store)
    console = Console(stderr=json)
    started = time.monotonic()
    with Services(settings, console=console) as services:
        pace = Pace(timedelta(minutes=settings.detection.tick_minutes), speed)
        done = past.replay(services, files, progress=lambda _: pace.wait())
        if json:
            print_json(replay_answer(services, done))
        else:
            console.print(summary(services, done, time.monotonic() - started))
            for line in incident_lines(services):
                console.print(line)


def replay_settings(config: Path, brands: list[str], store: Path) -> Settings:
    """Return settings for a replay: brands of the options or the file, alerts to the terminal.

    Raises:
        SettingsError: there is no brand, brands share a name, the store is not the replay's own, or
            the file is wrong.
    """
    base = settings_or_defaults(config)
    if store.resolve() == base.state.resolve():
        raise SettingsError(f"--store {store} is the store of {config}; a replay would empty it")
    chosen = tuple(brand_of(text) for text in brands) or base.brands
    if not chosen:
        raise SettingsError("name a brand: --brand NAME=alias,alias (or a settings file: --config)")
    if shared := alias_conflicts(chosen):
        raise SettingsError(f"--brand: {shared[0].alias!r} is a name of two brands")
    return Settings(
        language=base.language,
        state=store,
        model=base.model,
        brands=chosen,
        annotation=base.annotation,
        detection=base.detection,
        cases=base.cases,
    )


def brand_of(text: str) -> BrandSettings:
    """Return the brand that `NAME=alias,alias` names; the name itself is an alias too.

    Raises:
        SettingsError: a name has nothing that shows.
    """
    name, _, aliases = text.partition("=")
    try:
        return BrandSettings(
            name=name.strip(),
            aliases=tuple(alias.strip() for alias in aliases.split(",") if alias.strip()),
        )
    except ValidationError:
        raise SettingsError(f"--brand: {text!r} is no NAME or NAME=alias,alias") from None


class Pace:
    """Holds a replay to `speed` times real time."""

    def __init__(self, tick: timedelta, speed: float) -> None:
        self._seconds = tick.total_seconds() / speed if speed else 0.0

    def wait(self) -> None:
        """Wait one tick's share of time."""
        if self._seconds:
            time.sleep(self._seconds)


def import_files(files: Files, config: Config = DEFAULT_PATH, json: Json = False) -> None:
    """Import files into the store; `fengsui annotate` or `fengsui run` then scores the posts."""
    settings = settings_or_defaults(config)
    total, oldest = Collected(), datetime.now(UTC)
    with Services(settings) as services:
        for file in files:
            collected, span = import_file(services, file)
            total += collected
            oldest = min(oldest, span.since) if span else oldest
    if json:
        print_json({"read": total.read, **asdict(total)})
    else:
        left_out = f" + left out {total.left_out}" if total.left_out else ""
        typer.echo(
            f"read {total.read} = kept {total.kept} + duplicate {total.duplicate}"
            f" + quarantined {total.quarantined}{left_out}"
        )
    days = settings.privacy.days
    if days and oldest < datetime.now(UTC) - timedelta(days=days):
        typer.echo(
            f"the oldest posts are of {oldest:%Y-%m-%d}: what is older than {days} days leaves at"
            " the next daily upkeep, only its counts stay; [privacy] text_days = 0 keeps all",
            err=True,
        )


def detect_csv_file(
    file: Annotated[Path, typer.Argument(help="CSV with the columns timestamp,value.")],
    out: Annotated[Path | None, typer.Option(help="Where to write; default: here.")] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw values, expectation and alarms into this PNG.")
    ] = None,
    calendar: Annotated[
        CalendarName, typer.Option(help="Whose days off count; the series may be anybody's.")
    ] = "weekends",
    config: Config = DEFAULT_PATH,
) -> None:
    """Score any even series of numbers: writes timestamp,value,score,alert for every row."""
    settings = settings_or_defaults(config).detection.model_copy(update={"calendar": calendar})
    if out is None:
        detect_csv(file, sys.stdout, settings, plot)
        return
    with out.open("w", encoding="utf-8", newline="") as stream:
        report = detect_csv(file, stream, settings, plot)
    typer.echo(f"{report.rows} rows, {report.alerts} alerts, one row each {report.step_seconds} s")


def read_map(text: str, classes: Sequence[str]) -> dict[str, str]:
    """Return the map that `0=negative,1=positive` writes.

    Raises:
        typer.BadParameter: a pair has no `=`, or names no class.
    """
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    wrong = [value + sep + name for value, sep, name in pairs if name.strip() not in classes]
    if wrong:
        raise typer.BadParameter(f"--map: {wrong[0]!r} is no pair VALUE={'|'.join(classes)}")
    return {value.strip(): name.strip() for value, _, name in pairs}


def score(
    file: Annotated[Path, typer.Argument(help="CSV, TSV or JSON Lines, also .gz or .xz.")],
    text: Annotated[str, typer.Option(help="The column with the text.")],
    label: Annotated[str | None, typer.Option(help="The column with the true label.")] = None,
    mapping: Annotated[
        str, typer.Option("--map", help="Values of the label: 0=negative,1=positive.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Write the file with its answers here.")] = None,
    model: Annotated[str, typer.Option(help="As in the settings.")] = CASCADE,
    task: Annotated[Task, typer.Option(help="What is asked of the texts.")] = "sentiment",
    accuracy_given_up: Annotated[
        float,
        typer.Option(
            min=0, max=10, help="Points of accuracy for speed; 0.5 is what the stream gives up."
        ),
    ] = 0.0,
    json: Json = False,
) -> None:
    """Score the texts of a file of yours; with labels, say how often that was right.

    A file is read more thoroughly than the stream of posts, unless told otherwise.
    """
    names = read_map(mapping, CLASSES[task])
    question = Question.of(task, model, accuracy_given_up)
    report = score_file(file, text, label, names, out, question)
    if json:
        print_json(
            {
                "n": report.n,
                "accuracy": report.accuracy,
                "macro_f1": report.macro_f1,
                "texts_per_second": report.texts_per_second,
            }
        )
    else:
        Console().print(score_table(report))
