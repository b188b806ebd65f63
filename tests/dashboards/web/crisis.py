"""A small crisis, stopped while it burns, with posts by people who want to break the page."""

import io
import json
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from starlette.testclient import TestClient

from dashboards.web.app import application
from fengsui.pipeline import replay
from fengsui.pipeline.replay import Tick
from fengsui.services import Services
from fengsui.settings.application import Settings
from records import Rejected
from tests.fengsui.stories import BRAND, CRISIS, settings, write

UNTIL: Final = CRISIS + timedelta(hours=2)
MARKUP: Final = "<script>alert(1)</script>"
IMAGE: Final = '"><img src=x onerror=alert(2)>'
REFUSED: Final = Rejected("weibo", "导出.csv", 7, "no time of publication", f"{MARKUP},,", UNTIL)


class _Enough(Exception):
    """The replay has come to where the page stands."""


@dataclass(frozen=True, slots=True)
class Crisis:
    """Where the crisis is kept, when it is, and which incident it is."""

    state: Path
    at: datetime
    key: str

    def copied(self, folder: Path) -> "Crisis":
        """Return a copy that a test may change."""
        shutil.copytree(self.state, folder / "state")
        return Crisis(folder / "state", self.at, self.key)

    def settings(self, **more: Any) -> Settings:
        """Return settings over its stores."""
        return Settings.model_validate({**settings(self.state).model_dump(), **more})

    def client(self, **more: Any) -> TestClient:
        """Return a browser without a screen at the page; `more` is for the settings."""
        return TestClient(self.app(**more), follow_redirects=True)

    def app(self, wall: Any = None, **more: Any) -> Any:
        """Return the page as of the crisis."""
        clocks = {} if wall is None else {"wall": wall}
        return application(
            self.settings(**more), lambda: self.at, hosts=("testserver", "127.0.0.1"), **clocks
        )


def burn(folder: Path) -> Crisis:
    """Replay the story with hostile posts in it, up to two hours into its crisis."""
    files = [write(folder / "story.jsonl"), _hostile(folder / "hostile.jsonl")]
    state = folder / "state"

    def stop(tick: Tick) -> None:
        if tick.at >= UNTIL:
            raise _Enough

    made = settings(state, model="linear")
    with Services(made, console=Console(file=io.StringIO())) as services:
        with suppress(_Enough):
            replay.replay(services, files, progress=stop)
        services.ledger.quarantine([REFUSED])
        [incident] = services.ledger.open_incidents()
    return Crisis(state, UNTIL, incident.key)


def _hostile(path: Path) -> Path:
    with path.open("w", encoding="utf-8") as out:
        for number in range(6):
            at = UNTIL - timedelta(minutes=6 + number)
            line = {
                "source": "weibo",
                "id": f"h{number}",
                "url": "javascript:alert(3)" if number % 2 else "https://weibo.example/h",
                "text": f"{BRAND}的奶茶里有虫子，太恶心了，要求退款{number} {MARKUP}{IMAGE}\u202e",
                "author": f"hostile-{number}",
                "author_name": f"{MARKUP}{number}",
                "followers": 2_000_000 + number,
                "region": IMAGE,
                "published_at": at.isoformat(),
            }
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path
