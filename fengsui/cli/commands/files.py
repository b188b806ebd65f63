"""Commands that take files: replay, detect-csv, score."""

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from io import StringIO
from json import dumps
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from alerts.detection.holiday_calendar import CalendarName
from fengsui.analysis.detect_csv import detect_csv
from fengsui.analysis.score import score_file
from fengsui.cli.language import tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, print_json, settings_or_defaults
from fengsui.cli.progress import progress_bar
from fengsui.cli.show import incident_lines, replay_answer, score_table, summary
from fengsui.cli.usage import printed
from fengsui.pipeline import replay as past
from fengsui.pipeline.replay import Tick
from fengsui.services import Services
from fengsui.settings.application import Settings, SettingsError
from nlp.brands.matcher import BrandSettings, alias_conflicts
from nlp.sentiment.questions import Question
from nlp.sentiment.registry import CASCADE
from nlp.sentiment.tasks import CLASSES, Task
from records.time import BEIJING

REPLAY_STORE = Path(".cache/replay")

Files = Annotated[list[Path], typer.Argument()]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command("replay")(replay)
    app.command("detect-csv")(detect_csv_file)
    app.command("score")(score)


def replay(
    files: Files,
    brand: Annotated[
        list[str] | None,
        typer.Option(),
    ] = None,
    config: Config = DEFAULT_PATH,
    store: Annotated[Path, typer.Option()] = REPLAY_STORE,
    speed: Annotated[float, typer.Option(min=0)] = 0,
    resume: Annotated[bool, typer.Option("--resume")] = False,
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
        with progress_bar() as update:

            def progress(tick: Tick) -> None:
                pace.wait()
                update(tick.done, tick.total, f"{tick.at.astimezone(BEIJING):%m-%d %H:%M}")

            done = past.replay(services, files, progress=progress)
        if json:
            print_json(replay_answer(services, done))
        else:
            console.print(summary(services, done, time.monotonic() - started))
            for line in incident_lines(services):
                console.print(line, soft_wrap=True)
            console.print(tell("replay.look", config=_settings_beside(settings)), soft_wrap=True)


def _settings_beside(settings: Settings) -> Path:
    """Write settings that name the replay's store, so that other commands can look at it."""
    path = settings.state / DEFAULT_PATH.name
    lines = [f'language = "{settings.language}"', 'state = "."']
    for brand in settings.brands:
        lines += ["", "[[brands]]"]
        # What JSON writes of texts and lists of texts is TOML.
        fields = brand.model_dump(mode="json", exclude_defaults=True)
        lines += [f"{name} = {dumps(value)}" for name, value in fields.items()]
    path.write_text("\n".join((*lines, "")), encoding="utf-8")
    return path


def replay_settings(config: Path, brands: list[str], store: Path) -> Settings:
    """Return settings for a replay: brands of the options or the file, alerts to the terminal.

    Raises:
        SettingsError: there is no brand, brands share a name, the store is not the replay's own, or
            the file is wrong.
    """
    base = settings_or_defaults(config)
    if store.resolve() == base.state.resolve():
        raise SettingsError(tell("replay.live_store", store=store, config=config))
    chosen = tuple(brand_of(text) for text in brands) or base.brands
    if not chosen:
        raise SettingsError(tell("replay.no_brand"))
    if shared := alias_conflicts(chosen):
        raise SettingsError(tell("replay.shared", alias=shared[0].alias))
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
        raise SettingsError(tell("replay.bad_brand", text=printed(text))) from None


class Pace:
    """Holds a replay to `speed` times real time."""

    def __init__(self, tick: timedelta, speed: float) -> None:
        self._seconds = tick.total_seconds() / speed if speed else 0.0

    def wait(self) -> None:
        """Wait one tick's share of time."""
        if self._seconds:
            time.sleep(self._seconds)


def detect_csv_file(
    file: Annotated[Path, typer.Argument()],
    out: Annotated[Path | None, typer.Option()] = None,
    plot: Annotated[Path | None, typer.Option()] = None,
    calendar: Annotated[CalendarName, typer.Option()] = "weekends",
    config: Config = DEFAULT_PATH,
    json: Json = False,
) -> None:
    """Score any even series of numbers: writes timestamp,value,score,alert for every row."""
    settings = settings_or_defaults(config).detection.model_copy(update={"calendar": calendar})
    if out is None and not json:
        detect_csv(file, sys.stdout, settings, plot)
        return
    with out.open("w", encoding="utf-8", newline="") if out else StringIO() as stream:
        report = detect_csv(file, stream, settings, plot)
    if json:
        print_json(asdict(report))
        return
    seconds = report.step_seconds
    typer.echo(tell("csv.written", rows=report.rows, alerts=report.alerts, seconds=seconds))


def read_map(text: str, classes: Sequence[str]) -> dict[str, str]:
    """Return the map that `0=negative,1=positive` writes.

    Raises:
        typer.BadParameter: a pair has no `=`, or names no class.
    """
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    wrong = [value + sep + name for value, sep, name in pairs if name.strip() not in classes]
    if wrong:
        raise typer.BadParameter(tell("score.bad_map", pair=wrong[0], classes="|".join(classes)))
    return {value.strip(): name.strip() for value, _, name in pairs}


def score(
    file: Annotated[Path, typer.Argument()],
    text: Annotated[str, typer.Option()],
    label: Annotated[str | None, typer.Option()] = None,
    mapping: Annotated[str, typer.Option("--map")] = "",
    out: Annotated[Path | None, typer.Option()] = None,
    model: Annotated[str, typer.Option()] = CASCADE,
    task: Annotated[Task, typer.Option()] = "sentiment",
    accuracy_given_up: Annotated[
        float,
        typer.Option(min=0, max=10),
    ] = 0.0,
    json: Json = False,
) -> None:
    """Score the texts of a file of yours; with labels, say how often that was right.

    A file is read more thoroughly than the stream of posts, unless told otherwise.
    """
    names = read_map(mapping, CLASSES[task])
    question = Question.of(task, model, accuracy_given_up)
    with progress_bar() as update:

        def progress(rows: int) -> None:
            update(rows, None, printed(file.name))

        report = score_file(file, text, label, names, out, question, progress)
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
