"""Cases that break other systems, through the pipeline: lateness, zones, one account's copies.

docs/detection.md lists which test proves which of the fifteen.
"""

import io
import json
import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from alerts.notify.terminal import TerminalNotifier
from fengsui.pipeline import steps
from fengsui.pipeline.replay import replay
from fengsui.services import Services
from fengsui.settings.application import Settings
from nlp.brands.matcher import BrandSettings
from records import Alert, Change, Incident, NotificationState, Post, PostKind, Window
from tests.fengsui import stories
from tests.fengsui.stories import BRAND, CRISIS, settings

BEIJING = timezone(timedelta(hours=8))
LATE = timedelta(minutes=15)
Line = dict[str, Any]
WORDS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜"


def replayed(folder: Path, lines: Iterable[Mapping[str, Any]]) -> list[Incident]:
    """Return the incidents of a replay of lines of our own form."""
    return _told(folder, lines)[0]


def _told(folder: Path, lines: Iterable[Mapping[str, Any]]) -> tuple[list[Incident], list[Alert]]:
    folder.mkdir()
    path = folder / "posts.jsonl"
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text(text + "\n", encoding="utf-8")
    with Services(settings(folder / "state"), notifiers={}) as services:
        replay(services, [path])
        return list(services.ledger.incidents()), services.ledger.alerts()


def quiet() -> Iterator[Line]:
    """Yield the story without its crisis."""
    for line in stories.lines():
        at = datetime.fromisoformat(line["published_at"])
        if not CRISIS <= at < CRISIS + timedelta(hours=3):
            yield line


def test_case_2_silence_is_silent(tmp_path: Path) -> None:
    """Days that were read and had no posts open nothing; a crisis after them does."""
    still = list(quiet())
    first, last = still[0], still[-1]
    assert replayed(tmp_path / "silent", [first, last]) == []
    crisis = [line for line in stories.lines() if line not in still]
    assert len(replayed(tmp_path / "heard", [first, *crisis, last])) == 1


def test_case_4_late_posts_make_the_same_episode(tmp_path: Path) -> None:
    """With a fifth of the posts 15 minutes late there is the same one episode, notified once."""
    prompt, _ = _told(tmp_path / "prompt", stories.lines())
    late, told = _told(
        tmp_path / "late",
        [
            line
            | {"fetched_at": _later(line["published_at"], LATE if n % 5 == 0 else timedelta(0))}
            for n, line in enumerate(stories.lines())
        ],
    )
    assert len(prompt) == len(late) == 1
    assert late[0].peak_level == prompt[0].peak_level
    assert abs(late[0].opened_at - prompt[0].opened_at) <= LATE
    assert [one.change for one in told].count(Change.OPENED) == 1
    assert len({one.key for one in told}) == len(told)


def _later(at: str, by: timedelta) -> str:
    return (datetime.fromisoformat(at) + by).isoformat()


@pytest.mark.parametrize("zones", ["beijing", "naive", "mixed"])
def test_case_14_zones_change_nothing(tmp_path: Path, zones: str) -> None:
    """Times in UTC, in +08, without a zone (which is Beijing's) or mixed give the same incident."""
    plain = replayed(tmp_path / "utc", stories.lines())
    moved = replayed(
        tmp_path / zones,
        [
            line | {"published_at": _written(line["published_at"], zones, n)}
            for n, line in enumerate(stories.lines())
        ],
    )
    assert moved == plain != []


def _written(at: str, zones: str, number: int) -> str:
    local = datetime.fromisoformat(at).astimezone(BEIJING)
    kind = ("utc", "beijing", "naive")[number % 3] if zones == "mixed" else zones
    if kind == "utc":
        return at
    return local.isoformat() if kind == "beijing" else local.replace(tzinfo=None).isoformat()


def test_case_15_one_accounts_copies_are_no_crisis(tmp_path: Path) -> None:
    """Five hundred copies by one account are spam; sixty customers in their own words alarm."""
    copies = [
        {
            "source": "weibo",
            "id": f"copy-{n}",
            "text": f"{BRAND}的奶茶里有虫子，客服推脱，要求退款",
            "author": "user-spam",
            "published_at": (CRISIS + n * timedelta(seconds=20)).isoformat(),
        }
        for n in range(500)
    ]
    assert replayed(tmp_path / "copies", _ordered([*quiet(), *copies])) == []
    assert len(replayed(tmp_path / "customers", stories.lines())) == 1


def _ordered(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: datetime.fromisoformat(line["published_at"]))


def test_case_9_brands_at_once_are_one_message(tmp_path: Path) -> None:
    """Twenty brands that spike together are one message; the ledger holds a record of each."""
    names = [f"{BRAND}{n}号店" for n in range(20)]
    out = io.StringIO()
    terminal = TerminalNotifier("terminal", Console(file=out, width=120))
    brands = tuple(BrandSettings(name=name) for name in names)
    now = CRISIS + timedelta(hours=1)
    with Services(
        Settings(state=tmp_path / "state", brands=brands), notifiers={"terminal": terminal}
    ) as services:
        services.ledger.record_read("made", Window(now - timedelta(days=20), now), ok=True)
        steps.store_items(services, list(_spikes(names, now)))
        steps.annotate(services)
        steps.detect(services, now)
        told = services.ledger.alerts()
        assert steps.notify(services, lambda: now).sent == len(told)
        assert steps.notify(services, lambda: now).sent == 0
        states = [one.state for one in services.ledger.notifications()]
    opened = [one for one in told if one.change is Change.OPENED]
    assert {one.incident.brand for one in opened} == set(names)
    assert states == [NotificationState.SENT] * len(told)
    assert out.getvalue().count(f"{len(names)} 个品牌同时告警") == 1
    assert "投诉异常升高" not in out.getvalue()
    assert all(name in out.getvalue() for name in names)


def _spikes(names: Iterable[str], now: datetime) -> Iterator[Post]:
    """Yield forty complaints about each brand, each in words of its own, within ten minutes."""
    draw = random.Random(9)
    for name in names:
        for n in range(40):
            words = "".join(draw.sample(WORDS, 12))
            at = now - timedelta(minutes=9) + n * timedelta(seconds=12)
            yield Post(
                source="weibo",
                id=f"{name}-{n}",
                url="",
                kind=PostKind.POST,
                author=f"{name}-{n}",
                text=f"{name}喝出虫子，客服推脱，要求退款！{words}",
                published_at=at,
                fetched_at=at,
            )
