"""Cases that break other systems, through the whole chain: lateness, zones, one account's copies.

Which test proves which of the fifteen is told in docs/detection.md.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from fengsui.chain import Chain
from fengsui.replay import replay
from records import Change, Incident, Notification
from tests.fengsui import stories
from tests.fengsui.stories import BRAND, CRISIS, settings

BEIJING = timezone(timedelta(hours=8))
LATE = timedelta(minutes=15)
Line = dict[str, Any]


def replayed(folder: Path, lines: Iterable[Mapping[str, Any]]) -> list[Incident]:
    """Return the incidents of a replay of lines of our own form."""
    return _told(folder, lines)[0]


def _told(
    folder: Path, lines: Iterable[Mapping[str, Any]]
) -> tuple[list[Incident], list[Notification]]:
    folder.mkdir()
    path = folder / "posts.jsonl"
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text(text + "\n", encoding="utf-8")
    with Chain(settings(folder / "state"), notifiers={}) as chain:
        replay(chain, [path])
        return list(chain.ledger.incidents()), chain.ledger.notifications()


def quiet() -> Iterator[Line]:
    """Yield the story without its crisis."""
    for line in stories.lines():
        at = datetime.fromisoformat(line["published_at"])
        if not CRISIS <= at < CRISIS + timedelta(hours=3):
            yield line


def test_case_2_silence_is_silent(tmp_path: Path) -> None:
    """Days of which everything was read and nothing said open nothing; a crisis after them does."""
    first, *_, last = quiet()
    assert replayed(tmp_path / "silent", [first, last]) == []
    crisis = [line for line in stories.lines() if line not in list(quiet())]
    assert len(replayed(tmp_path / "heard", [first, *crisis, last])) == 1


def test_case_4_late_posts_make_the_same_episode(tmp_path: Path) -> None:
    """With a fifth of the posts 15 minutes late there is the same one episode, told once."""
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
    assert [one.alert.change for one in told].count(Change.OPENED) == 1
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
    """Five hundred copies by one account are spam; sixty customers in their own words are heard."""
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
