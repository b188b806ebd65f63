"""What a post, a brand and a task cost: `python -m benchmarks.scaling`, for docs/scaling.md.

CPU seconds of this process, on whatever the machine does besides; writes to the ledger by the
clock, since they wait.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.latency import ANGRY, HISTORY, Writer, write_history
from fengsui.demo.playing import play
from fengsui.pipeline import steps
from fengsui.pipeline.import_file import import_file
from fengsui.services import Services
from fengsui.settings.application import Settings, load
from records import Window
from tests.servers.postgresql import PostgresqlServer

WRITES = 200
LEDGER = "FENGSUI_LEDGER_URL"
# What a task loads before it scores: the program, the dictionaries, the models.
LOADING = """
from datetime import UTC, datetime
from pathlib import Path
from fengsui.services import Services
from fengsui.settings.application import Settings
import time
with Services(Settings(state=Path("state"))) as services:
    services.annotator(datetime.now(UTC)).annotate(())
# Not getrusage: what it says of memory is at least what the parent had when it started this.
peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
print(time.process_time(), peak)
"""


def main() -> None:
    """Measure and print."""
    table = Table("what", "cost")
    for what, cost in costs():
        table.add_row(what, cost)
    Console().print(table)


def costs() -> Iterator[tuple[str, str]]:
    """Yield what was measured, and its cost."""
    with tempfile.TemporaryDirectory() as name:
        yield from posts(Path(name))
    with tempfile.TemporaryDirectory() as name:
        yield from brands(Path(name))
    with tempfile.TemporaryDirectory() as name:
        yield from loading(Path(name))
    with tempfile.TemporaryDirectory() as name:
        yield from ledgers(Path(name))


def posts(folder: Path) -> Iterator[tuple[str, str]]:
    """Read and score the sample's past."""
    story = play(datetime.now(UTC) - timedelta(days=1)).past
    file = folder / "posts.jsonl"
    lines = (json.dumps(line.item, ensure_ascii=False) + "\n" for line in story)
    file.write_text("".join(lines), encoding="utf-8")
    settings = sample_settings(folder)
    alone = settings.model_copy(update={"model": "linear", "state": folder / "linear"})
    with Services(alone) as services:
        import_file(services, file)
        services.annotator(datetime.now(UTC)).annotate(())  # what is loaded at first use is loaded
        linear = cpu(lambda: steps.annotate(services)) / len(story)
    with Services(settings) as services:
        services.annotator(datetime.now(UTC)).annotate(())
        read = cpu(lambda: import_file(services, file)) / len(story)
        judged = cpu(lambda: steps.annotate(services)) / len(story)
        totals = services.store.totals()
    held = sum(one.stat().st_size for one in (folder / "state").glob("mentions.sqlite3*"))
    share = totals["mentions"] / totals["posts"]
    yield "read a post from JSON Lines and store it (SQLite)", f"{read * 1e6:.0f} µs"
    yield f"judge a post, of which {share:.0%} are mentions", f"{judged * 1e3:.2f} ms"
    yield "the same with the linear model alone", f"{linear * 1e3:.2f} ms"
    yield "disk, a post with its mention (SQLite)", f"{held / len(story) / 1000:.1f} kB"


def brands(folder: Path) -> Iterator[tuple[str, str]]:
    """Detect with stores just opened, for few and for many brands that changed."""
    few, many = (detected(folder / str(number), number) for number in (10, 100))
    each = (many[0] - few[0]) / 90
    yield "detection, stores just opened", f"{few[0] - 10 * each:.2f} s"
    yield "the same, each brand whose counts changed", f"{each * 1e3:.1f} ms"
    yield "detection, nothing changed, 100 brands in all", f"{many[1] * 1e3:.1f} ms"


def detected(folder: Path, number: int) -> tuple[float, float]:
    """Return the CPU seconds of a detection for so many brands with three weeks behind them.

    Of the first with the stores just opened, and of one more.
    """
    folder.mkdir()
    names, now = [f"云{place:03}茶" for place in range(number)], datetime.now(UTC)
    write_history(folder / "history.jsonl", now - timedelta(minutes=1), names)
    writer = Writer(folder / "new.jsonl")
    for name in names:
        writer.write(name, now, ANGRY)
    writer.flush()
    config = folder / "fengsui.toml"
    tables = "".join(f'[[brands]]\nname = "{name}"\n' for name in names)
    # The model makes no difference to the counts, and this is quick.
    config.write_text(f'state = "state"\nmodel = "linear"\n{tables}', encoding="utf-8")
    with Services(load(config)) as services:
        import_file(services, folder / "history.jsonl")
        steps.annotate(services)
        services.ledger.record_read("posts", Window(now - HISTORY, now), ok=True)
        steps.detect(services, now)
        import_file(services, folder / "new.jsonl")
        steps.annotate(services)
    with Services(load(config)) as services:
        first = cpu(lambda: steps.detect(services, now))
        return first, cpu(lambda: steps.detect(services, now))


def loading(folder: Path) -> Iterator[tuple[str, str]]:
    """Load what a task loads, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", LOADING], cwd=folder, capture_output=True, text=True, check=True
    )
    seconds, kilobytes = done.stdout.split()
    yield "a task's start: imports, dictionaries, models", f"{float(seconds):.2f} s"
    yield "memory of a task", f"{int(kilobytes) / 1024:.0f} MiB"


def ledgers(folder: Path) -> Iterator[tuple[str, str]]:
    """Write to the ledger, one write after another."""
    with Services(Settings(state=folder / "state")) as services:
        yield "a write to the ledger, waiting included, SQLite", writes(services)
    other = Settings(state=folder / "other", ledger_url_env=LEDGER)
    with (
        PostgresqlServer() as server,
        lent(LEDGER, server.new_database()),
        Services(other) as services,
    ):
        yield "the same, PostgreSQL", writes(services)


def writes(services: Services) -> str:
    """Return the time of one write."""
    begin = datetime.now(UTC) - timedelta(days=1)
    minute = timedelta(minutes=1)
    started = time.perf_counter()
    for number in range(WRITES):
        at = begin + number * minute
        services.ledger.record_read("posts", Window(at, at + minute), ok=True)
    return f"{(time.perf_counter() - started) / WRITES * 1e3:.1f} ms"


def sample_settings(folder: Path) -> Settings:
    """Return settings with the sample's brands."""
    config = folder / "fengsui.toml"
    brands = resources.files("fengsui.demo").joinpath("brands.toml").read_text(encoding="utf-8")
    config.write_text(f'state = "state"\n{brands}', encoding="utf-8")
    return load(config)


@contextmanager
def lent(name: str, value: str) -> Iterator[None]:
    """Let the environment hold a value."""
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds of a piece of work."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
