"""`demo`: the sample crisis through the whole chain."""

import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fengsui.cli.show import incident_lines, summary, timeline
from fengsui.demo import generate
from fengsui.pipeline import replay
from fengsui.pipeline.replay import Replayed, Tick
from fengsui.services import Services
from fengsui.settings.application import Settings, load
from records import Incident
from records.time import BEIJING

CACHE = Path(".cache/demo")
STEP_MINUTES = 15

NEXT = {
    "zh": """接下来可以试试：
  {command} serve --past --config {config}   # 在网页上看这场危机
  {command} show 云朵茶饮 --config {config}   # 谁在跟进；ack、note、resolve 处理它
  {command} review 云朵茶饮 --config {config}   # 写一份复盘
  {command} cases --config {config}   # 投诉工单，先答哪个排哪个
  {command} init                      # 写一份带注释的 fengsui.toml，填上你的品牌
  {command} replay 导出.csv --brand 品牌=别名,别名   # 回放你自己的微博导出
  {command} detect-csv 数量.csv       # 在你自己的时间序列上检验检测器
  {command} --help                    # 全部命令""",
    "en": """Try next:
  {command} serve --past --config {config}   # the crisis on the page
  {command} show 云朵茶饮 --config {config}   # who has it; ack, note and resolve handle it
  {command} review 云朵茶饮 --config {config}   # write a review
  {command} cases --config {config}   # the complaints, the next to be answered first
  {command} init                      # write a commented fengsui.toml for your brands
  {command} replay export.csv --brand NAME=alias,alias   # an export of your own
  {command} detect-csv counts.csv     # the detector on your own numbers
  {command} --help                    # every command""",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(demo)


def demo(
    cache: Annotated[Path, typer.Option()] = CACHE,
    language: Annotated[Literal["zh", "en"], typer.Option()] = "zh",
) -> None:
    """Replay three sample weeks of two fictional brands, with one crisis and one false start."""
    console = Console()
    started = time.monotonic()
    sample = generate(cache / "sample")
    store = cache / "store"
    replay.empty(store)
    base = load(sample.settings)
    settings = Settings(language=language, state=store, brands=base.brands)
    with Progress(
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", total=None)

        def progress(tick: Tick) -> None:
            clock = f"{tick.at.astimezone(BEIJING):%m-%d %H:%M}"
            bar.update(task, description=clock, completed=tick.done, total=tick.total)

        with Services(settings, console=console) as services:
            done = replay.replay(services, [sample.weibo, sample.complaints], progress=progress)
            bar.stop()
            _close(console, services, done, cache, time.monotonic() - started)


def _close(
    console: Console, services: Services, done: Replayed, cache: Path, seconds: float
) -> None:
    incidents = services.ledger.incidents()
    if incidents:
        worst = max(incidents, key=lambda incident: (incident.peak_level, incident.peak))
        _draw(console, services, worst, cache / "incident.png")
    console.print(summary(services, done, seconds))
    for line in incident_lines(services):
        console.print(line, soft_wrap=True)
    config = _write_config(services, cache)
    console.print()
    hints = NEXT[services.settings.language].format(command=sys.argv[0], config=config)
    console.print(hints, markup=False, highlight=False, soft_wrap=True)


def _draw(console: Console, services: Services, incident: Incident, path: Path) -> None:
    # Loading matplotlib takes a second, which no other command should wait for.
    from fengsui.chart.png import png_chart  # noqa: PLC0415
    from fengsui.chart.terminal import terminal_chart  # noqa: PLC0415

    line = timeline(services, incident, timedelta(minutes=STEP_MINUTES))
    typer.echo(terminal_chart(line, width=min(console.width, 110)))
    png_chart(line, path)
    console.print(f"PNG: {path}", markup=False, highlight=False)


def _write_config(services: Services, cache: Path) -> Path:
    """Write settings that name the demo's store, so that other commands can look at it."""
    path = cache / "fengsui.toml"
    brands = (cache / "sample" / "fengsui.toml").read_text(encoding="utf-8")
    path.write_text(
        f'language = "{services.settings.language}"\nstate = "store"\n\n{brands}', encoding="utf-8"
    )
    return path
