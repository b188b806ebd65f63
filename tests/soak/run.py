"""The soak itself: load, faults and kills for some minutes, then quiet, then the accounts."""

import logging
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from listeners.sources.webhook import signature
from store.errors import StoreError
from store.ledger.ledger import Ledger
from tests.soak import accounts
from tests.soak.accounts import Accounts
from tests.soak.faults import FEED, JUNK, Faults
from tests.soak.servers import SoakedFeed, SoakedReceiver
from tests.soak.stream import BRANDS, Stream

log = logging.getLogger(__name__)

SECRET: Final = "a-secret-of-the-soak"
ROOT: Final = Path(__file__).parents[2]
SETTINGS: Final = """
language = "zh"
state = "state"
model = "{model}"
emergency_receiver = "lead"
{brands}
[[sources]]
kind = "folder"
name = "folder"
path = "inbox"
poll_seconds = 1
settle_seconds = 1
[[sources]]
kind = "webhook"
name = "push"
secret_env = "SOAK_SECRET"
port = {port}
path = "spool"
poll_seconds = 1
[[sources]]
kind = "feed"
name = "feed"
url = "{feed}/posts"
poll_seconds = {feed_seconds}
[[receivers]]
kind = "webhook"
name = "desk"
url_env = "SOAK_DESK"
[[receivers]]
kind = "webhook"
name = "lead"
url_env = "SOAK_LEAD"
"""
# Of a hundred posts so many are pushed, and so many stand in the feed; the others lie in files.
PUSHED: Final = 25
FED: Final = 2
# The feed shows what it had in so many seconds: a source that failed may rest for half of that.
FEED_SHOWS: Final = 3600
# Junk that no parser reads.
JUNK_BYTES: Final = b"\x00\x01\x02PK\x03\x04" * 40


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how much and how hard."""

    seconds: float
    rate: float = 100.0
    kill_each: float = 240.0
    fault_seconds: tuple[float, float] = (5.0, 35.0)
    pause_seconds: tuple[float, float] = (5.0, 25.0)
    burst_each: float = 300.0
    burst_seconds: float = 120.0
    history_days: int = 14
    patience: float = 600.0
    feed_seconds: float = 15.0
    seed: int = 1
    model: str = "linear"


@dataclass(slots=True)
class Subject:
    """The process under test: killed, begun again, watched."""

    folder: Path
    environment: dict[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0
    ended: list[int] = field(default_factory=list)
    greatest: int = 0

    def start(self) -> None:
        """Begin it."""
        command = [sys.executable, "-m", "tests.soak.subject", "fengsui.toml", "faults"]
        with (self.folder / "log.txt").open("ab") as out:
            self.process = subprocess.Popen(
                [*command, str(self.port)],
                cwd=self.folder,
                env=self.environment,
                stdout=out,
                stderr=out,
            )

    def kill(self, pause: float) -> None:
        """Kill it without warning, and begin it again."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.kills += 1
        time.sleep(pause)
        self.start()

    def look(self) -> None:
        """Note how much memory it takes; that it ended by itself is noted, and it begins again."""
        if self.process is None:
            return
        if (code := self.process.poll()) is not None:
            self.ended.append(code)
            self.start()
            return
        status = Path(f"/proc/{self.process.pid}/status")
        for line in status.read_text().splitlines():
            if line.startswith("VmRSS"):
                self.greatest = max(self.greatest, int(line.split()[1]) // 1024)

    def stop(self, patience: float) -> int:
        """End it as an operator does; return its exit code."""
        if self.process is None:
            return -1
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return -1


class Soak:
    """One soak in a folder of its own."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._rng = random.Random(plan.seed)
        self._stream = Stream(random.Random(plan.seed + 1))
        self._receivers = {"desk": SoakedReceiver(), "lead": SoakedReceiver()}
        self._feed = SoakedFeed(int(plan.rate * FED / 100 * FEED_SHOWS) + 100)
        self._stop = threading.Event()
        self._push = _free_port()
        self._bursts = 0
        self._files: dict[Path, list[str]] = {}
        self._unpushed = 0
        self._began = 0.0
        self._faults = Faults(
            folder / "faults", folder / "state" / "ledger.sqlite3", random.Random(plan.seed + 2)
        )

    def run(self) -> Accounts:
        """Soak, then account for everything."""
        for name in ("inbox", "faults", "state"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            for server in (*self._receivers.values(), self._feed):
                stack.enter_context(server)
            self._faults.servers = {
                **{name: one.fail for name, one in self._receivers.items()},
                FEED: self._feed.fail,
            }
            subject = self._prepared()
            subject.start()
            self._under_load(subject)
            quiet = self._comes_to_rest(subject)
            code = subject.stop(60)
            return self._accounts(subject, quiet, code)

    def _prepared(self) -> Subject:
        settings = SETTINGS.format(
            model=self._plan.model,
            brands="\n".join(f'[[brands]]\nname = "{brand}"' for brand in BRANDS),
            port=self._push,
            feed=self._feed.url,
            feed_seconds=self._plan.feed_seconds,
        )
        (self._folder / "fengsui.toml").write_text(settings, encoding="utf-8")
        each = timedelta(minutes=3)
        past = self._stream.past(datetime.now(UTC), self._plan.history_days, each)
        self._put(list(past), "history")
        urls = {f"SOAK_{name.upper()}": one.url for name, one in self._receivers.items()}
        environment = os.environ | urls | {"SOAK_SECRET": SECRET, "PYTHONPATH": str(ROOT)}
        return Subject(self._folder, environment, _free_port())

    def _under_load(self, subject: Subject) -> None:
        self._began = time.monotonic()
        threads = [
            threading.Thread(target=target, name=target.__name__, daemon=True)
            for target in (self._load, self._injects, self._tidies)
        ]
        for thread in threads:
            thread.start()
        next_kill = self._began + self._plan.kill_each
        while (now := time.monotonic()) < self._began + self._plan.seconds:
            subject.look()
            if now >= next_kill:
                subject.kill(self._rng.uniform(0.5, 3))
                self._faults.killed()
                next_kill = now + self._plan.kill_each * self._rng.uniform(0.5, 1.5)
            self._stop.wait(1)
        self._stop.set()
        for thread in threads:
            thread.join()

    def _load(self) -> None:
        """Make posts at the rate, by all ways at once, each second."""
        plan, turn = self._plan, 0
        while not self._stop.is_set():
            since = time.monotonic() - self._began
            number, into = divmod(since, plan.burst_each)
            rages = plan.burst_each / 2 <= into < plan.burst_each / 2 + plan.burst_seconds
            burst = BRANDS[int(number) % len(BRANDS)] if rages else ""
            self._bursts = max(self._bursts, int(number) + 1 if rages else 0)
            due = int(plan.rate * (turn + 1)) - int(plan.rate * turn)
            pushed, fed = due * PUSHED // 100, max(1, due * FED // 100)
            self._put(self._stream.lines("folder", due - pushed - fed, burst), f"{turn:06}")
            self._feed.lines.extend(self._stream.lines("feed", fed, burst))
            self._pushed(self._stream.lines("push", pushed, burst))
            turn += 1
            # A turn that took longer than a second is made up for.
            self._stop.wait(max(0.0, self._began + turn - time.monotonic()))

    def _put(self, lines: list[str], name: str) -> None:
        body = "".join(f"{line}\n" for line in lines)
        if (junk := self._faults.folder / JUNK).exists():
            junk.unlink()
            (self._folder / "inbox" / f"junk-{name}.bin").write_bytes(JUNK_BYTES)
        unfinished = self._folder / "inbox" / f"{name}.tmp"
        unfinished.write_text(body, encoding="utf-8")
        path = unfinished.rename(unfinished.with_suffix(".jsonl"))
        self._files[path] = lines

    def _pushed(self, lines: list[str]) -> None:
        """Push, again and again until it is taken, as a client that must lose nothing does."""
        body = "\n".join(lines).encode()
        end = time.monotonic() + self._plan.patience
        while time.monotonic() < end:
            stamp = str(int(time.time()))
            headers = {
                "X-Fengsui-Timestamp": stamp,
                "X-Fengsui-Signature": signature(SECRET.encode(), stamp, body),
            }
            request = urllib.request.Request(f"http://127.0.0.1:{self._push}/posts", body, headers)
            try:
                with urllib.request.urlopen(request, timeout=20):  # noqa: S310 - see above
                    return
            except (OSError, urllib.error.HTTPError):
                time.sleep(0.5)
        self._unpushed += 1

    def _injects(self) -> None:
        plan, draw = self._plan, self._rng.uniform
        while not self._stop.wait(draw(*plan.pause_seconds)):
            try:
                fault = self._faults.inject(draw(*plan.fault_seconds), self._stop.wait)
            except sqlite3.OperationalError:
                continue  # the ledger is not there yet, or another writer has it: no fault was made
            log.info("fault: %s %s", fault.kind, fault.what)

    def _tidies(self) -> None:
        """Take away files whose posts are all stored, as an operator does."""
        while not self._stop.wait(60):
            try:
                stored = accounts.stored_keys(self._folder / "state")
            except sqlite3.Error:
                continue
            for path, lines in list(self._files.items())[:-120]:
                if all(key in stored for key in _keys(lines)):
                    path.unlink()
                    del self._files[path]

    def _comes_to_rest(self, subject: Subject) -> float:
        """Wait until all that waits was scored and sent; return how many seconds that took."""
        began = time.monotonic()
        calm = 0
        while time.monotonic() - began < self._plan.patience and calm < 3:
            time.sleep(5)
            subject.look()
            calm = calm + 1 if self._rests() else 0
        return time.monotonic() - began

    def _rests(self) -> bool:
        try:
            with _ledger(self._folder) as ledger:
                missing = set[str]().union(*self._stream.made.values()) - accounts.stored_keys(
                    self._folder / "state"
                )
                return not missing and not ledger.waiting() and not _pending(self._folder)
        except (sqlite3.Error, StoreError):
            return False

    def _accounts(self, subject: Subject, quiet: float, code: int) -> Accounts:
        whole = Accounts()
        with _ledger(self._folder) as ledger:
            state = self._folder / "state"
            for part in (
                accounts.of_posts(state, ledger, self._stream.made, self._stream.spoiled),
                accounts.of_alerts(ledger, self._receivers, subject.kills),
                accounts.of_incidents(ledger, self._faults, self._bursts),
            ):
                whole.figures |= part.figures
                whole.wrong += part.wrong
        if waiting := _pending(self._folder):
            whole.wrong.append(f"{waiting} posts were not scored")
        if self._unpushed:
            whole.wrong.append(f"{self._unpushed} pushes were never taken")
        whole.wrong += [f"the run ended by itself with code {one}" for one in subject.ended]
        whole.figures |= {
            "seconds": round(self._plan.seconds),
            "posts a second": round(self._stream.number / self._plan.seconds, 1),
            "seconds to rest": round(quiet),
            "kills": subject.kills,
            "exit code": code,
            "greatest memory (MiB)": subject.greatest,
        }
        return whole


def _keys(lines: list[str]) -> Iterator[str]:
    """Yield the keys of the posts among the lines."""
    for line in lines:
        mark = line.find('"id": "') + 7
        identity = line[mark : line.find('"', mark)]
        if identity.isdecimal():
            yield f"soak:{identity}"


def _pending(folder: Path) -> int:
    path = folder / "state" / "mentions.sqlite3"
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)
    try:
        return int(database.execute("SELECT count(*) FROM posts WHERE pending").fetchone()[0])
    finally:
        database.close()


@contextmanager
def _ledger(folder: Path) -> Iterator[Ledger]:
    with Ledger(f"sqlite:///{folder / 'state' / 'ledger.sqlite3'}") as ledger:
        yield ledger


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
