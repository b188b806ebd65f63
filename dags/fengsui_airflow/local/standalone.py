"""Airflow on this machine, ready to click: `make airflow`, until Ctrl-C.

Without settings of your own (CONFIG=fengsui.toml) it listens to the sample: three weeks that lie
behind and a crisis that begins three minutes after the start, in a watched folder.
"""

import argparse
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Final

from fengsui.demo.playing import Line, Played, play
from fengsui.pipeline import steps
from fengsui.pipeline.import_file import import_file
from fengsui.services import Services
from fengsui.settings.application import Settings, load
from fengsui_airflow.local.processes import Airflow, AirflowDown, environment

HOME: Final = Path(".cache/airflow")
# Ours, so that nothing else in a folder of this name is ever removed.
MARK: Final = ".made-by-fengsui"
# The story begins so long after the start: everything is ready by then.
AHEAD: Final = timedelta(minutes=3)

SETTINGS: Final = """state = "state"

[[sources]]
kind = "folder"
name = "sample"
path = "inbox"
poll_seconds = 15

"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run Airflow until SIGINT or SIGTERM."""
    chosen = _chosen(arguments)
    home = chosen.home.resolve()
    with _taken(home):
        _run(chosen, home)


def _run(chosen: argparse.Namespace, home: Path) -> None:
    _clear(home)
    config = chosen.config.resolve() if chosen.config else _sample(home)
    known = load(config)
    story = None if chosen.config else _past(known, chosen.speed)
    _say("Airflow starts; that takes half a minute to a minute ...")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    environ = environment(home, _port(chosen.port)) | {"FENGSUI_CONFIG": str(config)}
    try:
        with Airflow(home, environ) as airflow:
            _say_ready(airflow, known)
            if story is not None:
                _begin(story, known, stop)
            while not stop.wait(1):
                airflow.check()
            _say("Airflow ends ...")
    except AirflowDown as error:
        sys.exit(str(error))


def _chosen(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make airflow", description=__doc__)
    parser.add_argument("--home", type=Path, default=HOME, help="where everything is kept")
    parser.add_argument("--port", type=int, default=8080, help="of the page, on 127.0.0.1")
    parser.add_argument("--config", type=Path, help="settings of your own, in place of the sample")
    parser.add_argument("--speed", type=float, default=12.0, help="of the sample; 1 is real time")
    return parser.parse_args(arguments)


@contextmanager
def _taken(home: Path) -> Iterator[None]:
    """Hold the lock of `home` meanwhile; where another process has it, end with what to do.

    Clearing the home of an Airflow that runs would take its database from under it.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_name(f"{home.name}.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            whose = lock.read().strip()
            sys.exit(f"Airflow runs in {home} (process {whose}); end it first, or: --home")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _clear(home: Path) -> None:
    """Make an empty home; one that was made here before is removed."""
    if home.exists():
        if not (home / MARK).exists():
            sys.exit(f"{home} is there and not ours; it is left as it is. Name another: --home")
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / MARK).touch()


def _sample(home: Path) -> Path:
    """Write settings of the sample's brands with a watched folder; return their path."""
    (home / "inbox").mkdir()
    brands = resources.files("fengsui.demo").joinpath("brands.toml").read_text(encoding="utf-8")
    path = home / "fengsui.toml"
    path.write_text(SETTINGS + brands, encoding="utf-8")
    return path


def _port(wanted: int) -> int:
    """Return `wanted`, or a free port where somebody listens there."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _say_ready(airflow: Airflow, known: Settings) -> None:
    passwords = json.loads((airflow.home / "passwords.json").read_text(encoding="utf-8"))
    [(user, password)] = passwords.items()
    _say(f"\n  {airflow.url}    {user} / {password}")
    _say(f"  {len(known.brands)} brands, {len(known.sources)} sources; Ctrl-C ends everything\n")


def _past(known: Settings, speed: float) -> Played:
    """Take in the weeks that lie behind, and return the story."""
    _say("The sample's three weeks are taken in ...")
    start = datetime.now(UTC) + AHEAD
    story = play(start, speed)
    past = known.state.parent / "past.jsonl"
    _write(past, story.past)
    with Services(known) as services:
        import_file(services, past)
        steps.annotate(services)
    _say(f"Its crisis begins at {start.astimezone():%H:%M:%S}, {speed:g} times as fast as it was.")
    return story


def _begin(story: Played, known: Settings, stop: threading.Event) -> None:
    """Let a thread write what is still to come as its time comes."""
    source = known.state.parent / "inbox" / "sample.jsonl"
    threading.Thread(target=_tell, args=(story.coming, source, stop), daemon=True).start()


def _tell(coming: Sequence[Line], file: Path, stop: threading.Event) -> None:
    for line in coming:
        if stop.wait(max(0.0, (line.visible_at - datetime.now(UTC)).total_seconds())):
            return
        _write(file, [line])


def _write(file: Path, lines: Sequence[Line]) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.writelines(json.dumps(line.item, ensure_ascii=False) + "\n" for line in lines)
        out.flush()
        os.fsync(out.fileno())


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
